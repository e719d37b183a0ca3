"""The life of a poll: draft → open → closed → archived, in rounds; and what is on stage.

Each deed locks the poll as a statement of its own, then changes it by a conditional update on the state it
believes: of two hosts who press at once one does it, and the other finds it done. So every deed may be repeated,
and closing is a barrier: a ballot's transaction holds the same lock, so nothing lands after the close commits.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from live_polls.domain import clock, extra_time
from live_polls.domain.clock import COUNTDOWN_GRACE
from live_polls.domain.records import SERVER, Named, acting_as, record, record_named
from live_polls.domain.versions import bump_layout
from live_polls.enums import PollState, RoomState, Screen
from live_polls.errors import IllegalMoveError, PollNotFoundError, RoomEndedError
from live_polls.kinds import KINDS
from live_polls.models import ExtraTime, Poll, Room

ARCHIVABLE = (PollState.DRAFT, PollState.CLOSED)


def open_poll(poll: Poll) -> None:
    """Let people vote, and put the poll on stage if nothing is there. Repeatable.

    A slide is shown and not opened: nobody votes on it, so it is closed at once.

    A closed or archived poll opens as a new round; the old round keeps its ballots and tally. In a room that has one
    poll at a time, every other open poll closes in the same moment.
    """
    with transaction.atomic():
        # All of them, in id order: two hosts who open two polls at once would wait for each other's lock.
        lock_polls(poll.room_id)
        state, room_state, seconds = _lock(poll)
        if room_state == RoomState.ENDED:
            raise RoomEndedError
        if _is_slide(poll):
            _show_slide(poll)
            return
        if state == PollState.OPEN:
            return
        if state in {PollState.CLOSED, PollState.ARCHIVED}:
            _start_round(poll)
        if Room.objects.filter(pk=poll.room_id, one_at_a_time=True).exists():
            close_polls(Poll.objects.filter(room_id=poll.room_id))
        now = clock.read_now()
        round_, spans = Poll.objects.values_list("round", "spans").get(pk=poll.pk)
        _update(
            poll,
            state=PollState.OPEN,
            spans={**spans, str(round_): seconds},
            opened_at=now,
            deadline=now + timedelta(seconds=seconds) if seconds else None,
            last_deadline=None,
            entry=Room.objects.values_list("entry", flat=True).get(pk=poll.room_id),
        )
        Room.objects.filter(pk=poll.room_id, current=None, current_question=None).update(current=poll)
        poll.refresh_from_db()
        record(poll.room_id, "open", poll, round=poll.round, entry=poll.entry)
        bump_layout(poll.room_id)


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
        record(poll.room_id, "reset", poll)
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

    Time runs from the later of the deadline and now, so that extra time given in the grace is all there. Who has
    extra time of their own gets as much on top of it.
    """
    with transaction.atomic():
        state, _, _ = _lock(poll)
        deadline = Poll.objects.values_list("deadline", flat=True).get(pk=poll.pk)
        if state != PollState.OPEN or deadline is None:
            raise IllegalMoveError("No countdown is running for this poll.")
        later = max(deadline, clock.read_now()) + timedelta(seconds=seconds)
        _update(poll, deadline=later)
        extra_time.move_all(poll, later - deadline)
        record(poll.room_id, "extend", poll, seconds=seconds)
        bump_layout(poll.room_id)
    poll.refresh_from_db()


def stop_countdown(poll: Poll) -> None:
    """Leave the poll open without a deadline. Repeatable."""
    with transaction.atomic():
        _lock(poll)
        if Poll.objects.filter(pk=poll.pk).exclude(deadline=None).update(deadline=None, last_deadline=None):
            record(poll.room_id, "untimed", poll)
            bump_layout(poll.room_id)
    poll.refresh_from_db()


def close_overdue() -> int:
    """Close every poll whose countdown and grace have run out; return how many. Repeatable, by any process.

    A poll is over when the last deadline that anybody has in it is.
    """
    before = clock.read_now() - COUNTDOWN_GRACE
    # Its own deadline, too: where a host gives everybody more time, nobody's is earlier than that.
    overdue = Poll.objects.filter(
        Q(last_deadline=None) | Q(last_deadline__lt=before), state=PollState.OPEN, deadline__lt=before
    )
    n_closed = 0
    for poll in overdue:
        # Deleted meanwhile: that must not keep the others open.
        with suppress(PollNotFoundError):
            n_closed += _close_if_overdue(poll, overdue)
    return n_closed


def _close_if_overdue(poll: Poll, overdue: QuerySet[Poll]) -> int:
    with transaction.atomic(), acting_as(SERVER):
        _lock(poll)
        # Read again under the lock: a host may have given more time since.
        n_closed = close_polls(overdue.filter(pk=poll.pk))
        if n_closed:
            bump_layout(poll.room_id)
    return n_closed


def close_polls(polls: QuerySet[Poll]) -> int:
    """Close those of `polls` that are open, and forget who had extra time; how many. Repeatable.

    For callers that hold the locks and bump the room.
    """
    open_ones = polls.filter(state=PollState.OPEN).values_list("pk", "room_id", "code", "prompt", "round")
    closing = []
    for poll_id, room_id, code, prompt, round_ in open_ones:
        closing.append(poll_id)
        record_named(room_id, "close", Named("poll", code, prompt), round=round_)
    ExtraTime.objects.filter(poll__in=closing).delete()
    return Poll.objects.filter(pk__in=closing).update(state=PollState.CLOSED, deadline=None, last_deadline=None)


def lock_polls(room_id: int) -> None:
    """Lock all polls of a room until commit, in id order, as a statement of its own."""
    list(Poll.objects.select_for_update(no_key=True).filter(room_id=room_id).order_by("pk").values_list("pk"))


def put_on_stage(room: Room, poll: Poll | None) -> None:
    """Make `poll` the current one (None: the lobby), and show content; a slide is there for all from now on.

    Repeatable.
    """
    with transaction.atomic():
        if poll is not None:
            _lock(poll)  # before the room, as everywhere: who deletes the poll locks it first, too
            if _is_slide(poll):
                _show_slide(poll)
        stage = {"current": poll, "current_question": None, "screen": Screen.CONTENT}
        if not Room.objects.filter(pk=room.pk, **stage).exists():
            Room.objects.filter(pk=room.pk).update(**stage)
            record(room.pk, "stage", poll)
            bump_layout(room.pk)
    room.refresh_from_db()


def set_screen(room: Room, screen: Screen) -> None:
    """Content, blank, the join code, a list on every stage of the room. Repeatable."""
    with transaction.atomic():
        if Room.objects.filter(pk=room.pk).exclude(screen=screen).update(screen=screen):
            record(room.pk, screen)
            bump_layout(room.pk)
    room.refresh_from_db()


def _move(poll: Poll, sources: frozenset[PollState], target: PollState) -> None:
    with transaction.atomic():
        state, _, _ = _lock(poll)
        if state == target:
            return
        moving = Poll.objects.filter(pk=poll.pk, state__in=sources)
        moved = close_polls(moving) if target == PollState.CLOSED else moving.update(state=target)
        if not moved:
            raise IllegalMoveError(f"A poll that is {state} cannot become {target}.")
        if target != PollState.CLOSED:  # what closes has its record from there
            record(poll.room_id, "archive", poll)
        bump_layout(poll.room_id)
    poll.refresh_from_db()


def _decide_shown(poll: Poll, *, shown: bool) -> None:
    with transaction.atomic():
        _lock(poll)
        # Not .exclude(shown=shown): in SQL that leaves out the rows where `shown` is null.
        if Poll.objects.values_list("shown", flat=True).get(pk=poll.pk) is not shown:
            _update(poll, shown=shown)
            record(poll.room_id, "show" if shown else "hide", poll)
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


def _is_slide(poll: Poll) -> bool:
    """Whether the poll, which is locked, takes no answers."""
    return not KINDS[Poll.objects.values_list("kind", flat=True).get(pk=poll.pk)].takes_answers


def _show_slide(poll: Poll) -> None:
    """Let everybody see the slide, and put it on stage if nothing is there."""
    hidden = Poll.objects.filter(pk=poll.pk).exclude(state=PollState.CLOSED)
    n_shown = hidden.update(state=PollState.CLOSED, opened_at=clock.read_now())
    n_staged = Room.objects.filter(pk=poll.room_id, current=None, current_question=None).update(current=poll)
    if n_shown or n_staged:
        record(poll.room_id, "open" if n_shown else "stage", poll)
        bump_layout(poll.room_id)
    poll.refresh_from_db()


def _start_round(poll: Poll) -> None:
    _update(
        poll, round=F("round") + 1, state=PollState.DRAFT, shown=None, opened_at=None, deadline=None, last_deadline=None
    )


def _update(poll: Poll, **values: object) -> None:
    Poll.objects.filter(pk=poll.pk).update(**values)
