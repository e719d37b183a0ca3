"""`latency`: from one tap to every screen, while ballots keep coming."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from math import ceil
from time import perf_counter

from bench import wire
from bench.crowd import Crowd
from bench.figures import Bar, Figure
from bench.live_server import live_server
from bench.phone import Phone
from bench.room_files import room_file
from bench.rounds import Rounds, percentile
from bench.scale import Scale

BALLOTS_PER_SECOND = 100.0
N_CASTERS = 100
N_OPTIONS = 4
LAST_SCREENS_SECONDS = 2.0


class Screens:
    """When each ballot was tapped, which version counts it, and when each screen had which version."""

    def __init__(self) -> None:
        self.taps: list[tuple[float, int]] = []
        self.seen: dict[int, tuple[list[int], list[float]]] = {}

    def on_ack(self, phone: Phone, payload: bytes) -> None:
        self.taps.append((phone.cast_at, wire.read_version(payload)))

    def on_tally(self, phone: Phone, payload: bytes) -> None:
        versions, times = self.seen.setdefault(phone.number, ([], []))
        versions.append(wire.read_version(payload))
        times.append(perf_counter())

    def delays(self) -> list[float]:
        """Return for each ballot the seconds until the last screen showed it; none for ballots not shown to all."""
        shown: dict[int, float | None] = {version: self._shown_at(version) for _, version in self.taps}
        found = [(at, shown[version]) for at, version in self.taps]
        return [shown_at - at for at, shown_at in found if shown_at is not None]

    def _shown_at(self, version: int) -> float | None:
        last = 0.0
        for versions, times in self.seen.values():
            place = bisect_left(versions, version)
            if place == len(versions):
                return None
            last = max(last, times[place])
        return last


async def run(scale: Scale) -> list[Figure]:
    """Let a few vote at a steady rate, and watch every screen."""
    n = scale.latency_listeners
    # A first ballot changes every tally, but two changes may cancel out and show nothing: each phone votes once a poll.
    n_ballots = int(scale.latency_seconds * BALLOTS_PER_SECOND)
    room = room_file(n_polls=ceil(n_ballots / N_CASTERS), n_options=N_OPTIONS)
    with live_server(scale.folder / "latency", room, n_tokens=n + N_CASTERS) as server:
        async with Crowd(server.target.socket_url) as listeners, Crowd(server.target.socket_url) as casters:
            await listeners.join(server.tokens[:n])
            await casters.join(server.tokens[n:])
            screens = Screens()
            casters.on_ack, listeners.on_tally = screens.on_ack, screens.on_tally
            await _vote(casters, n_ballots)
            await asyncio.sleep(LAST_SCREENS_SECONDS)
    return _figures(n, screens)


async def _vote(casters: Crowd, n_ballots: int) -> None:
    """Tap on a fixed timetable, whether or not the server keeps up."""
    started = perf_counter()
    for number in range(n_ballots):
        due = started + number / BALLOTS_PER_SECOND
        await asyncio.sleep(max(due - perf_counter(), 0))
        poll = casters.snapshot.polls[number // N_CASTERS]
        phone = casters.phones[number % N_CASTERS]
        phone.cast(poll.code.encode(), round_=poll.round, option=number % N_OPTIONS + 1, at=due)


def _figures(n: int, screens: Screens) -> list[Figure]:
    delays = screens.delays()
    missed = len(screens.taps) - len(delays)
    return [
        Figure(
            scenario="latency",
            name=f"tap to all of {n:,} screens, {name}" + (f", {missed} not shown" if missed else ""),
            unit="ms",
            rounds=Rounds(tuple(found * 1000 for found in [percentile(delays, share)] if found is not None)),
            key=f"latency_{name}_ms",
            bar=bar,
        )
        for name, share, bar in (("p50", 0.5, None), ("p99", 0.99, Bar(at_most=300)))
    ]
