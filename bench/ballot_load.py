"""A crowd that votes without pause: each phone casts its next ballot when the last is acknowledged."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from time import perf_counter

from bench import wire
from bench.crowd import Crowd
from bench.phone import Phone
from bench.rounds import percentile
from bench.target import Target

LAST_ACKS_SECONDS = 10.0


@dataclass(slots=True, kw_only=True)
class BallotLoad:
    """Drives one crowd, and keeps what it was told."""

    crowd: Crowd
    interval: float
    n_options: int
    latencies: list[float] = field(default_factory=list)
    newest_version: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    _until: float = 0.0
    _waiting: int = 0
    _done: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, target: Target, seconds: float) -> None:
        """Vote for so many seconds, then wait for the last acknowledgements."""
        loop = asyncio.get_running_loop()
        self.crowd.on_ack = self._on_ack
        self.crowd.on_refused = self._on_refused
        started = perf_counter()
        self._until = started + seconds
        cpu = target.process.cpu_seconds()
        for phone in self.crowd.phones:
            self._waiting += 1
            loop.call_later(random.random() * max(self.interval, 0.05), self._cast, phone)
        try:
            async with asyncio.timeout(seconds + LAST_ACKS_SECONDS):
                await self._done.wait()
        except TimeoutError:
            self.crowd.refusals["no acknowledgement"] += self._waiting
        self.seconds = perf_counter() - started
        self.cpu_seconds = target.process.cpu_seconds() - cpu

    def _cast(self, phone: Phone) -> None:
        # Not the loop's clock, which stands still while the loop is busy.
        now = perf_counter()
        if now >= self._until or phone.transport is None:
            self._finish()
            return
        poll = self.crowd.snapshot.polls[0]
        option = (phone.n_cast + phone.number) % self.n_options + 1
        phone.cast(poll.code.encode(), round_=poll.round, option=option, at=now)

    def _on_ack(self, phone: Phone, payload: bytes) -> None:
        now = perf_counter()
        self.latencies.append(now - phone.cast_at)
        self.newest_version = max(self.newest_version, wire.read_version(payload))
        phone.acknowledge()
        pause = phone.cast_at + self.interval - now
        if pause > 0:
            asyncio.get_running_loop().call_later(pause, self._cast, phone)
        else:
            self._cast(phone)

    def _on_refused(self, phone: Phone, payload: bytes) -> None:
        # Counted by the crowd; the phone rests, since voting on would only be refused again.
        self._finish()

    def _finish(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._done.set()

    @property
    def n_acknowledged(self) -> int:
        return len(self.latencies)

    @property
    def ballots_per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def us_per_ballot(self) -> float:
        return self.cpu_seconds / max(len(self.latencies), 1) * 1e6

    @property
    def n_commits(self) -> int:
        """Every commit moves the room one version on, and nothing else does here."""
        return self.newest_version - self.crowd.snapshot.version

    @property
    def ballots_per_commit(self) -> float:
        return len(self.latencies) / max(self.n_commits, 1)

    def latency_ms(self, share: float) -> float | None:
        """Return the time from cast to acknowledgement that this share of the ballots kept."""
        found = percentile(self.latencies, share)
        return None if found is None else found * 1000
