"""Who became a participant where and when: kept in memory alone, for one question that is asked when a round is over.

Was it flooded from one address (domain/bursts.py)? What stays of the answer is a cohort: which ballots, how many, in how
many seconds. An address is kept as a hash under a salt of this process, in no log and no database, and forgotten with
the process; the time is a second of a clock that starts anywhere. The map is bounded; who came first is forgotten first.

Nobody is ever refused anything for it: a host is told, looks, and decides. Each process knows those whom it let in and tells no other:
a small burst that is spread over several may reach the fewest in none (docs/operations/scale-out.md).
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter, OrderedDict
from contextlib import suppress
from hashlib import blake2b
from typing import NamedTuple

from live_polls.domain.bursts import Burst, Newcomer, find_bursts
from live_polls.domain.cohorts import flag_cohort
from live_polls.domain.participants import Participant
from live_polls.domain.rounds import n_rounds_over
from live_polls.errors import IllegalMoveError
from live_polls.kinds import KINDS
from live_polls.live.addresses import key_of
from live_polls.models import Ballot, Poll

MOST_NEWCOMERS = 50_000
MOST_ROOMS_AT_ONCE = 500


class Seen(NamedTuple):
    room_id: int
    address: bytes
    second: int


class Patterns:
    """The newcomers of this process. Safe to use from any thread; `now` is of a steady clock, for tests."""

    def __init__(self, *, most: int = MOST_NEWCOMERS) -> None:
        self._most = most
        self._salt = secrets.token_bytes(32)
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._rooms: Counter[int] = Counter()
        self._looked_at: OrderedDict[tuple[int, int], None] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._seen)

    def note(self, participant: Participant | None, address: str, now: float | None = None) -> None:
        """A new token was handed out. Accounts are one participant each, and of no address nothing can be said."""
        key = key_of(address)
        if participant is None or participant.by_account or not key:
            return
        hashed = blake2b(key.encode(), key=self._salt, digest_size=16).digest()
        with self._lock:
            if participant.ballot_key in self._seen:
                return
            second = int(time.monotonic() if now is None else now)
            self._seen[participant.ballot_key] = Seen(participant.room_id, hashed, second)
            self._rooms[participant.room_id] += 1
            if len(self._seen) > self._most:
                _, oldest = self._seen.popitem(last=False)
                self._rooms[oldest.room_id] -= 1
                if not self._rooms[oldest.room_id]:
                    del self._rooms[oldest.room_id]

    def look(self) -> int:
        """Flag what is suspicious in rounds that have ended since the last look; how many cohorts. Repeatable.

        Reads and writes the database: not for the loop.
        """
        with self._lock:
            rooms = list(self._rooms)[-MOST_ROOMS_AT_ONCE:]
        if not rooms:
            return 0
        polls = Poll.objects.filter(room__in=rooms, points=0).values_list("pk", "kind", "state", "round")
        n_found = 0
        for poll_id, kind, state, round_ in polls:
            if KINDS[kind].takes_answers:
                over = range(1, n_rounds_over(state, round_) + 1)
                n_found += sum(self._look_at(poll_id, each) for each in over if (poll_id, each) not in self._looked_at)
        return n_found

    def _look_at(self, poll_id: int, round_: int) -> int:
        poll = Poll.objects.filter(pk=poll_id).first()
        n_found = 0
        # Ballots of words stand under another key, and leave no count.
        if poll is not None and not KINDS[poll.kind].carries_texts(poll.settings):
            n_found = sum(_flag(poll, round_, burst) for burst in self._bursts(poll, round_))
        # Not before: a look that a lost connection broke off is looked again.
        self._looked_at[poll_id, round_] = None
        if len(self._looked_at) > self._most:
            self._looked_at.popitem(last=False)
        return n_found

    def _bursts(self, poll: Poll, round_: int) -> list[Burst]:
        answers: Counter[str] = Counter()
        newcomers = []
        ballots = Ballot.objects.filter(poll=poll, round=round_, answer__isnull=False)
        for ballot, participant, answer in ballots.values_list("pk", "participant", "answer").iterator():
            answers[answer or ""] += 1
            if (seen := self._seen.get(participant)) is not None:
                newcomers.append(Newcomer(ballot, seen.address, seen.second, answer or ""))
        return find_bursts(newcomers, answers)


def _flag(poll: Poll, round_: int, burst: Burst) -> int:
    # Taken back since, or in a cohort that another look has found.
    with suppress(IllegalMoveError):
        flag_cohort(poll, round_, sorted(burst.ballots), n_equal=len(burst.ballots), seconds=burst.seconds)
        return 1
    return 0


_patterns = Patterns()


def get_patterns() -> Patterns:
    """The ones of this process."""
    return _patterns


def forget_patterns() -> None:
    """Begin anew: for tests, whose rooms get the same ids again."""
    global _patterns
    _patterns = Patterns()
