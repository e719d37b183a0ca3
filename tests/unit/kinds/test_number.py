from __future__ import annotations

import math
import statistics
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.kinds.number_bins import bins_of
from tests.unit.kinds.contract import KindContract

NUMBER = KINDS["number"]
NONE: dict[str, Any] = dict.fromkeys(("minimum", "maximum", "step", "right", "tolerance"))
PLAIN = {"unit": "", "decimals": 0} | NONE


def settings(**more: object) -> dict[str, Any]:
    return NUMBER.parse_settings(more, 0)


def tally_of(values: list[str], **more: object) -> dict[str, Any]:
    shape, counters = Shape(0, settings(**more)), Counter[str]()
    for value in values:
        counters.update(NUMBER.counters(NUMBER.parse_answer({"value": value}, shape), shape))
    return NUMBER.tally(counters, shape)


class TestNumber(KindContract):
    name = "number"
    shape = Shape(0, PLAIN | {"minimum": "0", "maximum": "100", "decimals": 1, "unit": "km"})
    junk = (True, 1, 1.0, None, math.nan, math.inf, [], {}, "", "A", "NaN", "Infinity", "-Infinity", "sNaN", 10**30)
    valid = [
        ({"value": "12.5"}, {"value": "12.5"}),
        ({"value": "12.50"}, {"value": "12.5"}),
        ({"value": "012"}, {"value": "12.0"}),
        ({"value": "-0"}, {"value": "0.0"}),
        ({"value": "100"}, {"value": "100.0"}),
    ]
    invalid = [
        {"value": text}
        for text in (
            "1e1",
            "1E1",
            "0x10",
            "1_0",
            "12.55",
            "-0.1",
            "100.1",
            " ",
            "1 0",
            "--1",
            "1.2.3",
            "٣",
            "²",
            "½",
            "+1",
        )
    ] + [{"value": "1" * 10_000}, {"value": "0." + "0" * 9_999 + "1"}, {"values": {"1": 1}}, {"option": 1}]
    forms = [({"value": [" 12,5 "]}, {"value": "12.5"}), ({"value": ["7"], "other": ["8"]}, {"value": "7.0"})]
    bad_forms = [{}, {"value": []}, {"value": [""]}, {"value": ["1,000,000"]}, {"value": ["twelve"]}]
    good_settings = [
        ({}, PLAIN),
        (
            {
                "unit": "m",
                "minimum": 0,
                "maximum": 9.5,
                "decimals": 1,
                "step": "0.5",
                "right": "8.50",
                "tolerance": 0.5,
            },
            {
                "unit": "m",
                "minimum": "0",
                "maximum": "9.5",
                "decimals": 1,
                "step": "0.5",
                "right": "8.5",
                "tolerance": "0.5",
            },
        ),
    ]
    bad_settings = [
        ({"minimum": 5, "maximum": 5}, "maximum"),
        ({"minimum": 6, "maximum": 5}, "maximum"),
        ({"minimum": "1.5"}, "minimum"),
        ({"maximum": 10**13}, "maximum"),
        ({"maximum": 10**11, "decimals": 2}, "maximum"),
        ({"maximum": math.nan}, "maximum"),
        ({"maximum": math.inf}, "maximum"),
        ({"maximum": "1e3"}, "maximum"),
        ({"maximum": True}, "maximum"),
        ({"decimals": 5}, "decimals"),
        ({"decimals": -1}, "decimals"),
        ({"step": 0}, "step"),
        ({"step": -1}, "step"),
        ({"tolerance": -1}, "tolerance"),
        ({"right": 11, "maximum": 10}, "right"),
        ({"right": 3, "step": 2}, "right"),
        ({"unit": "x" * 13}, "unit"),
    ]
    tallies = [
        (
            [{"value": "12.5"}, {"value": "14"}, {"value": "93.1"}],
            {
                "n_ballots": 3,
                "counts": {str(n): {2: 2, 10: 1}.get(n, 0) for n in range(1, 12)},
                "columns": [[f"{n}.0", f"{n + 9}.9"] for n in range(0, 100, 10)] + [["100.0", "100.0"]],
                "median": "14",
                "mean": "39.87",
            },
        ),
    ]


def test_numbers_that_may_be_few_have_a_column_and_an_exact_median_each():
    tally = tally_of(["1", "2", "2", "6"], minimum=1, maximum=6)

    assert tally["columns"] == [[str(n), str(n)] for n in range(1, 7)]
    assert tally["counts"] == {"1": 1, "2": 2, "3": 0, "4": 0, "5": 0, "6": 1}
    assert (tally["median"], tally["mean"], "approximate" in tally) == ("2", "2.8", False)


def test_the_median_of_an_even_number_stands_between_two():
    assert tally_of(["1", "2"], minimum=0, maximum=10)["median"] == "1.5"
    assert tally_of(["-3", "2"], minimum=-10, maximum=10)["median"] == "-0.5"


@pytest.mark.parametrize("low", [None, -(10**6)], ids=["without an end", "with both"])
def test_the_median_is_near_and_the_mean_is_exact_however_many_distinct_numbers_there_are(low: int | None):
    chance = Random(4)
    values = [int(chance.lognormvariate(6, 1.5)) for _ in range(3000)]
    ends = {} if low is None else {"minimum": low, "maximum": 10**6}

    tally = tally_of([str(value) for value in values], **ends)

    real = statistics.median(values)
    near = real * 0.1 if low is None else 10**6 / 200
    assert abs(float(tally["median"]) - real) <= near
    assert Decimal(tally["mean"]) == round(Decimal(sum(values)) / len(values), 1)
    assert tally["approximate"] is True
    assert len(tally["columns"]) <= 21
    assert sum(tally["counts"].values()) == 3000


def test_who_is_far_out_stands_in_an_open_column_and_hides_nobody():
    tally = tally_of([str(n) for n in range(20, 80)] + ["1000000000"])

    assert tally["columns"][-1][1] is None
    assert tally["counts"][str(len(tally["columns"]))] == 1
    assert len(tally["columns"]) > 10


@pytest.mark.parametrize(
    "more", [{}, {"minimum": 0}, {"minimum": -(10**12) + 1, "maximum": 10**12 - 1}, {"decimals": 4}]
)
def test_counters_stay_few_whatever_is_said(more):
    bins, chance = bins_of(settings(**more)), Random(1)
    most = 10**12

    names = {bins.bin(chance.randint(-most, most) // 10 ** chance.randint(0, 12)) for _ in range(50_000)}

    assert len(names) <= 2001


@pytest.mark.parametrize("ends", [{}, {"minimum": -777, "maximum": 98_765}])
def test_bins_are_spans_that_follow_each_other_without_a_gap(ends):
    bins = bins_of(settings(**ends))

    for at in [*range(-777, 1500), 9_999, 10_000, 98_765]:
        first, last = bins.span(bins.bin(at))
        assert first <= at <= last
        assert bins.bin(first) == bins.bin(last) == bins.bin(at)


@pytest.mark.parametrize(("value", "score"), [("42", 1.0), ("44", 1.0), ("40", 1.0), ("45", 0.0), ("0", 0.0)])
def test_an_answer_is_right_within_the_tolerance(value: str, score: float):
    shape = Shape(0, settings(right=42, tolerance=2))

    assert NUMBER.score({"value": value}, shape) == score
    assert NUMBER.score({"abstain": True}, shape) == 0.0
    assert NUMBER.score({"value": value}, Shape(0, settings())) is None


def test_what_is_right_is_public_only_when_revealed():
    secret = settings(right=42, tolerance=2)

    assert not {"right", "tolerance"} & NUMBER.public_settings(secret, revealed=False).keys()
    assert NUMBER.public_settings(secret, revealed=True) == secret
