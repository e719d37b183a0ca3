"""Runs inside the settings of a server: casts batches without any socket, and measures their CPU time and the store's.

Prints JSON: one object a measurement, times in microseconds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import django

from bench.filling import settle
from bench.process import cpu_seconds_of

if TYPE_CHECKING:
    from live_polls.domain.ballots import Cast
    from live_polls.models import Poll

BATCH = 200
ROUNDS = 7
SNAPSHOTS = 30
# As many different words as a big cloud may bring; without a bound every ballot would bring a new one.
N_WORDS = 5_000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a ballot and a snapshot cost with so many ballots in the poll, one value a round.

    Values at the same place were measured one after the other: whatever else the machine did, it did to both.
    """

    poll: str
    kind: str
    filled: int
    ballot_us: list[float] = field(default_factory=list)
    snapshot_us: list[float] = field(default_factory=list)


def main() -> None:
    """Measure what was asked for, and print it."""
    arguments = _parse_arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from live_polls.models import Poll  # noqa: PLC0415 - only after django.setup()

    clock = Clock(arguments.store_pid)
    costs: list[Cost] = []
    polls = list(Poll.objects.filter(room__slug=arguments.room).order_by("position"))
    if arguments.filled:
        polls = polls[1:]  # the first was for warming up
    size = len(arguments.fill)
    for start in range(0, len(polls), size):
        casters = [Caster(poll) for poll in polls[start : start + size]]
        if not arguments.filled:
            for caster, n in zip(casters, arguments.fill, strict=True):
                caster.fill(n)
        settle()
        costs += _measure_by_turns(casters, arguments.fill, clock, arguments.seconds)
    print(json.dumps([asdict(cost) for cost in costs]))


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("room", help="slug of the room whose polls are measured, so many of a kind as there are sizes")
    parser.add_argument("--fill", type=int, nargs="+", required=True, help="ballots in each of them, rising")
    parser.add_argument("--filled", action="store_true", help="they hold these numbers already, after one to warm up")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--store-pid", type=int, help="the database's own process")
    return parser.parse_args()


class Clock:
    """The CPU time of this process and of the database's own."""

    def __init__(self, store_pid: int | None) -> None:
        self._store_pid = store_pid

    def cpu_seconds(self) -> float:
        store = cpu_seconds_of(self._store_pid) if self._store_pid is not None else 0.0
        return time.process_time() + store


class Caster:
    """Casts ballots of new participants in one poll, each with an answer that its kind makes up."""

    def __init__(self, poll: Poll) -> None:
        from live_polls.kinds import KINDS  # noqa: PLC0415 - only after django.setup()
        from live_polls.kinds.base import Shape  # noqa: PLC0415 - only after django.setup()

        self.poll = poll
        self.kind = KINDS[poll.kind]
        self.shape = Shape(poll.options.count(), poll.settings)
        self.n_cast = 0
        self._random = random.Random(1)
        self._words = count()

    def casts(self, n: int) -> list[Cast]:
        """Make ballots of people who have not voted; not measured."""
        from live_polls.domain.ballots import Cast  # noqa: PLC0415 - only after django.setup()

        room_id, code, round_ = self.poll.room_id, self.poll.code, self.poll.round
        return [
            Cast(room_id, secrets.token_hex(16), code, round_, 1, self._answer(), secrets.token_hex(16))
            for _ in range(n)
        ]

    def cast(self, casts: list[Cast]) -> None:
        """Count a batch; raise where one is refused, since a refusal costs next to nothing."""
        from live_polls.domain.ballots import Counted, cast_batch  # noqa: PLC0415 - only after django.setup()

        for outcome in cast_batch(casts):
            if not isinstance(outcome, Counted):
                raise TypeError(f"{self.poll.kind}: {outcome!r}")
        self.n_cast += len(casts)

    def fill(self, n: int) -> None:
        """Cast until the poll holds so many ballots."""
        while self.n_cast < n:
            self.cast(self.casts(min(500, n - self.n_cast)))

    def _answer(self) -> Any:
        order = list(range(1, (self.shape.n_options or 10) + 1))
        self._random.shuffle(order)
        answer: Any = self.kind.preferred_answer(order, self._random, self.shape)
        if "texts" in answer:
            answer["texts"] = [f"word{next(self._words) % N_WORDS}" for _ in answer["texts"]]
        return answer


def _measure_by_turns(casters: Sequence[Caster], sizes: Sequence[int], clock: Clock, seconds: float) -> list[Cost]:
    costs = [Cost(caster.poll.prompt, caster.poll.kind, size) for caster, size in zip(casters, sizes, strict=True)]
    for _ in range(ROUNDS):
        for caster, cost in zip(casters, costs, strict=True):
            cost.ballot_us.append(_measure_ballots(caster, clock, seconds / ROUNDS))
    for _ in range(ROUNDS):
        for caster, cost in zip(casters, costs, strict=True):
            cost.snapshot_us.append(_measure_snapshots(caster.poll, clock))
    return costs


def _measure_ballots(caster: Caster, clock: Clock, seconds: float) -> float:
    spent, n = 0.0, 0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or not n:
        casts = caster.casts(BATCH)
        spent += _cpu_of(clock, lambda casts=casts: caster.cast(casts))  # type: ignore[misc]
        n += BATCH
    return spent / n * 1e6


def _measure_snapshots(poll: Poll, clock: Clock) -> float:
    """Measure what somebody who has voted needs: the whole room and the own ballots."""
    from live_polls.domain.snapshot import read_room  # noqa: PLC0415 - only after django.setup()

    me = secrets.token_hex(16)

    def read() -> None:
        for _ in range(SNAPSHOTS):
            read_room(poll.room_id, None, {me: me})

    return _cpu_of(clock, read) / SNAPSHOTS * 1e6


def _cpu_of(clock: Clock, work: Callable[[], None]) -> float:
    before = clock.cpu_seconds()
    work()
    return clock.cpu_seconds() - before


if __name__ == "__main__":
    main()
