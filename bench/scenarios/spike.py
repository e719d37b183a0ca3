"""`spike`: a hall votes at one moment, with every phone's screen listening; beside it node with an upsert a ballot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from itertools import islice
from statistics import median

from bench.baselines import running
from bench.crowd import Crowd
from bench.figures import Bar, Figure, ratio
from bench.live_server import LiveServer, live_server
from bench.rooms import Rooms, room_file
from bench.rounds import percentile, rounds_of
from bench.scale import Scale
from bench.scenarios.ballots import count_unstored
from bench.spike_rounds import Spike, run_spike
from bench.stores import ServerStores
from bench.target import Target
from bench.wire import Poll

STORES = ("sqlite", "postgresql")
# A size beside which the node baseline runs: it takes what the measures say of it, and no hall more.
NODE_SIZE = 1_000
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
    ours: list[Spike] = []
    with live_server(rooms, "spike", profile=scale.profile) as server:
        async with Crowd(server.target.socket_url) as crowd:
            await crowd.join(server.tokens[: sizes[0]])
            polls = iter(crowd.snapshot.polls)
            # Warms up: not measured, but must be stored like every other round.
            await run_spike(server.target, crowd, next(polls), n_options=N_OPTIONS)
            for n in sizes:
                await crowd.join(server.tokens[len(crowd.phones) : n])
                spikes = await _spike(server.target, crowd, islice(polls, scale.spike_rounds), server=server)
                ours = spikes if n == NODE_SIZE else ours
                for figure in await _judge(rooms, server, crowd, spikes):
                    yield figure
    if ours and isinstance(rooms.stores, ServerStores):
        for figure in _vs_node(ours, await _measure_node(scale, rooms.stores)):
            yield figure


async def _spike(
    target: Target, crowd: Crowd, polls: Iterator[Poll], *, server: LiveServer | None = None
) -> list[Spike]:
    stores = server.stores if server is not None else None
    return [await run_spike(target, crowd, poll, n_options=N_OPTIONS, stores=stores) for poll in polls]


async def _judge(rooms: Rooms, server: LiveServer, crowd: Crowd, spikes: Sequence[Spike]) -> list[Figure]:
    unacknowledged = sum(spike.n - len(spike.acks) for spike in spikes)
    unstored = unacknowledged + await asyncio.to_thread(count_unstored, server, crowd)
    return _figures(rooms, spikes, unstored=unstored, refusals=dict(crowd.refusals))


async def _measure_node(scale: Scale, stores: ServerStores) -> list[Spike]:
    modules = running.node_modules()
    if modules is None:
        return []
    with running.node_pg(modules, stores.new_database(), n_options=N_OPTIONS) as target:
        async with Crowd(target.socket_url) as crowd:
            await crowd.join([None] * NODE_SIZE)
            spikes = await _spike(target, crowd, islice(crowd.snapshot.polls, scale.spike_rounds + 1))
    return spikes[1:]  # the first warms up, as ours does


def _vs_node(ours: Sequence[Spike], node: Sequence[Spike]) -> list[Figure]:
    rows: list[tuple[str, str, str, Callable[[Spike], float]]] = [
        ("acknowledged p95", "spike1000_p95_vs_node_pg", "ms", _ack_ms(0.95)),
        ("all screens final", "spike1000_screens_vs_node_pg", "ms", _screens_ms),
        ("server time", "spike1000_cpu_vs_node_pg", "CPU ms", _cpu_ms),
    ]
    figures = []
    for name, key, unit, of in rows:
        theirs = median(map(of, node)) if node else None
        figures.append(
            Figure(
                scenario="spike",
                name=f"PostgreSQL: {NODE_SIZE:,} at once, {name}, ours ÷ node, ws and pg",
                unit="times",
                rounds=ratio(median(map(of, ours)), theirs),
                key=key,
                baseline="node: absent" if theirs is None else f"node, ws and pg {theirs:.3g} {unit}",
            )
        )
    return figures


def _figures(rooms: Rooms, spikes: Sequence[Spike], *, unstored: int, refusals: dict[str, int]) -> list[Figure]:
    n = spikes[0].n

    def figure(name: str, unit: str, key: str, of: Callable[[Spike], float], bar: Bar | None = None) -> Figure:
        rounds = rounds_of([of(spike) for spike in spikes])
        name = rooms.named(f"{n:,} at once, {name}")
        return Figure(scenario="spike", name=name, unit=unit, rounds=rounds, key=rooms.key(key), bar=bar)

    store_ms = [figure("and of the database", "CPU ms/ballot", f"spike{n}_own_cpu_ms_per_ballot", _store_ms)]
    p50, p95, p99 = (_ack_ms(share) for share in (0.5, 0.95, 0.99))
    trouble = f" {refusals}" if refusals else ""
    return [
        figure("acknowledged p50", "ms", f"spike{n}_p50_ms", p50),
        figure("acknowledged p95", "ms", f"spike{n}_p95_ms", p95, P95_BARS.get(n)),
        figure("acknowledged p99", "ms", f"spike{n}_p99_ms", p99),
        figure("all screens final", "ms", f"spike{n}_screens_ms", _screens_ms, SCREENS_BARS.get(n)),
        figure("server time", "CPU ms/ballot", f"spike{n}_cpu_ms_per_ballot", _cpu_ms, Bar(at_most=0.2)),
        *(store_ms if rooms.stores.name != "sqlite" else []),
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


def _store_ms(spike: Spike) -> float:
    return spike.store_seconds / spike.n * 1000
