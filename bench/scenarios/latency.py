"""`latency`: from one tap to every screen, while ballots keep coming."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from math import ceil
from time import perf_counter

from bench import wire
from bench.crowd import Crowd
from bench.figures import Bar, Figure
from bench.live_server import live_server
from bench.phone import Phone
from bench.rooms import Rooms, room_file
from bench.rounds import Rounds, percentile
from bench.scale import N_CASTERS, Scale
from bench.screens import Screens

STORES = ("sqlite", "postgresql")
BALLOTS_PER_SECOND = 100.0
FIRST_SIZE = 1_000
P99_BARS = {FIRST_SIZE: Bar(at_most=300)}
N_OPTIONS = 4
LAST_SCREENS_SECONDS = 2.0


def room(scale: Scale) -> str:
    """Write the room, with so many polls that each phone votes only once in each.

    A first ballot changes every tally, but two changes may cancel out and show nothing.
    """
    n_ballots = int(scale.latency_seconds * BALLOTS_PER_SECOND)
    return room_file("latency", n_polls=ceil(n_ballots / N_CASTERS), n_options=N_OPTIONS)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Let a few vote at a steady rate, and watch every screen; a fresh server for each size of hall."""
    for n in scale.latency_listeners:
        with live_server(rooms, "latency", profile=scale.profile) as server:
            async with Crowd(server.target.socket_url) as listeners, Crowd(server.target.socket_url) as casters:
                await listeners.join(server.tokens[:n])
                await casters.join(server.tokens[n : n + N_CASTERS])
                screens = _watch(listeners, casters)
                await _vote(casters, int(scale.latency_seconds * BALLOTS_PER_SECOND))
                await asyncio.sleep(LAST_SCREENS_SECONDS)
        for figure in _figures(rooms, n, screens):
            yield figure


def _watch(listeners: Crowd, casters: Crowd) -> Screens:
    screens = Screens()

    def on_ack(phone: Phone, payload: bytes) -> None:
        screens.tapped(at=phone.cast_at, version=wire.read_version(payload))

    def on_tally(phone: Phone, payload: bytes) -> None:
        screens.shown(phone.number, version=wire.read_version(payload), at=perf_counter())

    casters.on_ack, listeners.on_tally = on_ack, on_tally
    return screens


async def _vote(casters: Crowd, n_ballots: int) -> None:
    """Tap on a fixed timetable, whether or not the server keeps up."""
    started = perf_counter()
    for number in range(n_ballots):
        due = started + number / BALLOTS_PER_SECOND
        await asyncio.sleep(max(due - perf_counter(), 0))
        poll = casters.snapshot.polls[number // N_CASTERS]
        phone = casters.phones[number % N_CASTERS]
        phone.cast(poll.code.encode(), round_=poll.round, option=number % N_OPTIONS + 1, at=due)


def _figures(rooms: Rooms, n: int, screens: Screens) -> list[Figure]:
    size = "" if n == FIRST_SIZE else f"{n}"
    delays = screens.delays()
    missed = len(screens.taps) - len(delays)
    return [
        Figure(
            scenario="latency",
            name=rooms.named(f"tap to all of {n:,} screens, {name}" + (f", {missed} not shown" if missed else "")),
            unit="ms",
            rounds=Rounds(tuple(found * 1000 for found in [percentile(delays, share)] if found is not None)),
            key=rooms.key(f"latency{size}_{name}_ms"),
            bar=bar,
        )
        for name, share, bar in (("p50", 0.5, None), ("p99", 0.99, P99_BARS.get(n)))
    ]
