"""`hall`: ten thousand sockets on two workers, ballots without pause, and one kill -9 of a worker in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from time import perf_counter

from bench.crowd import Crowd
from bench.figures import Bar, Figure
from bench.hall_rounds import Hall
from bench.live_server import LiveServer, live_server
from bench.process import workers_of
from bench.rooms import Rooms, room_file
from bench.rounds import percentile, rounds_of
from bench.scale import Scale

STORES = ("postgresql",)
N_OPTIONS = 4
N_WORKERS = 2
# One address has no more than 28,000 ports, and comes back to one only after a minute.
SOURCES = tuple(f"127.0.0.{number}" for number in range(2, 10))
FINAL_SECONDS = 10.0


@dataclass(slots=True)
class Machine:
    """Time and memory of the server's processes; the killed one's time is kept."""

    cpu_seconds: float = 0.0
    store_seconds: float = 0.0
    rss_mb: float = 0.0
    n_at_kill: int = 0
    join_seconds: float = 0.0
    final_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What the database holds after all that."""

    present: int
    tallied: int
    seqs: int
    is_equal: bool


def room(scale: Scale) -> str:
    """Write the room: one poll."""
    return room_file("hall", n_polls=1, n_options=N_OPTIONS)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Let everybody in, vote, kill, vote on, and count."""
    with live_server(rooms, "hall", workers=N_WORKERS) as server:
        async with Crowd(server.target.socket_url, sources=SOURCES) as crowd:
            hall, machine = await _measure(scale, server, crowd)
            count = await asyncio.to_thread(_count, server, crowd)
    for figure in _figures(scale, hall, machine, count):
        yield figure


async def _measure(scale: Scale, server: LiveServer, crowd: Crowd) -> tuple[Hall, Machine]:
    machine, started = Machine(), perf_counter()
    await crowd.join(server.tokens[: scale.hall_sockets])
    machine.join_seconds = perf_counter() - started
    hall = Hall(crowd=crowd, n_options=N_OPTIONS)
    machine.rss_mb = server.process.rss_kb() / 1024
    machine.cpu_seconds -= server.process.cpu_seconds()
    machine.store_seconds -= server.stores.cpu_seconds()

    def kill() -> None:
        machine.cpu_seconds += server.process.cpu_seconds()
        machine.n_at_kill = hall.n_unanswered
        os.kill(workers_of(server.process.pid)[0], signal.SIGKILL)
        hall.killed()
        machine.cpu_seconds -= server.process.cpu_seconds()

    await hall.vote(per_second=scale.hall_ballots_per_second, seconds=scale.hall_seconds, at_half=kill)
    started = perf_counter()
    if await hall.wait_for_screens(FINAL_SECONDS):
        machine.final_seconds = perf_counter() - started
    machine.cpu_seconds += server.process.cpu_seconds()
    machine.store_seconds += server.stores.cpu_seconds()
    return hall, machine


def _count(server: LiveServer, crowd: Crowd) -> Count:
    poll = crowd.snapshot.polls[0].code
    present, seqs = server.stored_ballots([poll])
    sql = (
        "SELECT t.n FROM live_polls_tally t JOIN live_polls_poll p ON p.id = t.poll_id"
        " WHERE p.code = ? AND t.counter = 'n'"
    )
    (tallied,) = server.stores.fetch(server.env, sql, [poll])
    return Count(present, int(tallied), seqs, server.recount())


def _figures(scale: Scale, hall: Hall, machine: Machine, count: Count) -> list[Figure]:
    voters, n = len(hall.counted), max(hall.n_acknowledged, 1)
    # A ballot that was changed is one row with a higher number: the numbers add up to all that were acknowledged.
    lost = max(sum(seq for seq, _ in hall.counted.values()) - count.seqs, voters - count.present, 0)
    trouble = f", {dict(hall.crowd.refusals)}" if hall.crowd.refusals else ""
    sockets = f"{len(hall.crowd.phones):,} sockets on {N_WORKERS} workers"
    rows: list[tuple[str, str, float | None, str, Bar | None]] = [
        (f"{sockets}{trouble}, all in after", "s", machine.join_seconds, "join_s", None),
        (
            f"acknowledged of {scale.hall_ballots_per_second:,.0f} a second",
            "ballots",
            hall.n_acknowledged,
            "acknowledged",
            None,
        ),
        ("in flight at the kill", "ballots", machine.n_at_kill, "in_flight", None),
        ("sockets lost by the kill", "sockets", hall.n_lost_sockets, "lost_sockets", None),
        ("people whose ballot is acknowledged", "people", voters, "voters", None),
        ("of them present in the database", "ballots", count.present, "present", Bar(at_least=voters)),
        ("acknowledged and not present", "ballots", lost, "lost", Bar(at_most=0)),
        (
            "counted twice",
            "ballots",
            max(count.tallied - voters, 0) + int(not count.is_equal),
            "doubled",
            Bar(at_most=0),
        ),
        ("never answered", "ballots", hall.n_unanswered, "unanswered", Bar(at_most=0)),
        ("all screens right again after the kill", "s", hall.recovery_seconds, "recovery_s", None),
        ("all screens final after the last acknowledgement", "s", machine.final_seconds, "final_s", None),
        ("acknowledged, p50", "ms", _ms(hall, 0.5), "p50_ms", None),
        ("acknowledged, p99, the kill included", "ms", _ms(hall, 0.99), "p99_ms", None),
        ("server time, fan-out included", "CPU µs/ballot", machine.cpu_seconds / n * 1e6, "us", None),
        ("and of the database", "CPU µs/ballot", machine.store_seconds / n * 1e6, "own_us", None),
        ("memory of all server processes", "MB", machine.rss_mb, "rss_mb", None),
    ]
    return [
        Figure(
            scenario="hall",
            name=name,
            unit=unit,
            rounds=rounds_of([] if value is None else [value]),
            key=f"hall_{key}",
            bar=bar,
        )
        for name, unit, value, key, bar in rows
    ]


def _ms(hall: Hall, share: float) -> float | None:
    found = percentile(hall.latencies, share)
    return None if found is None else found * 1000
