"""Upvotes of questions are derived: count them again from the rows, compare, and mend."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from live_polls.domain import question_rows
from live_polls.domain.versions import bump_questions
from live_polls.models import Question, Room


@dataclass(frozen=True, slots=True)
class UpvoteDifference:
    """A question whose upvotes do not stand where the rows say."""

    question: Question
    counted: int
    stored: int


def recount_upvotes(room: Room | None = None, *, repair: bool = False) -> list[UpvoteDifference]:
    """Compare the upvotes of a room's questions (None: of all rooms) with the rows; mend them with `repair`.

    Room by room under the room's lock, so that it is exact while people vote. Repeatable.
    """
    # A purged room has totals and no upvotes: there is nothing to compare them with.
    rooms = Room.objects.filter(purged_at=None, questions__isnull=False).distinct().order_by("pk")
    ids = rooms.values_list("pk", flat=True) if room is None else [room.pk]
    return [difference for room_id in ids for difference in _recount_room(room_id, repair=repair)]


def _recount_room(room_id: int, *, repair: bool) -> list[UpvoteDifference]:
    with transaction.atomic():
        found = question_rows.lock_rooms([room_id]).get(room_id)
        if found is None or found.purged_at is not None:
            return []
        questions = Question.objects.filter(room_id=room_id).order_by("pk")
        counted = question_rows.count_upvotes(questions, question_rows.read_merged([room_id]))
        differences = [
            UpvoteDifference(question, counted[question.pk], question.n_upvotes)
            for question in questions
            if counted[question.pk] != question.n_upvotes
        ]
        if repair and differences:
            for difference in differences:
                Question.objects.filter(pk=difference.question.pk).update(
                    n_upvotes=difference.counted, version=found.version + 1
                )
            bump_questions(room_id)
    return differences
