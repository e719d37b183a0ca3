"""Extra time: who needs longer asks for it on the phone, and gets a deadline of their own.

Kept under the voice key, and forgotten when the poll closes: who has a look at the tables must not see how those
voted who needed longer. Hosts are told how many asked, never who.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from live_polls.domain import clock
from live_polls.domain.clock import COUNTDOWN_GRACE
from live_polls.domain.versions import bump_layout
from live_polls.enums import PollState, RoomState
from live_polls.errors import IllegalMoveError, PollClosedError, PollNotFoundError
from live_polls.models import ExtraTime, Poll

if TYPE_CHECKING:
    from live_polls.domain.room_view import PollView

MOST_TIMES = 2
SHARE = 0.5
LEAST_SECONDS = 15


@dataclass(frozen=True, slots=True)
class OwnTime:
    """How often somebody has asked in this round, and until when they have time."""

    n_asked: int
    deadline: datetime
    of_all: datetime  # the deadline of everybody else

    @property
    def seconds(self) -> float:
        """How long after everybody else's this deadline is; that stays so when a host gives all more time."""
        return (self.deadline - self.of_all).total_seconds()


def seconds_for(countdown: int | None) -> int:
    """How much one gets each time one asks: half of the countdown, and 15 seconds at least."""
    return max(LEAST_SECONDS, math.ceil((countdown or 0) * SHARE))


def ask_for_time(poll: Poll, *, round_: int, voice: str, nth: int) -> OwnTime:
    """Give the participant their `nth` extra time in this round, 1 or 2. Repeatable: the same `nth` adds nothing.

    It counts from the later of their own deadline and now. PollClosedError when their time is over, or nobody has
    any; IllegalMoveError without a countdown, and for a third time.
    """
    if not 1 <= nth <= MOST_TIMES:
        raise IllegalMoveError("Extra time can be asked for twice in a round.")
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
        asked = Poll.objects.select_related("room").filter(pk=poll.pk).first()
        if asked is None or round_ > asked.round:
            raise PollNotFoundError
        own = ExtraTime.objects.filter(poll=asked, round=round_, voice=voice).first()
        is_first = own is None
        if own is not None and nth <= own.n_asked:
            return OwnTime(own.n_asked, own.deadline, asked.deadline or own.deadline)
        return _give(asked, own or ExtraTime(poll=asked, round=round_, voice=voice), nth, is_first=is_first)


def has_time(poll: PollView, voice: str) -> bool:
    """Whether the time of this participant runs; asked of a room as it was read, by the clock as last heard."""
    if poll.deadline is None or poll.last_deadline is None:
        return True  # it is over for all at once, when the poll closes
    own = poll.extra_times.get(voice)
    until = own.deadline if own else poll.deadline
    return until.timestamp() + COUNTDOWN_GRACE.total_seconds() > clock.now()


def ask_in_room(room_id: int, code: str, *, round_: int, voice: str, nth: int) -> OwnTime:
    """As `ask_for_time`, of the poll with this code in this very room; PollNotFoundError. Repeatable."""
    # A code of ours is letters and digits; PostgreSQL would fail on a NUL in another.
    poll = Poll.objects.filter(room=room_id, code=code).first() if code.isalnum() else None
    if poll is None:
        raise PollNotFoundError
    return ask_for_time(poll, round_=round_, voice=voice, nth=nth)


def move_all(poll: Poll, by: timedelta) -> None:
    """Give those who have extra time as much more as everybody gets: it stays on top. NOT repeatable.

    For `extend_countdown`, which holds the lock of the poll and moves its deadline.
    """
    has_some = Poll.objects.filter(pk=poll.pk, last_deadline__isnull=False)
    if has_some.update(last_deadline=F("last_deadline") + by):
        ExtraTime.objects.filter(poll=poll, round__in=has_some.values("round")).update(deadline=F("deadline") + by)


def read_times(rounds: Sequence[tuple[int, int]]) -> dict[int, dict[str, OwnTime]]:
    """{poll id: {voice: what they have}} in these (poll id, round) pairs; asks nothing without any."""
    times: dict[int, dict[str, OwnTime]] = {poll_id: {} for poll_id, _ in rounds}
    fields = ("poll_id", "round", "voice", "n_asked", "deadline", "poll__deadline")
    rows = ExtraTime.objects.filter(poll__in=times).exclude(poll__deadline=None) if times else ExtraTime.objects.none()
    for poll_id, round_, voice, *own in rows.values_list(*fields):
        if (poll_id, round_) in rounds:
            times[poll_id][voice] = OwnTime(*own)
    return times


def _give(poll: Poll, own: ExtraTime, nth: int, *, is_first: bool) -> OwnTime:
    now = clock.read_now()
    if poll.state != PollState.OPEN or poll.room.state != RoomState.LIVE or own.round != poll.round:
        raise PollClosedError
    if poll.deadline is None:
        raise IllegalMoveError("No countdown is running for this poll.")
    theirs = poll.deadline if is_first else own.deadline
    if theirs + COUNTDOWN_GRACE < now:
        raise PollClosedError
    own.n_asked = nth
    own.deadline = max(theirs, now) + timedelta(seconds=seconds_for(poll.seconds))
    own.save()
    last = max(own.deadline, poll.last_deadline or own.deadline)
    Poll.objects.filter(pk=poll.pk).update(last_deadline=last)
    bump_layout(poll.room_id, [own.voice])
    return OwnTime(own.n_asked, own.deadline, poll.deadline)
