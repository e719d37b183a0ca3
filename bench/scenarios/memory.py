"""`memory`: what an idle connection weighs, beside the least application on the same server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bench.baselines import running
from bench.crowd import Crowd
from bench.figures import Bar, Figure, ratio
from bench.live_server import live_server
from bench.room_files import room_file
from bench.rounds import Rounds, rounds_of
from bench.scale import Scale
from bench.target import Target

N_WARM = 20
SETTLE_SECONDS = 1.1


async def run(scale: Scale) -> list[Figure]:
    """Measure a fresh server a round, for memory once taken is seldom given back."""
    ours, bare = [], []
    for number in range(scale.memory_rounds):
        room, n = room_file(n_polls=3, n_options=4), scale.memory_sockets + N_WARM
        with live_server(scale.folder / f"memory{number}", room, n_tokens=n) as server:
            ours.append(await _measure(server.target, server.tokens))
        with running.bare_echo() as target:
            bare.append(await _measure(target, [None] * n))
    return _figures(scale, rounds_of(ours), rounds_of(bare))


async def _measure(target: Target, tokens: Sequence[str | None]) -> float:
    """Return the KB of resident memory that one connection added."""
    async with Crowd(target.socket_url) as warm, Crowd(target.socket_url) as crowd:
        await warm.join(tokens[:N_WARM])
        before = target.process.rss_kb()
        await crowd.join(tokens[N_WARM:])
        await asyncio.sleep(SETTLE_SECONDS)
        return (target.process.rss_kb() - before) / len(crowd.phones)


def _figures(scale: Scale, ours: Rounds, bare: Rounds) -> list[Figure]:
    return [
        Figure(
            scenario="memory",
            name=f"{scale.memory_sockets:,} idle connections",
            unit="KB each",
            rounds=ours,
            key="memory_kb",
        ),
        Figure(
            scenario="memory",
            name="ours ÷ bare",
            unit="times",
            rounds=ratio(ours.median, bare.median),
            key="memory_vs_bare",
            baseline=f"bare uvicorn {bare.median or 0:.1f} KB",
            bar=Bar(at_most=1.3),
        ),
    ]
