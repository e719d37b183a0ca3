"""One line of the table, and the fixed keys of the last line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from bench.rounds import Rounds

# The last line of a run always has all of these; what was not measured is null.
RATIO_KEYS = (
    "fanout_us",
    "fanout_5000_us",
    "fanout_vs_stock",
    "fanout_vs_websockets",
    "fanout_5000_vs_websockets",
    "fanout_vs_node_ws",
    "fanout_5000_vs_node_ws",
    "ballots_per_s_sqlite",
    "ballots_us_sqlite",
    "ballots_p99_ms",
    "ballots_batch",
    "ballots_unstored",
    "ballots_vs_stock",
    "ballots_vs_bare",
    "spike500_p50_ms",
    "spike500_p95_ms",
    "spike500_p99_ms",
    "spike500_screens_ms",
    "spike500_cpu_ms_per_ballot",
    "spike500_unstored",
    "spike1000_p50_ms",
    "spike1000_p95_ms",
    "spike1000_p99_ms",
    "spike1000_screens_ms",
    "spike1000_cpu_ms_per_ballot",
    "spike1000_unstored",
    "latency_p50_ms",
    "latency_p99_ms",
    "join_ms",
    "join_page_ms",
    "join_vs_django_page",
    "memory_kb",
    "memory_vs_bare",
    "page_kb",
    "page_requests",
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A first bar of the measures: at least or at most so much."""

    at_least: float | None = None
    at_most: float | None = None

    def is_met_by(self, value: float) -> bool:
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:,g}"
        return f"≤ {self.at_most:,g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure: its rounds, or one value taken over all of them."""

    scenario: str
    name: str
    unit: str
    rounds: Rounds
    key: str = ""
    baseline: str = ""
    bar: Bar | None = None

    @property
    def value(self) -> float | None:
        return self.rounds.median

    @property
    def met(self) -> bool | None:
        """Say whether the first bar is reached; nothing without a bar or a value."""
        if self.bar is None or self.value is None:
            return None
        return self.bar.is_met_by(self.value)


def ratio(part: float | None, whole: float | None) -> Rounds:
    """Compare two medians of one run; empty where either is missing."""
    if part is None or not whole:
        return Rounds(())
    return Rounds((part / whole,))


def ratios_line(figures: Iterable[Figure]) -> str:
    """Write the last line of a run: every fixed key, null where nothing was measured."""
    found = {figure.key: _rounded(figure.value) for figure in figures if figure.key}
    return "RATIOS " + json.dumps({key: found.get(key) for key in RATIO_KEYS})


def _rounded(value: float | None) -> float | None:
    # A screen that was never final has no number in JSON.
    return float(f"{value:.4g}") if value is not None and math.isfinite(value) else None
