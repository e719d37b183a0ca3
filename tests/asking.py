"""Questions for tests: a room that takes them, and what phones send. Every argument is optional, nothing surprises."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from live_polls.domain.questions import Ask, Deed, Heard, Upvoting, Withdrawal, hear_batch
from live_polls.enums import Asking, Names
from live_polls.errors import PollError
from live_polls.models import Question, Room
from tests.factories import make_room

_numbers = itertools.count(1)


def make_asking_room(*, asking: Asking = Asking.OPEN, hold: bool = False, names: Names = Names.OPTIONAL) -> Room:
    room = make_room()
    Room.objects.filter(pk=room.pk).update(asking=asking, hold_questions=hold, names=names)
    room.refresh_from_db()
    return room


def hear(deed: Deed) -> Heard | PollError:
    [outcome] = hear_batch([deed])
    return outcome


def ask(room: Room, voice: str = "", text: str = "", *, seq: int = 1, name: str = "") -> Any:
    """What became of a question; by a new voice unless told otherwise."""
    number = next(_numbers)
    return hear(Ask(room.pk, voice or f"voice {number}", seq, text or f"Why number {number}?", name))


def make_asked(room: Room, voice: str = "", text: str = "", *, seq: int = 1, name: str = "") -> Question:
    return Question.objects.get(code=ask(room, voice, text, seq=seq, name=name).question)


def upvote(question: Question, voice: str = "", *, on: bool = True) -> Any:
    return hear(Upvoting(question.room_id, voice or f"voice {next(_numbers)}", question.code, on))


def withdraw(question: Question, voice: str = "") -> Any:
    return hear(Withdrawal(question.room_id, voice or question.author, question.code))


def make_ranked(room: Room) -> None:
    """Four questions that stand otherwise in each order: (minutes ago, upvotes, answered)."""
    stands = {"Old?": (120, 9, False), "Late?": (1, 4, False), "Fresh?": (0, 0, False), "Done?": (60, 20, True)}
    for text, (minutes, n_upvotes, answered) in stands.items():
        asked_at = timezone.now() - timedelta(minutes=minutes)
        row = Question.objects.filter(pk=make_asked(room, text=text).pk)
        row.update(asked_at=asked_at, n_upvotes=n_upvotes, answered=answered)


# How they stand by the last part of the address.
RANKED = {
    "": ["Old?", "Late?", "Fresh?", "Done?"],
    "?sort=votes": ["Old?", "Late?", "Fresh?", "Done?"],
    "?sort=new": ["Fresh?", "Late?", "Old?", "Done?"],
    "?sort=rising": ["Late?", "Old?", "Fresh?", "Done?"],
    "?sort=loudest": ["Old?", "Late?", "Fresh?", "Done?"],
}
