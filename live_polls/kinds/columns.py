"""Columns of a chart: how often each value, or each span of values, was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """`share` is 0..1 of the ballots that say something, `length` 0..1 of the highest column; `number` counts from 1."""

    number: int
    label: str
    n: int
    share: float
    length: float
    at: str = ""  # what stands below the column, where the label would be too long


def columns_of(
    labels: Sequence[str], counts: Sequence[int], *, highest: int = 0, ats: Sequence[str] = ()
) -> tuple[Column, ...]:
    """A column a label. `highest` is given where several groups of columns are drawn to one scale."""
    total, top = sum(counts), max([1, highest, *counts])
    return tuple(
        Column(number, label, n, n / total if total else 0.0, n / top, ats[number - 1] if ats else label)
        for number, (label, n) in enumerate(zip(labels, counts, strict=True), start=1)
    )
