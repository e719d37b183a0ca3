"""`nodes`: 1, 2 and 4 processes on PostgreSQL and Redis: what more of them bring, and how much they tell each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from bench.ballot_load import BallotLoad
from bench.crowd import Crowd
from bench.figures import Bar, Figure, ratio
from bench.live_server import LiveServer, live_nodes
from bench.process import Processes
from bench.rooms import Rooms, room_file
from bench.rounds import rounds_of
from bench.scale import Scale
from bench.scenarios.ballots import PAUSE_SECONDS, count_unstored
from bench.stores import Stores
from bench.target import Target

STORES = ("postgresql",)
N_OPTIONS = 8
# The crowd has just come in, and processes tell each other how many are here.
SETTLE_SECONDS = 1.0
IDLE_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Nodes:
    """What so many processes did together."""

    n: int
    load: BallotLoad
    n_hints: float
    unstored: int

    @property
    def hints_per_second(self) -> float:
        return self.n_hints / self.load.seconds

    @property
    def hints_per_commit(self) -> float:
        return self.n_hints / max(self.load.n_commits, 1)


def room(scale: Scale) -> str:
    """Write the room: one poll, in which all processes count."""
    return room_file("nodes", n_polls=1, n_options=N_OPTIONS)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Let the same crowd vote without pause on more and more processes, its phones by turns on each."""
    first: float | None = None
    for n in scale.nodes:
        with live_nodes(rooms, "nodes", n) as servers:
            nodes = await _measure(scale, servers)
        first = nodes.load.ballots_per_second if first is None else first
        for figure in _figures(nodes, first):
            yield figure


async def _measure(scale: Scale, servers: Sequence[LiveServer]) -> Nodes:
    together = Target("live_polls", "", Processes([server.process for server in servers]))
    stores = servers[0].stores
    async with Crowd(*(server.target.socket_url for server in servers)) as crowd:
        await crowd.join(servers[0].tokens[: scale.nodes_sockets])
        idle = await _published_idle(stores)
        before = stores.n_published()
        load = BallotLoad(crowd=crowd, interval=PAUSE_SECONDS, n_options=N_OPTIONS)
        await load.run(together, scale.nodes_seconds)
        n_hints = stores.n_published() - before - idle * load.seconds
        unstored = await asyncio.to_thread(count_unstored, servers[0], crowd)
    return Nodes(len(servers), load, n_hints, unstored)


async def _published_idle(stores: Stores) -> float:
    """Return how many messages a second go out while nobody votes: how many are here, which is no hint."""
    await asyncio.sleep(SETTLE_SECONDS)
    before = stores.n_published()
    await asyncio.sleep(IDLE_SECONDS)
    return (stores.n_published() - before) / IDLE_SECONDS


def _figures(nodes: Nodes, first: float) -> list[Figure]:
    n, load = nodes.n, nodes.load
    trouble = f", {dict(load.crowd.refusals)}" if load.crowd.refusals else ""
    rows: list[tuple[str, str, float, str, Bar | None]] = [
        (f"ballots{trouble}", "ballots/s", load.ballots_per_second, "per_s", None),
        ("server time", "CPU µs/ballot", load.us_per_ballot, "us", None),
        ("hints", "hints/s", nodes.hints_per_second, "hints_per_s", None),
        ("hints a commit", "hints", nodes.hints_per_commit, "hints_per_commit", Bar(at_most=n)),
        ("acknowledged, not stored", "ballots", nodes.unstored, "unstored", Bar(at_most=0)),
    ]
    processes = f"{n} process" + ("es" if n > 1 else "")
    figures = [
        Figure(
            scenario="nodes",
            name=f"{processes}, {name}",
            unit=unit,
            rounds=rounds_of([value]),
            key=f"nodes{n}_{key}",
            bar=bar,
        )
        for name, unit, value, key, bar in rows
    ]
    rate = ratio(load.ballots_per_second, first)
    if n > 1:
        figures.append(
            Figure(
                scenario="nodes",
                name=f"{processes}, rate ÷ one process",
                unit="times",
                rounds=rate,
                key=f"nodes{n}_vs_1",
            )
        )
    return figures
