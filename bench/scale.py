"""How much a run does: the whole, or what fits into a minute."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Besides those who listen, a few who vote.
N_CASTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Counts and seconds of every scenario; nothing runs without a bound from here."""

    folder: Path
    profile: Path | None = None
    fanout_listeners: tuple[int, ...] = (1_000, 5_000)
    fanout_rounds: int = 3
    fanout_tallies: int = 15
    stock_rounds: int = 3
    stock_tallies: int = 3
    stock_listeners: int = 1_000
    ballots_sockets: int = 2_000
    ballots_seconds: float = 20.0
    stock_ballots_seconds: float = 4.0
    stock_ballots_sockets: int = 200
    bare_ballots_seconds: float = 3.0
    node_sockets: int = 1_000
    node_seconds: float = 4.0
    spike_sizes: tuple[int, ...] = (500, 1_000, 5_000)
    spike_rounds: int = 4
    memory_sockets: tuple[int, ...] = (2_000, 10_000)
    memory_rounds: int = 1
    join_people: int = 5_000
    join_django_pages: int = 300
    latency_listeners: tuple[int, ...] = (1_000, 5_000)
    latency_seconds: float = 6.0
    growth_ballots: tuple[int, ...] = (0, 100_000, 1_000_000)
    growth_voters: int = 2_000
    growth_seconds: float = 2.1
    growth_rooms: tuple[int, ...] = (1, 10, 1_000)
    growth_sockets: int = 300
    growth_rooms_seconds: float = 6.0
    kinds_full: int = 10_000
    kinds_seconds: float = 1.05
    questions_sockets: int = 5_000
    questions_per_second: float = 400.0
    questions_seconds: float = 3.0
    nodes: tuple[int, ...] = (1, 2, 4)
    nodes_sockets: int = 1_000
    nodes_seconds: float = 5.0
    hall_sockets: int = 10_000
    hall_ballots_per_second: float = 1_000.0
    hall_seconds: float = 30.0

    @property
    def n_tokens(self) -> int:
        """Return how many participants the largest room of the run has, those who cast for others to see included."""
        halls = (*self.fanout_listeners, *self.spike_sizes, *self.memory_sockets, *self.latency_listeners)
        return (
            max(*halls, self.ballots_sockets, self.nodes_sockets, self.growth_voters, self.questions_sockets)
            + N_CASTERS
        )


def quick(folder: Path, *, profile: Path | None = None) -> Scale:
    """Return what fits into a minute, servers and baselines included."""
    return Scale(
        folder=folder,
        profile=profile,
        fanout_listeners=(1_000,),
        fanout_rounds=3,
        fanout_tallies=6,
        stock_rounds=1,
        stock_tallies=2,
        ballots_sockets=1_000,
        ballots_seconds=3.0,
        stock_ballots_seconds=1.5,
        bare_ballots_seconds=1.0,
        spike_sizes=(500, 1_000),
        spike_rounds=3,
        memory_sockets=(600,),
        memory_rounds=1,
        join_people=500,
        join_django_pages=50,
        latency_listeners=(1_000,),
        latency_seconds=3.0,
        growth_ballots=(0, 100_000),
        growth_voters=500,
        growth_seconds=0.6,
        growth_rooms=(1, 100),
        growth_sockets=100,
        growth_rooms_seconds=2.0,
        kinds_full=2_000,
        kinds_seconds=0.3,
        questions_sockets=500,
        questions_per_second=200.0,
        questions_seconds=1.5,
        nodes=(1, 2),
        nodes_sockets=400,
        nodes_seconds=2.0,
        hall_sockets=1_000,
        hall_ballots_per_second=200.0,
        hall_seconds=8.0,
    )
