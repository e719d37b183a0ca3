"""What moderators decide about questions: approve, hide, mend, answer, reply, archive, put on stage, merge; and undo.

Each deed takes the lock of the room, as questions from the audience do, so it is done to what is there; each may be
repeated, and says whether it was new. The author hears of it in the same version.

| deed               | undone by           |
|--------------------|---------------------|
| `approve_question` | `hold_question`     |
| `hide_question`    | `approve_question`, or `hold_question` when it was held |
| `edit_question`    | `edit_question` with the text before, "" for what was written |
| `reply_to_question`| `reply_to_question` with the reply before, "" for none |
| `answer_question`  | `answer_question(…, answered=False)` |
| `archive_question` | `restore_question`  |
| `pin_question`     | `unpin_question`    |
| `merge_question`   | `split_question`    |
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from live_polls.domain import question_rows
from live_polls.domain.questions import MAX_LENGTH
from live_polls.domain.records import record
from live_polls.domain.versions import bump_layout, bump_questions
from live_polls.enums import QuestionState, Screen
from live_polls.errors import IllegalMoveError, InvalidAnswerError, QuestionNotFoundError
from live_polls.kinds.writing import clean
from live_polls.models import Question, Room, Upvote

_IN_QUEUE = frozenset({QuestionState.HELD, QuestionState.SHOWN, QuestionState.HIDDEN})


def find_question(room: Room, code: str) -> Question:
    """The question with this code in this very room, unless its author took it back; QuestionNotFoundError."""
    found = Question.objects.filter(room=room, code=code).exclude(state=QuestionState.WITHDRAWN)
    question = found.first() if code.isalnum() else None
    if question is None:
        raise QuestionNotFoundError
    return question


def approve_question(question: Question) -> bool:
    """Let everybody see it. Repeatable."""
    return _change(question, "approve", _IN_QUEUE, state=QuestionState.SHOWN, hint="")


def hold_question(question: Question, *, hint: str = "") -> bool:
    """Let it wait for a decision; `hint` says why. Repeatable."""
    return _change(question, "hold", _IN_QUEUE, state=QuestionState.HELD, hint=hint)


def hide_question(question: Question) -> bool:
    """Take it off every screen but its author's, who sees that it is not shown. Repeatable."""
    return _change(question, "hide", _IN_QUEUE, state=QuestionState.HIDDEN)


def archive_question(question: Question) -> bool:
    """Put it away as done with; only one that is shown (IllegalMoveError). Repeatable."""
    shown = frozenset({QuestionState.SHOWN, QuestionState.ARCHIVED})
    return _change(question, "archive", shown, state=QuestionState.ARCHIVED)


def restore_question(question: Question) -> bool:
    """Show one again that was archived (IllegalMoveError for others). Repeatable."""
    shown = frozenset({QuestionState.SHOWN, QuestionState.ARCHIVED})
    return _change(question, "restore", shown, state=QuestionState.SHOWN)


def edit_question(question: Question, text: str) -> bool:
    """Let it read otherwise, marked as edited; what was written is kept. Empty: as it was written. Repeatable."""
    edited = clean(text, most=MAX_LENGTH)
    if text.strip() and not edited:
        raise InvalidAnswerError("Nothing is left of this text.")
    return _change(question, "edit", edited="" if edited == question.text else edited)


def reply_to_question(question: Question, reply: str) -> bool:
    """Answer in writing, for everybody who sees the question; empty takes the reply away. Repeatable."""
    return _change(question, "reply", reply=clean(reply, most=MAX_LENGTH))


def answer_question(question: Question, *, answered: bool = True) -> bool:
    """Mark it as answered, or as open again. Repeatable."""
    return _change(question, "answer" if answered else "reopen", answered=answered)


def pin_question(question: Question) -> bool:
    """Put it on stage in place of whatever is there; only one that is shown (IllegalMoveError). Repeatable."""
    with transaction.atomic():
        found = _locked(question)
        if found.state != QuestionState.SHOWN or found.merged_into_id is not None:
            raise IllegalMoveError("Only a question that is shown stands on stage.")
        stage = {"current": None, "current_question": found.pk, "screen": Screen.CONTENT}
        pinned = not Room.objects.filter(pk=found.room_id, **stage).exists()
        if pinned:
            Room.objects.filter(pk=found.room_id).update(**stage)
            record(found.room_id, "pin", found)
            bump_layout(found.room_id)
    return pinned


def unpin_question(room: Room) -> bool:
    """Take the question off the stage, if one is there. Repeatable."""
    with transaction.atomic():
        on_stage = question_rows.lock_rooms([room.pk])[room.pk].current_question_id
        question = None if on_stage is None else Question.objects.filter(pk=on_stage).first()
        if question is not None:
            Room.objects.filter(pk=room.pk).update(current_question=None)
            record(room.pk, "unpin", question)
            bump_layout(room.pk)
    return question is not None


def merge_question(question: Question, into: Question) -> bool:
    """Let `into` stand for both: a voice for either counts once. Repeatable; IllegalMoveError where that is no sense.

    What `into` was merged into itself stands for all. Upvotes stay where they were given, so it can be undone.
    """

    def target() -> dict[str, Any]:
        merged = question_rows.read_merged([question.room_id])
        head = question_rows.line_of(into.pk, merged)[-1]
        rows = {row.pk: row for row in Question.objects.filter(room=question.room_id, pk__in=[question.pk, head])}
        if merged.get(question.pk) == head:
            return {"merged_into_id": head}
        if head == question.pk or head not in rows or question.pk in merged:
            raise IllegalMoveError("These two cannot be merged.")
        if any(row.state != QuestionState.SHOWN for row in rows.values()):
            raise IllegalMoveError("Only questions that are shown can be merged.")
        return {"merged_into_id": head}

    return _regroup(question, "merge", target)


def split_question(question: Question) -> bool:
    """Let it stand by itself again. Repeatable."""
    return _regroup(question, "split", lambda: {"merged_into_id": None})


def _regroup(question: Question, verb: str, decide: Callable[[], dict[str, Any]]) -> bool:
    """Change what stands for the question, and count the upvotes of all who are in its line, before and after."""
    with transaction.atomic():
        found = _locked(question)
        before = question_rows.read_merged([found.room_id])
        values = decide()
        if found.merged_into_id == values["merged_into_id"]:
            return False
        Question.objects.filter(pk=found.pk).update(**values)
        after = question_rows.read_merged([found.room_id])
        lines = {*question_rows.line_of(found.pk, before), *question_rows.line_of(found.pk, after)}
        touched = Question.objects.filter(pk__in=lines)
        version = _version(found.room_id)
        for question_id, n in question_rows.count_upvotes(touched, after).items():
            Question.objects.filter(pk=question_id).update(n_upvotes=n, version=version)
        off_stage = _take_off_stage(found)
        record(found.room_id, verb, found)
        # A voice for this one is a voice for those above it, or no longer: their phones are told, however many.
        family = question_rows.family_of(found.pk, before)
        voices = set(Upvote.objects.filter(question__in=family).values_list("voice", flat=True))
        voices.update(touched.values_list("author", flat=True))
        _bump(found.room_id, sorted(voices), has_layout=off_stage)
    question.refresh_from_db()
    return True


def _change(question: Question, verb: str, sources: frozenset[str] | None = None, **values: object) -> bool:
    """Change what is not yet so, where the question is in one of the states `sources`; let every screen know."""
    with transaction.atomic():
        found = _locked(question)
        if sources is not None and found.state not in sources:
            raise IllegalMoveError(f"A question that is {found.state} cannot become {values['state']}.")
        if all(getattr(found, field) == value for field, value in values.items()):
            return False
        Question.objects.filter(pk=found.pk).update(version=_version(found.room_id), **values)
        off_stage = values.get("state", QuestionState.SHOWN) != QuestionState.SHOWN and _take_off_stage(found)
        record(found.room_id, verb, found)
        _bump(found.room_id, [found.author], has_layout=off_stage)
    question.refresh_from_db()
    return True


def _locked(question: Question) -> Question:
    """The question as it is now, under the lock of its room; QuestionNotFoundError when its author took it back."""
    question_rows.lock_rooms([question.room_id])
    found = Question.objects.filter(pk=question.pk).exclude(state=QuestionState.WITHDRAWN).first()
    if found is None:
        raise QuestionNotFoundError
    return found


def _version(room_id: int) -> int:
    """The version that the room will have: it is locked, so nobody else can make it."""
    return Room.objects.values_list("version", flat=True).get(pk=room_id) + 1


def _take_off_stage(question: Question) -> bool:
    return bool(Room.objects.filter(pk=question.room_id, current_question=question.pk).update(current_question=None))


def _bump(room_id: int, voices: list[str], *, has_layout: bool) -> None:
    if has_layout:
        bump_layout(room_id, voices)
    else:
        bump_questions(room_id, voices)
