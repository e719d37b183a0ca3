"""What several rounds of one measurement say: the median, how many, how far apart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rounds:
    """The values of the rounds of one measurement, oldest first."""

    values: tuple[float, ...]

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def median(self) -> float | None:
        return statistics.median(self.values) if self.values else None

    @property
    def spread(self) -> float | None:
        """Return how far the rounds lie apart, as a share of their median."""
        if self.n < 2 or not self.median:
            return None
        return (max(self.values) - min(self.values)) / self.median


def rounds_of(values: Sequence[float]) -> Rounds:
    """Collect the rounds of one measurement."""
    return Rounds(tuple(values))


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least `share` of the values do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]
