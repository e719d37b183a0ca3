"""A hall of made-up voters who take turns at a steady rate."""

# ruff: noqa: S311 -- seeded on purpose: the same seed makes the same crowd

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any

from live_polls.management.simulation.address import JoinError, RoomAddress
from live_polls.management.simulation.report import SimulationReport
from live_polls.management.simulation.voter import Voter

JOINING_AT_ONCE = 20
LONGEST_JOIN_PAUSE_S = 8.0
LAST_ACKS_S = 3.0


@dataclass(slots=True, kw_only=True)
class Crowd:
    """`rate` is ballots a second in all; `change_share` how many of the counted ballots are changed afterwards."""

    address: RoomAddress
    n_voters: int
    rate: float
    seed: int
    change_share: float = 0.15
    report: SimulationReport = field(default_factory=SimulationReport)
    _turns: list[tuple[Voter, str, int]] = field(default_factory=list)
    _turn_asked: asyncio.Event = field(default_factory=asyncio.Event)
    _door: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(JOINING_AT_ONCE))
    _refusal: JoinError | None = None

    async def run(self, stop: asyncio.Event) -> SimulationReport:
        """Vote until `stop` is set or no voter is left in the room. JoinError when nobody could join."""
        persons = Random(self.seed)
        voters = [Voter(self, Random(persons.random()), self.change_share) for _ in range(self.n_voters)]
        living = asyncio.gather(*(self._live(voter) for voter in voters))
        turns = asyncio.create_task(self._hand_out_turns())
        stopping = asyncio.create_task(stop.wait())
        tasks: set[asyncio.Future[Any]] = {living, turns, stopping}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a voter that failed unexpectedly must be heard of
            turns.cancel()
            await asyncio.wait([asyncio.create_task(voter.settled.wait()) for voter in voters], timeout=LAST_ACKS_S)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._refusal is not None and not self.report.n_joined:
            raise self._refusal
        self.report.n_unanswered = sum(len(voter.unanswered) for voter in voters)
        return self.report

    async def join(self) -> str:
        """The token of a new participant; not too many ask at once, and a server that once was there is waited for."""
        async with self._door:
            pause_s = 0.5
            while True:
                try:
                    return await asyncio.to_thread(self.address.join)
                except JoinError as error:
                    if pause_s > LONGEST_JOIN_PAUSE_S or not (error.busy or self.report.n_joined):
                        raise
                await asyncio.sleep(pause_s)
                pause_s *= 2

    def ask_turn(self, voter: Voter, poll: str, round_: int) -> None:
        """Note that the voter wants to vote; the turn comes at random, at the pace of `rate`."""
        self._turns.append((voter, poll, round_))
        self._turn_asked.set()

    async def _live(self, voter: Voter) -> None:
        try:
            await voter.live()
        except JoinError as error:
            self._refusal = error
            self.report.errors["not_joined"] += 1

    async def _hand_out_turns(self) -> None:
        """Poisson arrivals, by the clock and not by pauses, so that high rates are kept too."""
        chance = Random(self.seed)
        due = time.monotonic()
        while True:
            if not self._turns:
                self._turn_asked.clear()
                await self._turn_asked.wait()
                due = time.monotonic()
            due += chance.expovariate(self.rate)
            await asyncio.sleep(max(0, due - time.monotonic()))
            index = chance.randrange(len(self._turns))
            self._turns[index], self._turns[-1] = self._turns[-1], self._turns[index]
            voter, poll, round_ = self._turns.pop()
            await voter.vote(poll, round_)
