"""One key runs a talk: open → close → show results → the next poll. A slide takes one press: it is there, and done.

A step, and more time, is asked for with the mark of what the asker saw. Two hosts who press at once send the same
mark: one press does it, the other finds a new mark and changes nothing. So both may be repeated, and no poll is
skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import transaction

from live_polls.domain import lifecycle
from live_polls.enums import PollState, ResultsVisibility, RoomState, Screen
from live_polls.errors import PollNotFoundError
from live_polls.kinds import KINDS
from live_polls.models import Poll, Room


class Deed(Enum):
    """What a step does."""

    RETURN = "return"  # from a blank screen or the join code to the content
    OPEN = "open"
    CLOSE = "close"
    SHOW = "show"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Step:
    """The deed that comes next, and the poll it is done to; none for RETURN."""

    deed: Deed
    poll: Poll | None = None


def next_step(room: Room) -> Step | None:
    """What comes next in the room as it stands; None after the last poll and in a room that has ended."""
    poll = room.current
    if room.state == RoomState.ENDED:
        return None
    if room.screen != Screen.CONTENT:
        return Step(Deed.RETURN)
    if poll is None or poll.state == PollState.ARCHIVED:
        return _move(room, poll)
    if poll.state == PollState.DRAFT:
        return Step(Deed.OPEN, poll)
    if poll.state == PollState.OPEN:
        return Step(Deed.CLOSE, poll)
    return Step(Deed.SHOW, poll) if _is_held_back(room, poll) else _move(room, poll)


def poll_at(room: Room, step: str) -> Poll:
    """The poll that stands at this step, counted from 1 without those archived; PollNotFoundError."""
    polls = list(Poll.objects.filter(room=room).exclude(state=PollState.ARCHIVED))
    number = int(step) if step.isascii() and step.isdigit() and len(step) < 6 else 0
    if not 1 <= number <= len(polls):
        raise PollNotFoundError
    return polls[number - 1]


def mark_of(room: Room) -> str:
    """What a stage shows, as a text to compare. Stages compute the same from their snapshot, in which a draft on
    stage is as good as nothing there."""
    poll = room.current
    if poll is None or poll.state not in {PollState.OPEN, PollState.CLOSED}:
        return f"{room.screen}.-"
    shown = {None: "rule", True: "shown", False: "hidden"}[poll.shown]
    return f"{room.screen}.{poll.code}.{poll.round}.{poll.state}.{shown}"


def take_step(room: Room, *, seen: str) -> bool:
    """Make the next step if the stage still is as `seen` says; whether it was. Repeatable.

    Locks the polls of the room in id order before it looks, as everything does that changes several.
    """
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(room=room).order_by("pk").values_list("pk"))
        room.refresh_from_db()
        if mark_of(room) != seen:
            return False
        step = next_step(room)
        if step is not None:
            _take(room, step)
    room.refresh_from_db()
    return True


def deadline_mark(deadline: datetime | None) -> str:
    """A deadline as a text to compare: whole milliseconds, because scripts know it as a float."""
    return "" if deadline is None else str(int(deadline.timestamp() * 1000))


def give_time(poll: Poll, *, seen: str) -> bool:
    """Extend the countdown if it still ends when `seen` says; whether it did. Repeatable."""
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk).values_list("pk"))
        deadline = Poll.objects.filter(pk=poll.pk).values_list("deadline", flat=True).first()
        if deadline is not None and deadline_mark(deadline) != seen:
            return False
        lifecycle.extend_countdown(poll)
    return True


def _take(room: Room, step: Step) -> None:
    if step.poll is None:
        lifecycle.set_screen(room, Screen.CONTENT)
    elif step.deed is Deed.CLOSE:
        lifecycle.close_poll(step.poll)
    elif step.deed is Deed.SHOW:
        lifecycle.show_results(step.poll)
    else:
        lifecycle.put_on_stage(room, step.poll)
        if step.poll.state == PollState.DRAFT:
            lifecycle.open_poll(step.poll)


def _is_held_back(room: Room, poll: Poll) -> bool:
    """Whether closing alone has not shown the results: the rule says host, or a host hid them."""
    if not KINDS[poll.kind].takes_answers:
        return False
    rule = poll.results or room.results
    return poll.shown is False or (rule == ResultsVisibility.HOST and not poll.shown)


def _move(room: Room, current: Poll | None) -> Step | None:
    polls = Poll.objects.filter(room=room).exclude(state=PollState.ARCHIVED)
    if current is None and room.current_question_id is not None:
        # Questions from the audience interrupt the talk: it goes on where it was.
        current = polls.exclude(opened_at=None).order_by("-opened_at", "-pk").first()
        if current is not None and current.state == PollState.OPEN:
            return Step(Deed.MOVE, current)
    # By place and number: two that were added at the same moment share a place, and none may be skipped.
    after = (-1, 0) if current is None else (current.position, current.pk)
    following = next((poll for poll in polls if (poll.position, poll.pk) > after), None)
    return Step(Deed.MOVE, following) if following else None
