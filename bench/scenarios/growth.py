"""`growth`: a ballot and a snapshot cost the same, however many ballots the poll holds and however many rooms are live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from bench.ballot_load import BallotLoad
from bench.commands import ask_inside, run_python
from bench.crowd import Crowd
from bench.figures import Bar, Figure, ratio_by_turns
from bench.growth_rounds import cast_first_ballots
from bench.live_server import LiveServer, live_server
from bench.rooms import Rooms, room_file
from bench.rounds import rounds_of
from bench.scale import Scale

STORES = ("sqlite", "postgresql")
N_OPTIONS = 8
# Everybody in the room changes the ballot as often.
INTERVAL_SECONDS = 0.25
FLAT = Bar(at_most=1.2)
SERVED_ROUNDS = 4
ROOMS_ROUNDS = 3
# A million rows on a busy machine.
FILL_SECONDS = 180.0


def room(scale: Scale) -> str:
    """Write the room: a poll to warm up in, and one to fill for each size."""
    return room_file("growth", n_polls=1 + len(scale.growth_ballots), n_options=N_OPTIONS)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Measure a server with fuller and fuller polls, the same without sockets, then one with more and more rooms."""
    served, env = await _measure_served(scale, rooms)
    for figure in _served(rooms, served):
        yield figure
    for figure in _grown(rooms, await asyncio.to_thread(_measure_filled, scale, rooms, env)):
        yield figure
    by_rooms = await _measure_rooms(scale, rooms)
    for n, values in by_rooms.items():
        for figure in _of_rooms(rooms, n, values, by_rooms[min(by_rooms)]):
            yield figure


async def _measure_served(scale: Scale, rooms: Rooms) -> tuple[dict[int, list[float]], Mapping[str, str]]:
    """Return the CPU µs of first ballots, fan-out included, by the number of ballots that the poll held before.

    And the environment in which those polls can be found again.
    """
    found: dict[int, list[float]] = {}
    with live_server(rooms, "growth", profile=scale.profile) as server:
        await asyncio.to_thread(_fill, scale, server)
        async with Crowd(server.target.socket_url) as crowd:
            await crowd.join(server.tokens[: scale.growth_voters])
            warm, *polls = crowd.snapshot.polls
            await cast_first_ballots(server.target, crowd, crowd.phones, warm, n_options=N_OPTIONS)
            size = len(crowd.phones) // SERVED_ROUNDS
            groups = [crowd.phones[start : start + size] for start in range(0, size * SERVED_ROUNDS, size)]
            # By turns, so that what else the machine does falls on all of them.
            for group in groups:
                for filled, poll in zip(scale.growth_ballots, polls, strict=True):
                    us = await cast_first_ballots(server.target, crowd, group, poll, n_options=N_OPTIONS)
                    found.setdefault(filled, []).append(us)
    return found, server.env


def _fill(scale: Scale, server: LiveServer) -> None:
    sizes = ("0", *map(str, scale.growth_ballots))
    run_python(server.env, "-m", "bench.filling", "growth", *sizes, seconds=FILL_SECONDS)


def _served(rooms: Rooms, found: dict[int, list[float]]) -> list[Figure]:
    figures, first = [], found[min(found)]
    for filled, values in found.items():
        us, size = rounds_of(values), _short(filled)
        name = f"{filled:,} ballots in the poll, a first ballot, fan-out included"
        unit, key = "CPU µs/ballot", f"growth_served_{size}"
        figures.append(
            Figure(scenario="growth", name=rooms.named(name), unit=unit, rounds=us, key=rooms.key(f"{key}_us"))
        )
        if filled:
            figures.append(_vs_first(rooms, f"{name} ÷ at 0", f"{key}_vs_0", values, first))
    return figures


def _measure_filled(scale: Scale, rooms: Rooms, env: Mapping[str, str]) -> list[dict[str, Any]]:
    fill = ("--filled", "--fill", *map(str, scale.growth_ballots))
    return cast_inside(rooms, env, "growth", *fill, "--seconds", str(scale.growth_seconds))


def cast_inside(rooms: Rooms, env: Mapping[str, str], slug: str, *arguments: str) -> list[dict[str, Any]]:
    """Run `bench.casting` in an environment of the product; one object a measurement."""
    pid = rooms.stores.pid
    store = () if pid is None else ("--store-pid", str(pid))
    printed = run_python(env, "-m", "bench.casting", slug, *arguments, *store, seconds=FILL_SECONDS)
    costs: list[dict[str, Any]] = json.loads(printed)
    return costs


def _grown(rooms: Rooms, costs: Sequence[dict[str, Any]]) -> list[Figure]:
    figures = []
    # Without sockets a ballot is little more than its place in the index, which is nowhere flat: no bar for that.
    for what, bar in (("ballot", None), ("snapshot", FLAT)):
        first = costs[0][f"{what}_us"]
        for cost in costs:
            us, size = rounds_of(cost[f"{what}_us"]), _short(cost["filled"])
            name = f"{cost['filled']:,} ballots in the poll, a {what}, no sockets"
            key = f"growth_{what}_{size}"
            unit = f"CPU µs/{what}"
            figures.append(
                Figure(scenario="growth", name=rooms.named(name), unit=unit, rounds=us, key=rooms.key(f"{key}_us"))
            )
            if cost["filled"]:
                figures.append(_vs_first(rooms, f"{name} ÷ at 0", f"{key}_vs_0", us.values, first, bar=bar))
    return figures


async def _measure_rooms(scale: Scale, rooms: Rooms) -> dict[int, list[float]]:
    """Return the CPU µs of a ballot in one room, fan-out included, by the number of rooms in which somebody listens.

    On a server for each number, by turns, while the others have nobody.
    """
    found: dict[int, list[float]] = {}
    async with AsyncExitStack() as stack:
        crowds = {n: await _listen_in(stack, scale, rooms, n) for n in scale.growth_rooms}
        for _ in range(ROOMS_ROUNDS):
            for n, (server, crowd) in crowds.items():
                load = BallotLoad(crowd=crowd, interval=INTERVAL_SECONDS, n_options=N_OPTIONS)
                await load.run(server.target, scale.growth_rooms_seconds / ROOMS_ROUNDS)
                found.setdefault(n, []).append(load.us_per_ballot)
    return found


async def _listen_in(stack: AsyncExitStack, scale: Scale, rooms: Rooms, n: int) -> tuple[LiveServer, Crowd]:
    """A server with so many live rooms until the stack ends, and the crowd of the one in which people vote."""
    server = stack.enter_context(live_server(rooms, "growth", profile=scale.profile))
    others = await asyncio.to_thread(ask_inside, server.env, "many", str(n - 1), "1")
    for one in others:
        crowd = await stack.enter_async_context(_crowd(server, one["join_code"]))
        await crowd.join(one["tokens"])
    crowd = await stack.enter_async_context(Crowd(server.target.socket_url))
    await crowd.join(server.tokens[: scale.growth_sockets])
    return server, crowd


def _crowd(server: LiveServer, join_code: str) -> Crowd:
    return Crowd(server.target.socket_url.replace(server.join_code, join_code))


def _of_rooms(rooms: Rooms, n: int, values: Sequence[float], first: Sequence[float]) -> list[Figure]:
    name = f"{n:,} live rooms, a ballot in one, fan-out included"
    figure = Figure(
        scenario="growth",
        name=rooms.named(name),
        unit="CPU µs/ballot",
        rounds=rounds_of(values),
        key=rooms.key(f"growth_rooms_{n}_us"),
    )
    if values is first:
        return [figure]
    return [figure, _vs_first(rooms, f"{name} ÷ with 1", f"growth_rooms_{n}_vs_1", values, first)]


def _vs_first(
    rooms: Rooms, name: str, key: str, values: Sequence[float], first: Sequence[float], *, bar: Bar | None = FLAT
) -> Figure:
    return Figure(
        scenario="growth",
        name=rooms.named(name),
        unit="times",
        rounds=ratio_by_turns(values, first),
        key=rooms.key(key),
        bar=bar,
    )


def _short(n: int) -> str:
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if n >= size:
            return f"{n // size}{letter}"
    return str(n)
