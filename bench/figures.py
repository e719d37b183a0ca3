"""One line of the table, and the fixed keys of the last line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.rounds import Rounds
from live_polls.kinds import KINDS

_SPIKE = ("p50_ms", "p95_ms", "p99_ms", "screens_ms", "cpu_ms_per_ballot", "unstored")
_NODES = ("per_s", "us", "hints_per_s", "hints_per_commit", "unstored")
_HALL = (
    *("join_s", "acknowledged", "in_flight", "lost_sockets", "voters", "present", "lost", "doubled", "unanswered"),
    *("recovery_s", "final_s", "p50_ms", "p99_ms", "us", "own_us", "rss_mb"),
)
# These are measured on both stores: as they stand on SQLite, with the name of the store behind them elsewhere.
_ON_BOTH = (
    "ballots_p50_ms",
    "ballots_p99_ms",
    "ballots_batch",
    "ballots_unstored",
    "ballots_vs_stock",
    "ballots_vs_bare",
    "ballots_vs_uncounted",
    *(f"spike{n}_{name}" for n in (500, 1000, 5000) for name in _SPIKE),
    *(f"latency{size}_{share}_ms" for size in ("", "5000") for share in ("p50", "p99")),
    *(f"growth_{what}_{size}_us" for what in ("served", "ballot", "snapshot") for size in ("0", "100k", "1m")),
    *(f"growth_{what}_{size}_vs_0" for what in ("served", "ballot", "snapshot") for size in ("100k", "1m")),
    *(f"growth_rooms_{n}_us" for n in (1, 10, 1000)),
    *(f"growth_rooms_{n}_vs_1" for n in (10, 1000)),
    *(
        f"kind_{kind}_{name}"
        for kind in KINDS
        if KINDS[kind].takes_answers
        for name in ("empty_us", "full_us", "growth")
    ),
)
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
    "ballots_per_s_postgresql",
    "ballots_us_postgresql",
    "ballots_postgresql_own_us",
    "ballots_vs_node_pg",
    "ballots_cpu_vs_node_pg",
    *_ON_BOTH,
    *(f"{key}_postgresql" for key in _ON_BOTH),
    *(f"spike{n}_own_cpu_ms_per_ballot_postgresql" for n in (500, 1000, 5000)),
    "spike1000_p95_vs_node_pg",
    "spike1000_screens_vs_node_pg",
    "spike1000_cpu_vs_node_pg",
    *(f"nodes{n}_{name}" for n in (1, 2, 4) for name in _NODES),
    "nodes2_vs_1",
    "nodes4_vs_1",
    "join_ms",
    "join_page_ms",
    "join_vs_django_page",
    "memory_kb",
    "memory_vs_bare",
    "memory10000_kb",
    "memory10000_vs_bare",
    *(f"questions_{n}_{name}" for n in (0, 20, 200) for name in ("us", "bytes")),
    *(f"questions_{n}_vs_0" for n in (20, 200)),
    *(f"hall_{name}" for name in _HALL),
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


def ratio_by_turns(parts: Sequence[float], wholes: Sequence[float]) -> Rounds:
    """Compare all that was measured by turns, round after round: what the machine did meanwhile, it did to both.

    In all, and not by the median round: what comes now and then, such as a checkpoint, is part of what it costs.
    """
    return ratio(sum(parts), sum(wholes))


def ratios_line(figures: Iterable[Figure]) -> str:
    """Write the last line of a run: every fixed key, null where nothing was measured."""
    found = {figure.key: _rounded(figure.value) for figure in figures if figure.key}
    return "RATIOS " + json.dumps({key: found.get(key) for key in RATIO_KEYS})


def _rounded(value: float | None) -> float | None:
    # A screen that was never final has no number in JSON.
    return float(f"{value:.4g}") if value is not None and math.isfinite(value) else None
