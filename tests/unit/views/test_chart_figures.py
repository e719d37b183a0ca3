"""Numbers and sentences of charts."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string

from live_polls.kinds import KINDS
from live_polls.kinds.base import Chart
from live_polls.templatetags import charts


def chart(*counts: int, kind: str = "single_choice", **more: object) -> Chart:
    tally = {"n_ballots": sum(counts), "counts": {str(n): count for n, count in enumerate(counts, 1)}} | more
    return KINDS[kind].chart(tally, [(n, f"Option {n}") for n in range(1, len(counts) + 1)])


@pytest.mark.parametrize(
    ("part", "words"), [(0.0, "0%"), (0.005, "1%"), (0.125, "13%"), (0.3333, "33%"), (1.0, "100%")]
)
def test_shares_round_as_browsers_do(part, words):
    assert charts.share(part) == words


@pytest.mark.parametrize(("n", "words"), [(0, "No votes yet."), (1, "1 vote"), (1307, "1,307 votes")])
def test_votes_are_counted_in_words(n, words):
    assert charts.votes(n) == words


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (9, "0:09"), (84, "1:24"), (3600, "60:00")])
def test_a_clock_has_minutes_and_two_digits_of_seconds(seconds, words):
    assert charts.clock(seconds) == words


def test_one_sentence_says_who_leads():
    assert charts.lead(chart(1, 2)) == "Option 2 leads with 67%."
    assert charts.lead(chart(2, 2)) == "Option 1, Option 2 are level."
    assert charts.lead(chart(0, 0)) == "No votes yet."
    assert charts.lead(chart(5, 4, kind="ranking", first={"1": 1, "2": 0})) == "Option 1 leads with 5 points."


def test_bars_are_as_long_as_their_share_of_the_leader():
    assert [charts.bar_start(row) for row in chart(1, 2, 0).rows] == ["-50.00%", "0.00%", "-100.00%"]


def test_beyond_eight_options_share_one_colour():
    assert [charts.colour(row, chart(1, 2)) for row in chart(1, 2).rows] == ["o1", "o2"]
    many = chart(*range(9))
    assert {charts.colour(row, many) for row in many.rows} == {"o0"}


def test_a_chart_has_the_same_numbers_in_a_table():
    page = render_to_string("live_polls/charts/bars.html", {"chart": chart(1, 3), "prompt": "Which?"})
    bars, table = page.split("<table")

    assert (bars.count("75%"), table.count("75%")) == (2, 1)  # in the sentence, at its bar, in the table
    assert (bars.count("Option 2"), table.count("Option 2")) == (2, 1)
    assert "style=" not in page


def test_the_sentence_of_points_says_averages():
    assert charts.lead(points_chart({"1": 120, "2": 80})) == "Option 1 leads with 60.0."


def points_chart(counts: dict[str, int]) -> Chart:
    return KINDS["points"].chart({"n_ballots": 2, "counts": counts}, [(1, "Option 1"), (2, "Option 2")], {"total": 100})


@pytest.mark.parametrize(
    ("text", "words"), [("2005", "2005"), ("-1500", "-1500"), ("12345.50", "12,345.50"), ("0.5", "0.5")]
)
def test_numbers_stand_in_groups_from_five_digits_on(text, words):
    assert charts.decimal(text) == words


@pytest.mark.parametrize(("mean", "words"), [(None, "\N{EN DASH}"), (3.25, "3.3"), (4.0, "4.0"), (3.04, "3.0")])
def test_averages_have_one_place_rounded_half_up(mean, words):
    assert charts.average(mean) == words


def test_an_approximate_median_says_so():
    kind = KINDS["number"]
    settings = kind.parse_settings({"unit": "km", "right": 1200, "tolerance": 50}, 0)
    tally = {"n_ballots": 1, "counts": {"1": 1}, "columns": [["1200", "1299"]], "median": "1200", "mean": "1234"}

    numbers: Any = kind.chart(tally | {"approximate": True}, [], settings)

    assert (charts.median(numbers), charts.mean(numbers)) == ("\N{ALMOST EQUAL TO} 1200 km", "1234 km")
    assert charts.right_number(numbers) == "1200 km (\N{PLUS-MINUS SIGN} 50)"
