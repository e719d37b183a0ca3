"""`spike`: a hall votes at one moment, with every phone's screen listening."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from itertools import islice

from bench.crowd import Crowd
from bench.figures import Bar, Figure
from bench.live_server import LiveServer, live_server
from bench.rooms import Rooms, room_file
from bench.rounds import percentile, rounds_of
from bench.scale import Scale
from bench.scenarios.ballots import count_unstored
from bench.spike_rounds import Spike, run_spike
from bench.wire import Poll

N_OPTIONS = 4
# The measures name no bar for 1,000; those of 500 and 5,000 stand around it.
P95_BARS = {500: Bar(at_most=100), 5_000: Bar(at_most=700)}
SCREENS_BARS = {5_000: Bar(at_most=2_500)}


def room(scale: Scale) -> str:
    """Write the room: one poll to warm up, and one for every round."""
    return room_file("spike", n_polls=1 + scale.spike_rounds * len(scale.spike_sizes), n_options=N_OPTIONS)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Measure each size of hall, the smaller first; each round is a poll that nobody has voted in."""
    sizes = sorted(scale.spike_sizes)
    with live_server(rooms, "spike", profile=scale.profile) as server:
        async with Crowd(server.target.socket_url) as crowd:
            await crowd.join(server.tokens[: sizes[0]])
            polls = iter(crowd.snapshot.polls)
            # Warms up: not measured, but must be stored like every other round.
            await run_spike(server.target, crowd, next(polls), n_options=N_OPTIONS)
            for n in sizes:
                await crowd.join(server.tokens[len(crowd.phones) : n])
                for figure in await _measure(server, crowd, list(islice(polls, scale.spike_rounds))):
                    yield figure


async def _measure(server: LiveServer, crowd: Crowd, polls: Sequence[Poll]) -> list[Figure]:
    spikes = [await run_spike(server.target, crowd, poll, n_options=N_OPTIONS) for poll in polls]
    unacknowledged = sum(spike.n - len(spike.acks) for spike in spikes)
    unstored = unacknowledged + await asyncio.to_thread(count_unstored, server, crowd)
    return _figures(spikes, unstored=unstored, refusals=dict(crowd.refusals))


def _figures(spikes: Sequence[Spike], *, unstored: int, refusals: dict[str, int]) -> list[Figure]:
    n = spikes[0].n

    def figure(name: str, unit: str, key: str, of: Callable[[Spike], float], bar: Bar | None = None) -> Figure:
        rounds = rounds_of([of(spike) for spike in spikes])
        return Figure(scenario="spike", name=f"{n:,} at once, {name}", unit=unit, rounds=rounds, key=key, bar=bar)

    p50, p95, p99 = (_ack_ms(share) for share in (0.5, 0.95, 0.99))
    trouble = f" {refusals}" if refusals else ""
    return [
        figure("acknowledged p50", "ms", f"spike{n}_p50_ms", p50),
        figure("acknowledged p95", "ms", f"spike{n}_p95_ms", p95, P95_BARS.get(n)),
        figure("acknowledged p99", "ms", f"spike{n}_p99_ms", p99),
        figure("all screens final", "ms", f"spike{n}_screens_ms", _screens_ms, SCREENS_BARS.get(n)),
        figure("server time", "CPU ms/ballot", f"spike{n}_cpu_ms_per_ballot", _cpu_ms, Bar(at_most=0.2)),
        figure(
            f"not acknowledged or not stored{trouble}",
            "ballots",
            f"spike{n}_unstored",
            lambda _: unstored,
            Bar(at_most=0),
        ),
    ]


def _ack_ms(share: float) -> Callable[[Spike], float]:
    return lambda spike: (percentile(spike.acks, share) or 0.0) * 1000


def _screens_ms(spike: Spike) -> float:
    """Return when the last screen was final; never, where one is missing."""
    return max(spike.screens) * 1000 if len(spike.screens) == spike.n else float("inf")


def _cpu_ms(spike: Spike) -> float:
    return spike.cpu_seconds / spike.n * 1000
