"""The life of a poll: draft → open → closed → archived, in rounds; and what is on stage.

Each deed locks the poll as a statement of its own, then changes it by a conditional update on the state it
believes: of two hosts who press at once one does it, and the other finds it done. So every deed may be repeated,
and closing is a barrier: a ballot's transaction holds the same lock, so nothing lands after the close commits.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from live_polls.domain.versions import bump_layout
from live_polls.enums import PollState, RoomState, Screen
from live_polls.errors import IllegalMoveError, PollNotFoundError, RoomEndedError
from live_polls.models import Poll, Room

# A ballot sent before the countdown ran out may arrive a little later: the voter gets the benefit.
COUNTDOWN_GRACE = timedelta(seconds=2)

ARCHIVABLE = (PollState.DRAFT, PollState.CLOSED)


def open_poll(poll: Poll) -> None:
    """Let people vote, and put the poll on stage if nothing is there. Repeatable.

    A closed or archived poll opens as a new round; the old round keeps its ballots and tally.
    """
    with transaction.atomic():
        state, room_state, seconds = _lock(poll)
        if room_state == RoomState.ENDED:
            raise RoomEndedError
        if state == PollState.OPEN:
            return
        if state in {PollState.CLOSED, PollState.ARCHIVED}:
            _start_round(poll)
        now = timezone.now()
        _update(
            poll,
            state=PollState.OPEN,
            opened_at=now,
            deadline=now + timedelta(seconds=seconds) if seconds else None,
        )
        Room.objects.filter(pk=poll.room_id, current=None).update(current=poll)
        bump_layout(poll.room_id)
    poll.refresh_from_db()


def close_poll(poll: Poll) -> None:
    """Take no more ballots. Repeatable; a draft cannot be closed (IllegalMoveError)."""
    _move(poll, frozenset({PollState.OPEN}), PollState.CLOSED)


def archive_poll(poll: Poll) -> None:
    """Take a poll that is not open off every screen; its rounds are kept. Repeatable."""
    _move(poll, frozenset(ARCHIVABLE), PollState.ARCHIVED)


def reset_poll(poll: Poll) -> None:
    """Begin a new round as a draft; the old round is kept. Repeatable.

    A draft is already a fresh round, so a second press starts no further one.
    """
    with transaction.atomic():
        state, _, _ = _lock(poll)
        if state == PollState.DRAFT:
            return
        _start_round(poll)
        bump_layout(poll.room_id)
    poll.refresh_from_db()


def show_results(poll: Poll) -> None:
    """Show the results on the stage, whatever the rule. Repeatable."""
    _decide_shown(poll, shown=True)


def hide_results(poll: Poll) -> None:
    """Hide the results from everyone but hosts, whatever the rule. Repeatable."""
    _decide_shown(poll, shown=False)


def extend_countdown(poll: Poll, *, seconds: int = 15) -> None:
    """Give more time where a countdown runs (IllegalMoveError where none does). NOT repeatable: each call adds.

    Time runs from the later of the deadline and now, so that extra time given in the grace is all there.
    """
    with transaction.atomic():
        state, _, _ = _lock(poll)
        deadline = Poll.objects.values_list("deadline", flat=True).get(pk=poll.pk)
        if state != PollState.OPEN or deadline is None:
            raise IllegalMoveError("No countdown is running for this poll.")
        _update(poll, deadline=max(deadline, timezone.now()) + timedelta(seconds=seconds))
        bump_layout(poll.room_id)
    poll.refresh_from_db()


def stop_countdown(poll: Poll) -> None:
    """Leave the poll open without a deadline. Repeatable."""
    with transaction.atomic():
        _lock(poll)
        if Poll.objects.filter(pk=poll.pk).exclude(deadline=None).update(deadline=None):
            bump_layout(poll.room_id)
    poll.refresh_from_db()


def close_overdue() -> int:
    """Close every poll whose countdown and grace have run out; return how many. Repeatable, by any process."""
    overdue = Poll.objects.filter(state=PollState.OPEN, deadline__lt=timezone.now() - COUNTDOWN_GRACE)
    n_closed = 0
    for poll in overdue:
        # Read again under the lock: a host may have given more time since.
        with transaction.atomic():
            _lock(poll)
            if overdue.filter(pk=poll.pk).update(state=PollState.CLOSED, deadline=None):
                bump_layout(poll.room_id)
                n_closed += 1
    return n_closed


def put_on_stage(room: Room, poll: Poll | None) -> None:
    """Make `poll` the current one (None: the lobby), and show content. Repeatable."""
    with transaction.atomic():
        if poll is not None:
            _lock(poll)  # before the room, as everywhere: who deletes the poll locks it first, too
        changed = (
            Room.objects.filter(pk=room.pk)
            .exclude(current=poll, screen=Screen.CONTENT)
            .update(current=poll, screen=Screen.CONTENT)
        )
        if changed:
            bump_layout(room.pk)
    room.refresh_from_db()


def set_screen(room: Room, screen: Screen) -> None:
    """Content, blank or the join code on every stage of the room. Repeatable."""
    with transaction.atomic():
        if Room.objects.filter(pk=room.pk).exclude(screen=screen).update(screen=screen):
            bump_layout(room.pk)
    room.refresh_from_db()


def _move(poll: Poll, sources: frozenset[PollState], target: PollState) -> None:
    with transaction.atomic():
        state, _, _ = _lock(poll)
        if state == target:
            return
        if not Poll.objects.filter(pk=poll.pk, state__in=sources).update(state=target, deadline=None):
            raise IllegalMoveError(f"A poll that is {state} cannot become {target}.")
        bump_layout(poll.room_id)
    poll.refresh_from_db()


def _decide_shown(poll: Poll, *, shown: bool) -> None:
    with transaction.atomic():
        _lock(poll)
        # Not .exclude(shown=shown): in SQL that leaves out the rows where `shown` is null.
        if Poll.objects.values_list("shown", flat=True).get(pk=poll.pk) is not shown:
            _update(poll, shown=shown)
            bump_layout(poll.room_id)
    poll.refresh_from_db()


def _lock(poll: Poll) -> tuple[str, str, int | None]:
    """Lock the poll until commit, then read (state, room state, seconds) in a statement of its own.

    Lock and read in one statement would answer with what stood there before the lock was won. PollNotFoundError
    when somebody has deleted the poll meanwhile.
    """
    list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
    row = Poll.objects.filter(pk=poll.pk).values_list("state", "room__state", "seconds").first()
    if row is None:
        raise PollNotFoundError
    return row


def _start_round(poll: Poll) -> None:
    _update(poll, round=F("round") + 1, state=PollState.DRAFT, shown=None, opened_at=None, deadline=None)


def _update(poll: Poll, **values: object) -> None:
    Poll.objects.filter(pk=poll.pk).update(**values)
