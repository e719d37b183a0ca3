"""`ballots`: votes and changes without pause, each acknowledged when it is durable, on SQLite."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

from bench.ballot_load import BallotLoad
from bench.baselines import running
from bench.commands import run_python
from bench.crowd import Crowd
from bench.figures import Bar, Figure, ratio
from bench.live_server import LiveServer, live_server
from bench.product import environment
from bench.rooms import Rooms, room_file
from bench.rounds import Rounds, rounds_of
from bench.scale import Scale
from live_polls.live.limits import MESSAGES_A_SECOND

N_OPTIONS = 8
# Two clocks are never exactly in step: stay a little below what the product allows one connection.
PAUSE_SECONDS = 1.05 / MESSAGES_A_SECOND


def room(scale: Scale) -> str:
    """Write the room: one poll."""
    return room_file("ballots", n_polls=1, n_options=N_OPTIONS)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Measure the product, then one ORM transaction a ballot, then the bare batches without sockets."""
    with live_server(rooms, "ballots", profile=scale.profile) as server:
        ours, unstored = await _measure_ours(scale, server)
    pragmas = ", ".join(f"{name}={value}" for name, value in rooms.pragmas.items())
    for figure in _figures(ours, pragmas, unstored=unstored):
        yield figure
    yield _vs_stock(ours.ballots_per_second, await _measure_stock(scale))
    yield _vs_bare(ours.ballots_per_second, _measure_bare(scale, rooms, ours))


async def _measure_ours(scale: Scale, server: LiveServer) -> tuple[BallotLoad, int]:
    async with Crowd(server.target.socket_url) as crowd:
        await crowd.join(server.tokens[: scale.ballots_sockets])
        load = BallotLoad(crowd=crowd, interval=PAUSE_SECONDS, n_options=N_OPTIONS)
        await load.run(server.target, scale.ballots_seconds)
    return load, count_unstored(server, crowd)


def count_unstored(server: LiveServer, crowd: Crowd) -> int:
    """Count the acknowledged ballots that the database does not hold; 1 when tallies and ballots differ."""
    last = [(poll, seq) for phone in crowd.phones for poll, seq in phone.acknowledged.items()]
    polls = sorted({poll.decode() for poll, _ in last})
    n_stored, sum_stored = server.stored_ballots(polls)
    differs = (n_stored, sum_stored) != (len(last), sum(seq for _, seq in last))
    return max(len(last) - n_stored, int(differs), int(not server.recount()))


async def _measure_stock(scale: Scale) -> BallotLoad:
    """Drive the tutorial's consumer as hard as it goes; it shows no tallies, which would cost it far more."""
    with running.stock_channels(scale.folder, n_options=N_OPTIONS) as target:
        async with Crowd(f"{target.socket_url}?listen=0") as crowd:
            await crowd.join([None] * scale.stock_ballots_sockets)
            load = BallotLoad(crowd=crowd, interval=0.0, n_options=N_OPTIONS)
            await load.run(target, scale.stock_ballots_seconds)
    return load


def _measure_bare(scale: Scale, rooms: Rooms, ours: BallotLoad) -> Rounds:
    env = environment(rooms.copy())
    counts = {"size": round(ours.ballots_per_commit), "participants": scale.ballots_sockets}
    options = [f"--{name}={value}" for name, value in (counts | {"seconds": scale.bare_ballots_seconds}).items()]
    return rounds_of(json.loads(run_python(env, "-m", "bench.baselines.bare_batch", *options)))


def _figures(ours: BallotLoad, pragmas: str, *, unstored: int) -> list[Figure]:
    trouble = f", {dict(ours.crowd.refusals)}" if ours.crowd.refusals else ""
    n_sockets = len(ours.crowd.phones)
    rows: list[tuple[str, str, float | None, str, Bar | None]] = [
        (
            f"{n_sockets:,} sockets, {pragmas}{trouble}",
            "ballots/s",
            ours.ballots_per_second,
            "ballots_per_s_sqlite",
            Bar(at_least=5000),
        ),
        ("server time", "CPU µs/ballot", ours.us_per_ballot, "ballots_us_sqlite", None),
        ("acknowledged, p99", "ms", ours.latency_ms(0.99), "ballots_p99_ms", None),
        ("ballots a commit", "ballots", ours.ballots_per_commit, "ballots_batch", None),
        ("acknowledged, not stored", "ballots", unstored, "ballots_unstored", Bar(at_most=0)),
    ]
    return [
        Figure(scenario="ballots", name=name, unit=unit, rounds=_one(value), key=key, bar=bar)
        for name, unit, value, key, bar in rows
    ]


def _vs_stock(rate: float, stock: BallotLoad) -> Figure:
    told = f"one ORM transaction a ballot {stock.ballots_per_second:,.0f}/s, {stock.us_per_ballot:,.0f} µs"
    return Figure(
        scenario="ballots",
        name="ours ÷ stock Channels",
        unit="times",
        rounds=ratio(rate, stock.ballots_per_second),
        key="ballots_vs_stock",
        baseline=told,
        bar=Bar(at_least=15),
    )


def _vs_bare(rate: float, bare: Rounds) -> Figure:
    return Figure(
        scenario="ballots",
        name="ours ÷ bare batches",
        unit="times",
        rounds=ratio(rate, bare.median),
        key="ballots_vs_bare",
        baseline=f"the same batches without sockets {bare.median or 0:,.0f}/s",
        bar=Bar(at_least=0.5),
    )


def _one(value: float | None) -> Rounds:
    return Rounds(() if value is None else (value,))
