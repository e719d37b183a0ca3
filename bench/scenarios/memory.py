"""`memory`: what an idle connection weighs, beside the least application on the same server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from bench.baselines import running
from bench.crowd import Crowd
from bench.figures import Bar, Figure, ratio
from bench.live_server import live_server
from bench.rooms import Rooms, room_file
from bench.rounds import Rounds, rounds_of
from bench.scale import Scale
from bench.target import Target

N_WARM = 20
SETTLE_SECONDS = 1.1


def room(scale: Scale) -> str:
    """Write the room: a few polls."""
    return room_file("memory", n_polls=3, n_options=4)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Measure a fresh server a round, for memory once taken is seldom given back."""
    for n in scale.memory_sockets:
        ours, bare = [], []
        for _ in range(scale.memory_rounds):
            with live_server(rooms, "memory", profile=scale.profile) as server:
                ours.append(await _measure(server.target, server.tokens[: n + N_WARM]))
            with running.bare_echo() as target:
                bare.append(await _measure(target, [None] * (n + N_WARM)))
        for figure in _figures(scale, n, rounds_of(ours), rounds_of(bare)):
            yield figure


async def _measure(target: Target, tokens: Sequence[str | None]) -> float:
    """Return the KB of resident memory that one connection added."""
    async with Crowd(target.socket_url) as warm, Crowd(target.socket_url) as crowd:
        await warm.join(tokens[:N_WARM])
        before = target.process.rss_kb()
        await crowd.join(tokens[N_WARM:])
        await asyncio.sleep(SETTLE_SECONDS)
        return (target.process.rss_kb() - before) / len(crowd.phones)


def _figures(scale: Scale, n: int, ours: Rounds, bare: Rounds) -> list[Figure]:
    # The smallest hall of a run has the plain keys.
    size = "" if n == scale.memory_sockets[0] else f"{n}"
    return [
        Figure(
            scenario="memory",
            name=f"{n:,} idle connections",
            unit="KB each",
            rounds=ours,
            key=f"memory{size}_kb",
        ),
        Figure(
            scenario="memory",
            name=f"{n:,}, ours ÷ bare",
            unit="times",
            rounds=ratio(ours.median, bare.median),
            key=f"memory{size}_vs_bare",
            baseline=f"bare uvicorn {bare.median or 0:.1f} KB",
            bar=Bar(at_most=1.3),
        ),
    ]
