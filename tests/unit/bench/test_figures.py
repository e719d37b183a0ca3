"""The fixed keys, the bars and the table."""

from __future__ import annotations

import json

import pytest

from bench.figures import RATIO_KEYS, Bar, Figure, ratio, ratio_by_turns, ratios_line
from bench.rounds import rounds_of
from bench.table import number, render_table


def _figure(value: float, *, key: str = "fanout_us", bar: Bar | None = None) -> Figure:
    return Figure(scenario="fanout", name="1,000 listeners", unit="µs", rounds=rounds_of([value]), key=key, bar=bar)


def test_last_line_has_every_key_and_null_where_nothing_was_measured():
    line = ratios_line([_figure(12.3456789)])

    name, _, text = line.partition(" ")
    found = json.loads(text)
    assert name == "RATIOS"
    assert tuple(found) == RATIO_KEYS
    assert found["fanout_us"] == 12.35
    assert found["memory_kb"] is None


def test_last_line_is_json_even_when_a_screen_was_never_final():
    _, _, text = ratios_line([_figure(float("inf"), key="spike500_screens_ms")]).partition(" ")

    assert "Infinity" not in text
    assert json.loads(text)["spike500_screens_ms"] is None


@pytest.mark.parametrize(
    ("bar", "value", "met"),
    [
        (Bar(at_least=12), 12.0, True),
        (Bar(at_least=12), 11.9, False),
        (Bar(at_most=1.3), 1.3, True),
        (Bar(at_most=0), 1.0, False),
        (None, 1.0, None),
    ],
)
def test_a_bar_is_met_or_not_and_without_one_nothing_is_said(bar: Bar | None, value: float, met: bool | None):
    assert _figure(value, bar=bar).met is met


def test_a_ratio_to_something_absent_is_empty():
    assert ratio(3.0, None).median is None
    assert ratio(None, 3.0).median is None
    assert ratio(3.0, 2.0).median == 1.5


def test_measurements_that_took_turns_are_compared_in_all():
    assert ratio_by_turns([2.0, 30.0, 4.0], [1.0, 20.0, 4.0]).median == 36 / 25
    assert ratio_by_turns([2.0], [0.0]).median is None


def test_the_table_lines_up_its_columns():
    lines = render_table([_figure(12.0, bar=Bar(at_least=12)), _figure(1234.5)]).splitlines()

    assert lines[0].split()[:4] == ["scenario", "figure", "value", "unit"]
    assert lines[2].endswith("≥ 12       yes")
    assert lines[3].index("1,234") == lines[2].index("12.0") - 1


@pytest.mark.parametrize(("value", "text"), [(1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (0.01234, "0.0123")])
def test_numbers_are_written_with_three_digits(value: float, text: str):
    assert number(value) == text
