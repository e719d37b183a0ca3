"""Medians, spreads and percentiles."""

from __future__ import annotations

import pytest

from bench.rounds import percentile, rounds_of


def test_rounds_tell_their_median_count_and_spread():
    rounds = rounds_of([10.0, 14.0, 12.0])

    assert (rounds.n, rounds.median) == (3, 12.0)
    assert rounds.spread == pytest.approx(4 / 12)


def test_one_round_has_no_spread_and_none_has_no_median():
    assert rounds_of([5.0]).spread is None
    assert rounds_of([]).median is None


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)],
)
def test_percentile_is_a_value_that_occurred(share: float, expected: float):
    values = [float(number) for number in range(100, 0, -1)]

    assert percentile(values, share) == expected


def test_percentile_of_nothing_is_nothing():
    assert percentile([], 0.5) is None
