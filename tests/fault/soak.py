"""People come and go for minutes or hours; nothing may be left of them: `python -m tests.fault.soak --minutes 10`.

Prints a table of what the server holds, and fails when registries, files or tasks do not go back to what they were,
when memory grows by more than `vital_signs` allows, or when the tallies are not what the ballots say. The slope of
memory is printed as well: the longer it runs, the more it says.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from random import Random

from tests.fault.hall import Hall
from tests.fault.history import Event, History, now
from tests.fault.node import WATCHED
from tests.fault.phone import Phone
from tests.fault.rules_ballots import BallotFacts, tallies_are_the_recount
from tests.fault.run import join
from tests.fault.stand import Stand, standing
from tests.fault.vital_signs import Signs, grows, header, look, slope_mb_an_hour
from tests.fault.voter import Voter

N_PEOPLE = 60
STAY_S = (2.0, 20.0)
NEW_ROOM_AFTER_S = 60.0
GONE_WITHIN_S = 40.0


class NoHistory(History):
    """Hours of states would fill the memory of whoever keeps them."""

    def note(self, event: Event) -> None:
        """Let it pass."""


class Churn:
    """A seat is always taken: by one person after another, each with a phone of their own."""

    def __init__(self, stand: Stand, rng: Random) -> None:
        self.stand = stand
        self.rng = rng
        self.n_people = 0
        self.hall: Hall | None = None
        self.join_codes: list[str] = []

    async def open_room(self) -> None:
        """The next people go into a room of their own; who sits in the old one stays until they leave."""
        room = await asyncio.to_thread(self.stand.new_room, f"soak-{len(self.join_codes)}")
        self.join_codes.append(room.join_code)
        self.hall = Hall(room.join_code, self.stand.addresses, room.polls, NoHistory(), think_s=(0.3, 1.5))

    async def fill_seat(self, until: float) -> None:
        """One person after another."""
        while now() < until:
            hall, rng = self.hall, Random(self.rng.random())
            assert hall is not None
            self.n_people += 1
            phone = Phone(hall, f"p{self.n_people}", await join(hall, rng), "", rng)
            living = asyncio.create_task(phone.live())
            voting = asyncio.create_task(Voter(phone).vote())
            await asyncio.sleep(min(rng.uniform(*STAY_S), max(0.0, until - now())))
            phone.leave()
            await asyncio.gather(living, voting)
            while hall.abandoned:
                hall.abandoned.pop().transport.abort()


async def soak(stand: Stand, minutes: float, *, n_people: int, seed: int) -> list[str]:
    """Let people come and go; return what is wrong at the end."""
    node, started = stand.nodes[0], now()
    signs: list[Signs] = []

    async def see() -> Signs:
        sign = await look(node.url, node.process.pid, (now() - started) / 60)
        say(sign.row())
        return sign

    churn = Churn(stand, Random(seed))
    await churn.open_room()
    await asyncio.gather(*(churn.fill_seat(now() + 3) for _ in range(n_people)))  # so that everything was used once
    await empty(stand)
    say(header())
    start = await see()
    until, seats = now() + minutes * 60, []
    seats = [asyncio.create_task(churn.fill_seat(until)) for _ in range(n_people)]
    while now() < until:
        await asyncio.sleep(min(max(5.0, minutes * 2), max(0.0, until - now())))
        signs.append(await see())
        if now() - started > len(churn.join_codes) * NEW_ROOM_AFTER_S:
            await churn.open_room()
    await asyncio.gather(*seats)
    await empty(stand)
    end = await see()
    say(f"{churn.n_people} people in {len(churn.join_codes)} rooms; memory {end.rss_mb - start.rss_mb:+.1f} MB,")
    say(f"in the second half by {slope_mb_an_hour(signs):+.1f} MB an hour")
    return [*end.left_over(start), *grows(signs), *await wrong_tallies(stand, churn.join_codes)]


async def empty(stand: Stand) -> None:
    """Wait until the server says that nobody is there, or until it had long enough."""
    node, deadline = stand.nodes[0], now() + GONE_WITHIN_S
    while now() < deadline:
        sign = await look(node.url, node.process.pid, 0)
        if not (sign.sockets or sign.rooms or sign.waiting or sign.kept):
            return
        await asyncio.sleep(0.5)


async def wrong_tallies(stand: Stand, join_codes: list[str]) -> list[str]:
    """The rooms' tallies against our own recount."""
    stored = [await asyncio.to_thread(stand.read, code) for code in join_codes]
    return [text for room in stored for text in tallies_are_the_recount(BallotFacts(History(), room))]


async def main_async(minutes: float, n_people: int, seed: int) -> int:
    async with standing("sqlite", WATCHED) as stand:
        say(f"sqlite: {stand.durability}; seed {seed}, {n_people} seats")
        wrong = await soak(stand, minutes, n_people=n_people, seed=seed)
    for sentence in wrong:
        say(f"LEFT OVER {sentence}")
    say("SOAK failed" if wrong else "SOAK passed")
    return 1 if wrong else 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fault.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--people", type=int, default=N_PEOPLE, help=f"at any time (default: {N_PEOPLE})")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    return asyncio.run(main_async(options.minutes, options.people, options.seed))


if __name__ == "__main__":
    sys.exit(main())
