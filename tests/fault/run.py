"""One run: a hall full of phones votes, faults strike, all is healed, and everybody must agree with the database."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

from tests.fault.checker import Verdict, check
from tests.fault.database import Stored
from tests.fault.hall import Hall
from tests.fault.history import Fault, History, Settled, now
from tests.fault.host import Host
from tests.fault.phone import Phone
from tests.fault.stand import Stand
from tests.fault.voter import Voter
from tests.fault.web import NoAnswerError, post

ANSWERED_WITHIN_S = 20.0
AGREED_WITHIN_S = 6.0
SHORTEST_BURST_S = 2.5
SHARE_OF_SECOND_TABS = 0.15
SHARE_OF_LEAVERS = 0.1
LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Result:
    seed: int
    verdict: Verdict
    history: History
    n_sent: int
    agreed_s: float
    seconds: float


class Run:
    """What faults may see and touch."""

    def __init__(self, stand: Stand, hall: Hall, phones: list[Phone], rng: Random) -> None:
        self.stand = stand
        self.hall = hall
        self.phones = phones
        self.rng = rng
        self.voters = [Voter(phone) for phone in phones]
        self.host = Host(stand.session_key, Random(rng.random()))

    @property
    def in_flight(self) -> int:
        """How many ballots are on their way, as the phones know it."""
        return sum(phone.ballots.in_flight for phone in self.phones)

    @property
    def is_quiet(self) -> bool:
        """Whether nobody will do anything more, and everybody was answered."""
        return self.host.is_done and all(voter.is_quiet for voter in self.voters)

    def note(self, name: str, *, kill: bool = False) -> None:
        self.hall.history.note(Fault(now(), name, self.in_flight, kill))

    async def kill(self, name: str, deed: Callable[[], object]) -> None:
        """Kill something in the middle of ballots; half of the time in the middle of a spike."""
        if self.rng.random() < 0.5:
            await asyncio.gather(*(voter.tap() for voter in self.voters))
            await asyncio.sleep(self.rng.uniform(0, 0.03))
        await self.ballots_on_the_way()
        self.note(name, kill=True)
        deed()

    async def ballots_on_the_way(self) -> None:
        """Return as soon as a ballot is in flight."""
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            while not self.in_flight:
                await asyncio.sleep(0.001)


Strike = Callable[[Run], Awaitable[None]]


async def run(stand: Stand, *, seed: int, strikes: Sequence[Strike], n_phones: int) -> Result:
    """Let the strikes happen to the stand, one after the other, while the phones vote; then check everything."""
    rng, started = Random(seed), now()
    room = await asyncio.to_thread(stand.new_room, f"{seed}-{secrets.token_hex(4)}")
    hall = Hall(room.join_code, stand.addresses, room.polls, History())
    phones = await seat(hall, await asyncio.to_thread(stand.read, room.join_code), n_phones, rng)
    async with living(phones):
        run_ = Run(stand, hall, phones, rng)
        voting = [asyncio.create_task(voter.vote()) for voter in run_.voters]
        voting.append(asyncio.create_task(run_.host.run_polls(hall, room.moving)))
        try:
            await burst(run_, strikes)
            history, stored = await agree(run_)
        finally:
            hall.is_voting, hall.is_over = False, True
            await asyncio.gather(*voting)
    return Result(
        seed,
        check(history, stored),
        history,
        n_sent=sum(phone.n_sent for phone in phones),
        agreed_s=max((phone.seconds for phone in history.of(Settled)), default=0.0),
        seconds=now() - started,
    )


async def seat(hall: Hall, stored: Stored, n_phones: int, rng: Random) -> list[Phone]:
    """Let people in: some with two tabs."""
    tokens = await asyncio.gather(*(join(hall, Random(rng.random())) for _ in range(n_phones)))
    phones: list[Phone] = []
    for number, token in enumerate(tokens):
        participant = stored.participant(token)
        tabs = "ab" if rng.random() < SHARE_OF_SECOND_TABS else "a"
        phones += [Phone(hall, f"{number}{tab}", token, participant, Random(rng.random())) for tab in tabs]
    return phones


async def join(hall: Hall, rng: Random) -> str:
    """Become a participant; as often as it takes."""
    while True:
        try:
            answer = await post(hall.api_url(rng, "join"), b"")
        except NoAnswerError:
            continue
        if answer.status == 201:
            return str(answer.json()["token"])


@asynccontextmanager
async def living(phones: Sequence[Phone]) -> AsyncIterator[None]:
    """The phones are on while the block runs."""
    hall = phones[0].hall
    tasks = [asyncio.create_task(phone.live()) for phone in phones]
    try:
        await asyncio.wait_for(_all_connected(phones), ANSWERED_WITHIN_S)
        yield
    finally:
        hall.is_over = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for socket in hall.abandoned:
            socket.transport.abort()


async def _all_connected(phones: Sequence[Phone]) -> None:
    while not all(phone.is_connected for phone in phones):
        await asyncio.sleep(LOOK_AGAIN_S)


async def burst(run_: Run, strikes: Sequence[Strike]) -> None:
    """Vote while the strikes happen, and a moment longer."""
    rng, started = run_.rng, now()
    leavers = [phone for phone in run_.phones if rng.random() < SHARE_OF_LEAVERS]
    for strike in strikes:
        await asyncio.sleep(rng.uniform(0.3, 1.2))
        for phone in leavers[:: len(strikes)]:
            phone.leave()
        await strike(run_)
    await asyncio.sleep(max(0.5, started + SHORTEST_BURST_S - now()))
    run_.hall.is_voting = False


async def agree(run_: Run) -> tuple[History, Stored]:
    """Wait until everything is answered and every screen shows what the database holds; note how long that took.

    The history ends where the database was read.
    """
    hall, stayed = run_.hall, [phone for phone in run_.phones if not phone.is_gone]
    deadline = now() + ANSWERED_WITHIN_S
    while now() < deadline and not run_.is_quiet:
        await asyncio.sleep(LOOK_AGAIN_S)
    quiet = now()
    while True:
        read_at = now()
        stored = await asyncio.to_thread(run_.stand.read, hall.join_code)
        shown = stored.shown()
        wanted = (shown.get(phone.participant, shown[""]) for phone in stayed)
        if all(map(str.__eq__, (phone.screen.held() for phone in stayed), wanted)) or now() > quiet + AGREED_WITHIN_S:
            break
        await asyncio.sleep(LOOK_AGAIN_S)
    # Someone who left may have had a ballot on its way that is counted only now: that is another story.
    history = History([event for event in hall.history.events if event.at <= read_at])
    for phone in stayed:
        n_unanswered = len(phone.ballots.pending)
        history.note(Settled(now(), phone.name, phone.participant, now() - quiet, phone.screen.held(), n_unanswered))
    return history, stored
