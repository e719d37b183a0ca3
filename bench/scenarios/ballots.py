"""`ballots`: votes and changes without pause, each acknowledged when it is durable."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bench.ballot_load import BallotLoad
from bench.baselines import running
from bench.commands import run_python
from bench.crowd import Crowd
from bench.figures import Bar, Figure, ratio
from bench.live_server import LiveServer, live_server
from bench.rooms import Rooms, room_file
from bench.rounds import Rounds, rounds_of
from bench.scale import Scale
from bench.stores import ServerStores
from bench.target import Target
from live_polls.live.limits import MESSAGES_A_SECOND

STORES = ("sqlite", "postgresql")
N_OPTIONS = 8
# Two clocks are never exactly in step: stay a little below what the product allows one connection.
PAUSE_SECONDS = 1.05 / MESSAGES_A_SECOND
RATE_BARS = {"sqlite": Bar(at_least=5000), "postgresql": Bar(at_least=4000)}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the product did: the load, the time of the database's own processes, and what was lost."""

    load: BallotLoad
    store_us: float
    unstored: int


def room(scale: Scale) -> str:
    """Write the room: one poll."""
    return room_file("ballots", n_polls=1, n_options=N_OPTIONS)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Measure the product, one ORM transaction a ballot, the bare batches without sockets, and sockets without batches."""
    with live_server(rooms, "ballots", profile=scale.profile) as server:
        ours = await _measure_ours(scale, server)
    for figure in _figures(rooms, ours):
        yield figure
    rate = ours.load.ballots_per_second
    yield _vs_stock(rooms, rate, await _measure_stock(scale, rooms))
    yield _vs_bare(rooms, rate, _measure_bare(scale, rooms, ours.load))
    yield _vs_uncounted(rooms, rate, await _measure_uncounted(scale))
    if isinstance(rooms.stores, ServerStores):
        for figure in _vs_node(rooms, ours, await _measure_node(scale, rooms.stores)):
            yield figure


async def _measure_ours(scale: Scale, server: LiveServer) -> Measured:
    async with Crowd(server.target.socket_url) as crowd:
        await crowd.join(server.tokens[: scale.ballots_sockets])
        store = server.stores.cpu_seconds()
        load = BallotLoad(crowd=crowd, interval=PAUSE_SECONDS, n_options=N_OPTIONS)
        await load.run(server.target, scale.ballots_seconds)
        store = server.stores.cpu_seconds() - store
    return Measured(load, store / max(load.n_acknowledged, 1) * 1e6, count_unstored(server, crowd))


def count_unstored(server: LiveServer, *crowds: Crowd) -> int:
    """Count the acknowledged ballots that the database does not hold; 1 when tallies and ballots differ."""
    phones = [phone for crowd in crowds for phone in crowd.phones]
    last = [(poll, seq) for phone in phones for poll, seq in phone.acknowledged.items()]
    polls = sorted({poll.decode() for poll, _ in last})
    n_stored, sum_stored = server.stored_ballots(polls)
    differs = (n_stored, sum_stored) != (len(last), sum(seq for _, seq in last))
    return max(len(last) - n_stored, int(differs), int(not server.recount()))


async def _measure_stock(scale: Scale, rooms: Rooms) -> BallotLoad:
    """Drive the tutorial's consumer as hard as it goes; it shows no tallies, which would cost it far more."""
    url = rooms.stores.new_database() if isinstance(rooms.stores, ServerStores) else None
    with running.stock_channels(scale.folder, n_options=N_OPTIONS, database_url=url) as target:
        return await _drive(target, "?listen=0", scale.stock_ballots_sockets, scale.stock_ballots_seconds)


async def _measure_node(scale: Scale, stores: ServerStores) -> tuple[BallotLoad, float] | None:
    """Return what node did, and the CPU µs a ballot of the database: an upsert each leaves most of the work to it."""
    modules = running.node_modules()
    if modules is None:
        return None
    with running.node_pg(modules, stores.new_database(), n_options=N_OPTIONS) as target:
        before = stores.cpu_seconds()
        load = await _drive(target, "", scale.node_sockets, scale.node_seconds)
        return load, (stores.cpu_seconds() - before) / max(load.n_acknowledged, 1) * 1e6


async def _measure_uncounted(scale: Scale) -> BallotLoad:
    """Drive sockets that acknowledge at once and count nothing: beyond that no server of this kind can go."""
    with running.bare_ack() as target:
        return await _drive(target, "", scale.ballots_sockets, scale.node_seconds)


async def _drive(target: Target, query: str, n_sockets: int, seconds: float) -> BallotLoad:
    async with Crowd(f"{target.socket_url}{query}") as crowd:
        await crowd.join([None] * n_sockets)
        load = BallotLoad(crowd=crowd, interval=0.0, n_options=N_OPTIONS)
        await load.run(target, seconds)
    return load


def _measure_bare(scale: Scale, rooms: Rooms, ours: BallotLoad) -> Rounds:
    counts = {"size": round(ours.ballots_per_commit), "participants": scale.ballots_sockets}
    options = [f"--{name}={value}" for name, value in (counts | {"seconds": scale.bare_ballots_seconds}).items()]
    return rounds_of(json.loads(run_python(rooms.copy(), "-m", "bench.baselines.bare_batch", *options)))


def _figures(rooms: Rooms, ours: Measured) -> list[Figure]:
    load, store = ours.load, rooms.stores.name
    trouble = f", {dict(load.crowd.refusals)}" if load.crowd.refusals else ""
    rows: list[tuple[str, str, float | None, str, Bar | None]] = [
        (
            f"{len(load.crowd.phones):,} sockets{trouble}",
            "ballots/s",
            load.ballots_per_second,
            f"ballots_per_s_{store}",
            RATE_BARS[store],
        ),
        ("server time", "CPU µs/ballot", load.us_per_ballot, f"ballots_us_{store}", None),
        ("acknowledged, p50", "ms", load.latency_ms(0.5), rooms.key("ballots_p50_ms"), None),
        ("acknowledged, p99", "ms", load.latency_ms(0.99), rooms.key("ballots_p99_ms"), None),
        ("ballots a commit", "ballots", load.ballots_per_commit, rooms.key("ballots_batch"), None),
        ("acknowledged, not stored", "ballots", ours.unstored, rooms.key("ballots_unstored"), Bar(at_most=0)),
    ]
    if ours.store_us:
        rows.insert(2, ("and of the database", "CPU µs/ballot", ours.store_us, f"ballots_{store}_own_us", None))
    return [
        Figure(scenario="ballots", name=rooms.named(name), unit=unit, rounds=_one(value), key=key, bar=bar)
        for name, unit, value, key, bar in rows
    ]


def _vs_stock(rooms: Rooms, rate: float, stock: BallotLoad) -> Figure:
    told = f"one ORM transaction a ballot {stock.ballots_per_second:,.0f}/s, {stock.us_per_ballot:,.0f} µs"
    key = rooms.key("ballots_vs_stock")
    return _compared(rooms, "stock Channels", key, rate, stock.ballots_per_second, told, Bar(at_least=15))


def _vs_bare(rooms: Rooms, rate: float, bare: Rounds) -> Figure:
    told = f"the same batches without sockets {bare.median or 0:,.0f}/s"
    return _compared(rooms, "bare batches", rooms.key("ballots_vs_bare"), rate, bare.median, told, Bar(at_least=0.5))


def _vs_uncounted(rooms: Rooms, rate: float, uncounted: BallotLoad) -> Figure:
    told = f"acknowledged by bare uvicorn, not counted {uncounted.ballots_per_second:,.0f}/s"
    key = rooms.key("ballots_vs_uncounted")
    return _compared(rooms, "bare acknowledgements", key, rate, uncounted.ballots_per_second, told)


def _vs_node(rooms: Rooms, ours: Measured, node: tuple[BallotLoad, float] | None) -> list[Figure]:
    name, rate, us = "node, ws and pg", ours.load.ballots_per_second, ours.load.us_per_ballot + ours.store_us
    if node is None:
        return [
            _compared(rooms, name, "ballots_vs_node_pg", rate, None, "node: absent"),
            _compared(
                rooms, f"{name}, time of server and database", "ballots_cpu_vs_node_pg", us, None, "node: absent"
            ),
        ]
    load, store_us = node
    told = f"an upsert a ballot {load.ballots_per_second:,.0f}/s"
    times = f"{load.us_per_ballot:,.0f} + {store_us:,.0f} µs"
    theirs = load.us_per_ballot + store_us
    return [
        _compared(rooms, name, "ballots_vs_node_pg", rate, load.ballots_per_second, told),
        _compared(rooms, f"{name}, time of server and database", "ballots_cpu_vs_node_pg", us, theirs, times),
    ]


def _compared(
    rooms: Rooms, name: str, key: str, ours: float, theirs: float | None, told: str, bar: Bar | None = None
) -> Figure:
    return Figure(
        scenario="ballots",
        name=rooms.named(f"ours ÷ {name}"),
        unit="times",
        rounds=ratio(ours, theirs),
        key=key,
        baseline=told,
        bar=bar,
    )


def _one(value: float | None) -> Rounds:
    return Rounds(() if value is None else (value,))
