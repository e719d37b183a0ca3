"""A hall at work while one of the server's processes dies: phones come back by themselves and send again what was not answered."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from picows import WSError

from bench import wire
from bench.crowd import Crowd
from bench.phone import Phone

# As the page does: anywhere within the first so many seconds, then within twice as many.
FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 8.0
LAST_ACKS_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A ballot that waits for its answer."""

    seq: int
    option: int
    at: float


@dataclass(slots=True, kw_only=True)
class Hall:
    """Drives one crowd on a fixed timetable, and keeps what each phone was told."""

    crowd: Crowd
    n_options: int
    latencies: list[float] = field(default_factory=list)
    # Of each phone: the newest ballot that was acknowledged, as (seq, option).
    counted: dict[int, tuple[int, int]] = field(default_factory=dict)
    n_acknowledged: int = 0
    n_late: int = 0
    n_lost_sockets: int = 0
    newest_version: int = 0
    _waiting: dict[int, Sent] = field(default_factory=dict)
    _pauses: Counter[int] = field(default_factory=Counter)
    _right: set[int] = field(default_factory=set)
    _right_from: int | None = None
    _killed_at: float = 0.0
    _all_right_at: float | None = None
    _returning: set[asyncio.Task[None]] = field(default_factory=set)
    _screens: dict[int, int] = field(default_factory=dict)
    _away: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.crowd.on_ack = self._on_ack
        self.crowd.on_tally = self._on_shown
        self.crowd.on_snapshot = self._on_snapshot
        self.crowd.on_lost = self._on_lost

    async def vote(self, *, per_second: float, seconds: float, at_half: Callable[[], None]) -> None:
        """Tap on a fixed timetable whether or not the server keeps up; call `at_half` in the middle."""
        order = random.sample(self.crowd.phones, len(self.crowd.phones))
        started, n = perf_counter(), round(per_second * seconds)
        for number in range(n):
            due = started + number / per_second
            if due > perf_counter():
                await asyncio.sleep(due - perf_counter())
            elif number % 64 == 0:
                await asyncio.sleep(0)  # behind: the answers must still be read
            if number == n // 2:
                at_half()
            self._tap(order[number % len(order)], due)
        await self._wait_for_answers()

    def killed(self) -> None:
        """Note that a process has just been killed: from now on every screen must show again what was counted then."""
        self._killed_at, self._right_from = perf_counter(), self.newest_version

    @property
    def recovery_seconds(self) -> float | None:
        """How long after the kill the last screen showed what had been counted before it; None: never."""
        return None if self._all_right_at is None else self._all_right_at - self._killed_at

    @property
    def n_unanswered(self) -> int:
        return len(self._waiting)

    @property
    def expected(self) -> Counter[int]:
        """How many acknowledged ballots are for each option."""
        return Counter(option for _, option in self.counted.values())

    def n_final(self, version: int) -> int:
        """Count the screens that show this version or a later one."""
        return sum(shown >= version for shown in self._screens.values())

    def _tap(self, phone: Phone, due: float) -> None:
        if phone.number in self._waiting or phone.number in self._away:
            self.n_late += 1  # it waits for an answer, or is on its way back: a person would wait, too
            return
        seq = self.counted.get(phone.number, (0, 0))[0] + 1
        self._waiting[phone.number] = Sent(seq, random.randint(1, self.n_options), due)
        self._send(phone)

    def _send(self, phone: Phone) -> None:
        sent, poll = self._waiting[phone.number], self.crowd.snapshot.polls[0]
        phone.send(
            wire.ballot_cast(poll.code.encode(), number=sent.seq, round_=poll.round, seq=sent.seq, option=sent.option)
        )

    def _on_ack(self, phone: Phone, payload: bytes) -> None:
        sent = self._waiting.pop(phone.number, None)
        if sent is None:
            return  # the answer to what was sent twice
        self.n_acknowledged += 1
        self.latencies.append(perf_counter() - sent.at)
        self.counted[phone.number] = (sent.seq, sent.option)
        self.newest_version = max(self.newest_version, wire.read_version(payload))

    def _on_shown(self, phone: Phone, payload: bytes) -> None:
        version = self._screens[phone.number] = wire.read_version(payload)
        if self._right_from is not None and version >= self._right_from and phone.number not in self._right:
            self._right.add(phone.number)
            if len(self._right) == len(self.crowd.phones):
                self._all_right_at = perf_counter()

    def _on_snapshot(self, phone: Phone, payload: bytes) -> None:
        self._pauses.pop(phone.number, None)
        self._away.discard(phone.number)
        self._on_shown(phone, payload)
        if phone.number in self._waiting:
            self._send(phone)  # the same once more: it may have been counted or not

    def _on_lost(self, phone: Phone) -> None:
        self.n_lost_sockets += 1
        self._away.add(phone.number)
        self._right.discard(phone.number)
        self._all_right_at = None
        task = asyncio.get_running_loop().create_task(self._return(phone))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def _return(self, phone: Phone) -> None:
        """Come back with full jitter, so that a hall does not come at once."""
        n = self._pauses[phone.number]
        self._pauses[phone.number] += 1
        await asyncio.sleep(random.random() * min(FIRST_PAUSE_SECONDS * 2**n, MAX_PAUSE_SECONDS))
        try:
            await self.crowd.connect(phone)
        except (OSError, WSError, TimeoutError):
            self._on_lost(phone)

    async def _wait_for_answers(self) -> None:
        deadline = perf_counter() + LAST_ACKS_SECONDS
        while (self._waiting or self._returning) and perf_counter() < deadline:  # noqa: ASYNC110 - bounded, and coarse
            await asyncio.sleep(0.05)

    async def wait_for_screens(self, seconds: float) -> bool:
        """Wait until every screen shows the newest acknowledged version; say whether it did in time."""
        deadline = perf_counter() + seconds
        while self.n_final(self.newest_version) < len(self.crowd.phones):
            if perf_counter() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True
