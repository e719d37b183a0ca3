"""What a person does with a phone: votes, thinks again, presses twice, walks into a lift."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from tests.fault.history import Ballot, PollState, canonical
from tests.fault.phone import Phone

MOST_ON_THE_WAY = 3
LOOK_AGAIN_S = 0.05
QUIET_AFTER_S = 0.3  # until then the last ballots of others are counted


class Voter:
    """The deeds of one person, each with its share of all."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.rng = phone.rng
        self.is_voting = True
        self._has_asked = False
        self._posts: set[asyncio.Task[None]] = set()
        deeds: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (60, self._cast),
            (8, self._post),
            (8, self._withdraw),
            (8, self._send_twice),
            (5, self._send_in_disorder),
            (4, self._contradict_oneself),
            (10, self._cast_too_late),
            (4, self._send_and_cut),
            (2, self._send_and_abandon),
            (2, self._stop_reading),
            (8, self._ask),
        ]
        self._shares = [share for share, _ in deeds]
        self._deeds = [deed for _, deed in deeds]

    async def vote(self) -> None:
        """Until the burst is over; then until everything that was sent is answered."""
        hall = self.phone.hall
        while hall.is_voting and not self.phone.is_gone:
            await asyncio.sleep(self.rng.uniform(*hall.think_s))
            await self._do_something()
        if self.phone.is_deaf:
            await asyncio.sleep(QUIET_AFTER_S)
            self.phone.is_deaf = False
        self.is_voting = False
        while not (hall.is_over or self.phone.is_gone):
            await self.phone.resend_due()
            await asyncio.sleep(LOOK_AGAIN_S)
        await asyncio.gather(*self._posts)

    async def _do_something(self) -> None:
        phone = self.phone
        await phone.resend_due()
        if phone.hall.is_voting and phone.is_connected and len(phone.ballots.pending) < MOST_ON_THE_WAY:
            [deed] = self.rng.choices(self._deeds, self._shares)
            await deed()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing new will come from here, and all that came is answered (or will never be)."""
        return not (self.is_voting or self._posts) and (
            self.phone.is_gone or (self.phone.is_connected and not self.phone.ballots.pending)
        )

    async def tap(self) -> None:
        """Vote right now, with everybody else."""
        if self.phone.is_connected:
            await self._cast()

    def _poll(self, state: str = "open") -> PollState | None:
        known = [poll for _, poll in self.phone.screen.polls.values() if poll.state == state]
        return self.rng.choice(known) if known else None

    def _ballot(self, poll: PollState, *, seq: int = 0) -> Ballot:
        answer = canonical(self.phone.hall.polls[poll.poll].answer(self.rng))
        ballot = Ballot(poll.poll, poll.round, seq, answer)
        return ballot._replace(seq=seq or self.phone.ballots.next_seq(ballot.of))

    async def _cast(self) -> None:
        if poll := self._poll():
            await self.phone.send(self._ballot(poll))

    async def _post(self) -> None:
        if poll := self._poll():
            self._post_on(self.phone.post(self._ballot(poll)))

    async def _ask(self) -> None:
        """One question a phone; two tabs of one person ask with numbers of their own."""
        if not self._has_asked:
            self._has_asked = True
            name = self.phone.name
            self._post_on(self.phone.ask(1 + name.endswith("b"), f"What does {name} ask?"))

    def _post_on(self, post: Coroutine[Any, Any, None]) -> None:
        """While the person goes on."""
        task = asyncio.create_task(post)
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def _withdraw(self) -> None:
        if poll := self._poll():
            await self.phone.send(self._ballot(poll)._replace(answer=None))

    async def _send_twice(self) -> None:
        if last := self.phone.ballots.last:
            for _ in range(self.rng.randint(1, 3)):
                await self.phone.send(last)

    async def _send_in_disorder(self) -> None:
        if poll := self._poll():
            older = self._ballot(poll)
            await self.phone.send(self._ballot(poll, seq=older.seq + 1))
            await self.phone.send(older)

    async def _contradict_oneself(self) -> None:
        """Another answer under a `seq` that is used already."""
        last = self.phone.ballots.last
        if last is not None:
            answer = canonical(self.phone.hall.polls[last.poll].answer(self.rng))
            await self.phone.send(last._replace(answer=answer))

    async def _cast_too_late(self) -> None:
        if poll := self._poll("closed"):
            await self.phone.send(self._ballot(poll))

    async def _send_and_cut(self) -> None:
        await self._cast()
        self.phone.cut()

    async def _send_and_abandon(self) -> None:
        await self._cast()
        self.phone.abandon()

    async def _stop_reading(self) -> None:
        self.phone.is_deaf = True
        await asyncio.sleep(self.rng.uniform(0.2, 1.0))
        self.phone.is_deaf = False
