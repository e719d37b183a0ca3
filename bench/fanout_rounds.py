"""One tally after another to everybody: what a delivered tally costs the server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import perf_counter

from bench.crowd import Crowd
from bench.target import Target
from bench.wire import Poll

TALLY_SECONDS = 20.0


@dataclass(slots=True)
class Fanout:
    """What the rounds on one target gave."""

    us_per_tally: list[float] = field(default_factory=list)
    bytes_per_tally: float = 0.0
    n_delivered: int = 0
    n_missed: int = 0


async def measure_fanout(
    target: Target, listeners: Crowd, casters: Crowd, *, rounds: int, tallies: int, interval: float = 0.1
) -> Fanout:
    """Cast one ballot an interval, and divide the server's time by the tallies that arrived."""
    fanout = Fanout()
    poll = casters.snapshot.polls[0]
    await _drive(fanout, listeners, casters, poll, tallies=max(tallies // 2, 1), interval=interval)
    fanout.n_missed = 0
    for _ in range(rounds):
        cpu, seen = target.process.cpu_seconds(), listeners.n_tallies + casters.n_tallies
        await _drive(fanout, listeners, casters, poll, tallies=tallies, interval=interval)
        cpu, seen = target.process.cpu_seconds() - cpu, listeners.n_tallies + casters.n_tallies - seen
        fanout.us_per_tally.append(cpu / max(seen, 1) * 1e6)
        fanout.n_delivered += seen
    fanout.bytes_per_tally = listeners.n_tally_bytes / max(listeners.n_tallies, 1)
    return fanout


async def _drive(
    fanout: Fanout, listeners: Crowd, casters: Crowd, poll: Poll, *, tallies: int, interval: float
) -> None:
    """Cast ballots by turns; each has reached every listener before the next is due."""
    due = perf_counter()
    for _ in range(tallies):
        goal = listeners.n_tallies + len(listeners.phones)
        phone = casters.phones[0]
        casters.phones.append(casters.phones.pop(0))
        option = phone.seq.get(poll.code.encode(), 0) % 2 + 1
        phone.cast(poll.code.encode(), round_=poll.round, option=option, at=perf_counter())
        if not await listeners.wait_for_tallies(goal, seconds=TALLY_SECONDS):
            fanout.n_missed += goal - listeners.n_tallies
        due = max(due + interval, perf_counter())
        await asyncio.sleep(due - perf_counter())
