"""A hall that asks and votes questions up, on a fixed timetable: what one upvote costs the server, and how long its frame is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from bench import wire
from bench.crowd import Crowd, CrowdError
from bench.phone import Phone
from bench.target import Target

ANSWERS_SECONDS = 20.0
# The last frames are on their way when the last acknowledgement has come.
SETTLE_SECONDS = 0.5


@dataclass(slots=True)
class QuestionLoad:
    """Drives one crowd. The first phones ask; the others vote for their questions, and take that back by turns."""

    crowd: Crowd
    n_asked: int = 0
    votes_for: list[str] = field(default_factory=list)
    frame_bytes: list[int] = field(default_factory=list)
    _up: set[tuple[int, str]] = field(default_factory=set)
    _n_sent: int = 0
    _n_waiting: int = 0
    _asked: list[str] = field(default_factory=list)
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.crowd.on_ack = self._on_ack
        self.crowd.on_upvotes = self._on_upvotes

    async def ask(self, n: int) -> list[str]:
        """Let so many phones that have not asked ask at once; the codes of their questions."""
        self._asked = []
        phones = self.crowd.phones[self.n_asked : self.n_asked + n]
        for phone in phones:
            self.n_asked += 1
            text = f"Question number {self.n_asked}: what would you do about it, if you were in their place?"
            self._send(phone, wire.question_ask(self.n_asked, text))
        await self._wait_for_answers()
        return self._asked

    async def upvote(self, target: Target, *, per_second: float, seconds: float) -> float:
        """Vote for the same few questions while all screens listen; the CPU µs an upvote, fan-out included."""
        voters: Sequence[Phone] = self.crowd.phones[len(self.votes_for) :]
        n = round(per_second * seconds)
        cpu, started = target.process.cpu_seconds(), perf_counter()
        for number in range(n):
            await asyncio.sleep(max(started + number / per_second - perf_counter(), 0))
            code = self.votes_for[number % len(self.votes_for)]
            phone = voters[self._n_sent % len(voters)]
            self._n_sent += 1
            self._up ^= {(phone.number, code)}
            self._send(phone, wire.question_upvote(number, code.encode(), on=(phone.number, code) in self._up))
        await self._wait_for_answers()
        return (target.process.cpu_seconds() - cpu) / n * 1e6

    def _send(self, phone: Phone, frame: bytes) -> None:
        self._n_waiting += 1
        phone.send(frame)

    async def _wait_for_answers(self) -> None:
        try:
            async with asyncio.timeout(ANSWERS_SECONDS):
                while self._n_waiting and not self.crowd.refusals:
                    self._answered.clear()
                    await self._answered.wait()
        except TimeoutError:
            raise CrowdError(f"{self._n_waiting} of what was said about questions was not answered") from None
        if self.crowd.refusals:
            raise CrowdError(f"refused: {dict(self.crowd.refusals)}")
        await asyncio.sleep(SETTLE_SECONDS)

    def _on_ack(self, phone: Phone, payload: bytes) -> None:
        self._n_waiting -= 1
        self._asked.append(wire.read_question(payload))
        if not self._n_waiting:
            self._answered.set()

    def _on_upvotes(self, phone: Phone, payload: bytes) -> None:
        if phone is self.crowd.phones[0]:
            self.frame_bytes.append(len(payload))
