"""Everybody votes at one moment: when each hears that the ballot counts, and when every screen is final."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from time import perf_counter

from bench import wire
from bench.crowd import Crowd
from bench.phone import Phone
from bench.stores import Stores
from bench.target import Target
from bench.wire import Poll

SPIKE_SECONDS = 30.0
SETTLE_SECONDS = 0.3


@dataclass(slots=True)
class Spike:
    """One round: times are seconds after the common moment."""

    n: int
    poll: bytes
    started: float = 0.0
    acks: list[float] = field(default_factory=list)
    screens: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    store_seconds: float = 0.0
    _final: set[int] = field(default_factory=set)
    _done: asyncio.Event = field(default_factory=asyncio.Event)

    def on_ack(self, phone: Phone, payload: bytes) -> None:
        self.acks.append(perf_counter() - self.started)
        phone.acknowledge()
        self._check()

    def on_tally(self, phone: Phone, payload: bytes) -> None:
        """Note the moment at which this screen shows every ballot."""
        if self.poll in payload and phone.number not in self._final and wire.read_n_ballots(payload) >= self.n:
            self._final.add(phone.number)
            self.screens.append(perf_counter() - self.started)
            self._check()

    def _check(self) -> None:
        if len(self.acks) >= self.n and len(self.screens) >= self.n:
            self._done.set()

    async def wait(self) -> None:
        """Wait until everybody has heard and seen everything, or time is up."""
        try:
            async with asyncio.timeout(SPIKE_SECONDS):
                await self._done.wait()
        except TimeoutError:
            pass  # the counts say what is missing


async def run_spike(target: Target, crowd: Crowd, poll: Poll, *, n_options: int, stores: Stores | None = None) -> Spike:
    """Let every phone of the crowd vote at once in a poll that nobody has voted in."""
    code = poll.code.encode()
    spike = Spike(n=len(crowd.phones), poll=code)
    crowd.on_ack, crowd.on_tally = spike.on_ack, spike.on_tally
    cpu = target.process.cpu_seconds()
    store = stores.cpu_seconds() if stores is not None else 0.0
    spike.started = perf_counter()
    for phone in crowd.phones:
        option = random.randint(1, n_options)
        phone.cast(code, round_=poll.round, option=option, at=spike.started)
    await spike.wait()
    await asyncio.sleep(SETTLE_SECONDS)
    spike.cpu_seconds = target.process.cpu_seconds() - cpu
    spike.store_seconds = stores.cpu_seconds() - store if stores is not None else 0.0
    crowd.on_ack = crowd.on_tally = None
    return spike
