"""`fanout`: 10 tallies a second to everybody in a room; what one delivered tally costs the server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager

from bench.baselines import running
from bench.crowd import Crowd
from bench.fanout_rounds import Fanout, measure_fanout
from bench.figures import Bar, Figure, ratio
from bench.live_server import live_server
from bench.rooms import Rooms, room_file
from bench.rounds import Rounds, rounds_of
from bench.scale import Scale
from bench.target import Target

N_CASTERS = 20
# Makes a tally of about 300 bytes.
N_OPTIONS = 28


def room(scale: Scale) -> str:
    """Write the room: one poll."""
    return room_file("fanout", n_polls=1, n_options=N_OPTIONS)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Measure the product and every baseline at each number of listeners."""
    for n in scale.fanout_listeners:
        ours = await _measure_ours(scale, rooms, n)
        yield _absolute(scale, n, ours)
        if n == scale.stock_listeners:
            stock = await _measure_stock(scale, n)
            yield _times_cheaper(n, ours, stock)
        with running.websockets_broadcast(n_options=N_OPTIONS) as target:
            theirs = await _measure(scale, target, n)
        yield _compared(n, "websockets", ours, theirs, bar=Bar(at_most=1.3))
        with _node_ws() as node:
            node_ws = None if node is None else await _measure(scale, node, n)
        yield _compared(n, "node_ws", ours, node_ws)


async def _measure_ours(scale: Scale, rooms: Rooms, n: int) -> Fanout:
    with live_server(rooms, "fanout", profile=scale.profile) as server:
        return await _measure(scale, server.target, n, tokens=server.tokens)


async def _measure_stock(scale: Scale, n: int) -> Fanout:
    with (
        running.redis_url() as redis_url,
        running.stock_channels(scale.folder, n_options=N_OPTIONS, redis_url=redis_url) as target,
    ):
        async with Crowd(target.socket_url) as listeners, Crowd(target.socket_url) as casters:
            await listeners.join([None] * n)
            await casters.join([None] * N_CASTERS)
            return await measure_fanout(
                target, listeners, casters, rounds=scale.stock_rounds, tallies=scale.stock_tallies
            )


async def _measure(scale: Scale, target: Target, n: int, *, tokens: Sequence[str] | None = None) -> Fanout:
    who: list[str | None] = [*tokens] if tokens else [None] * (n + N_CASTERS)
    async with Crowd(target.socket_url) as listeners, Crowd(target.socket_url) as casters:
        await listeners.join(who[:n])
        await casters.join(who[n : n + N_CASTERS])
        return await measure_fanout(
            target, listeners, casters, rounds=scale.fanout_rounds, tallies=scale.fanout_tallies
        )


@contextmanager
def _node_ws() -> Iterator[Target | None]:
    modules = running.node_modules()
    if modules is None:
        yield None
        return
    with running.node_ws(modules, n_options=N_OPTIONS) as target:
        yield target


def _absolute(scale: Scale, n: int, ours: Fanout) -> Figure:
    missed = f", {ours.n_missed} missed" if ours.n_missed else ""
    return Figure(
        scenario="fanout",
        name=f"{n:,} listeners, {ours.bytes_per_tally:.0f} bytes{missed}",
        unit="CPU µs/tally",
        rounds=rounds_of(ours.us_per_tally),
        key="fanout_us" if n == scale.stock_listeners else f"fanout_{n}_us",
    )


def _times_cheaper(n: int, ours: Fanout, stock: Fanout) -> Figure:
    theirs = rounds_of(stock.us_per_tally)
    return Figure(
        scenario="fanout",
        name=f"{n:,} listeners, stock ÷ ours",
        unit="times cheaper",
        rounds=ratio(theirs.median, rounds_of(ours.us_per_tally).median),
        key="fanout_vs_stock",
        baseline=_told("stock Channels on Redis", theirs),
        bar=Bar(at_least=12),
    )


def _compared(n: int, name: str, ours: Fanout, theirs: Fanout | None, *, bar: Bar | None = None) -> Figure:
    rounds = rounds_of(theirs.us_per_tally) if theirs else Rounds(())
    key = f"fanout_vs_{name}" if n == 1_000 else f"fanout_{n}_vs_{name}"
    return Figure(
        scenario="fanout",
        name=f"{n:,} listeners, ours ÷ {name}",
        unit="times",
        rounds=ratio(rounds_of(ours.us_per_tally).median, rounds.median),
        key=key,
        baseline=_told(name, rounds),
        bar=bar,
    )


def _told(name: str, rounds: Rounds) -> str:
    return f"{name}: absent" if rounds.median is None else f"{name} {rounds.median:.1f} µs"
