"""The questions of a room as of a version, and what single participants have asked and voted for. Read, never written.

A question says at which version of the room it last changed, so a read that knows an earlier state costs only what is
news: an upvote costs one row, however many questions there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from live_polls.enums import QuestionState
from live_polls.models import Question

_PRESENT = (QuestionState.HELD.value, QuestionState.SHOWN.value)


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question as of `version`, when it last changed. Who asked is not in it."""

    id: int
    code: str
    name: str
    text: str
    is_edited: bool
    reply: str
    state: str
    hint: str
    answered: bool
    merged_into: str | None
    n_upvotes: int
    version: int
    asked_at: float

    @property
    def is_present(self) -> bool:
        """Whether anybody sees it live: held ones hosts, shown ones everybody."""
        return self.state in _PRESENT and self.merged_into is None


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """By code, in the order of their last change: what changed last comes last. `shown` is what everybody sees."""

    present: Mapping[str, QuestionView] = field(default_factory=dict)
    shown: Mapping[str, QuestionView] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)  # {code of one that was merged: which stands for it}
    hidden: frozenset[str] = frozenset()  # codes of those that a moderator took off the screens: told as a number
    pieces: dict[str, bytes] = field(default_factory=dict)  # kept by who shows them: what was encoded once


NO_QUESTIONS = Questions()


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question of one's own, also where nobody else sees it."""

    code: str
    seq: int
    text: str
    name: str
    is_edited: bool
    reply: str
    state: str
    answered: bool
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What one participant has asked, in order, and voted for: codes, those that stand for merged ones included."""

    questions: tuple[OwnQuestion, ...] = ()
    upvotes: frozenset[str] = frozenset()


NOTHING_ASKED = Asked()

_FIELDS = (
    *("pk", "code", "name", "text", "edited", "reply", "state", "hint", "answered", "merged_into__code", "n_upvotes"),
    *("version", "asked_at"),
)


def read_questions(room_id: int, known: Questions | None, since: int) -> Questions:
    """The questions of the room. Reads those that changed after version `since`, when `known` was true, or all (None)."""
    rows = Question.objects.filter(room_id=room_id).order_by("version", "pk")
    if known is None:
        rows = rows.filter(state__in=_PRESENT)
    news = [_view(row) for row in rows.filter(version__gt=since if known is not None else -1).values_list(*_FIELDS)]
    if known is not None and not news:
        return known
    present = dict(known.present) if known is not None else {}
    shown = dict(known.shown) if known is not None else {}
    merged = dict(known.merged) if known is not None else {}
    hidden = set(known.hidden) if known is not None else _hidden_codes(room_id)
    for question in news:
        (hidden.add if question.state == QuestionState.HIDDEN.value else hidden.discard)(question.code)
        is_shown = question.is_present and question.state == QuestionState.SHOWN.value
        for views, belongs in ((present, question.is_present), (shown, is_shown)):
            views.pop(question.code, None)  # what changed goes to the end
            if belongs:
                views[question.code] = question
        merged.pop(question.code, None)
        if question.merged_into is not None:
            merged[question.code] = question.merged_into
    return Questions(present, shown, merged, frozenset(hidden))


def _hidden_codes(room_id: int) -> set[str]:
    hidden = Question.objects.filter(room_id=room_id, state=QuestionState.HIDDEN)
    return set(hidden.values_list("code", flat=True))


def read_asked(room_id: int, merged: Mapping[str, str], participants: Mapping[str, str]) -> dict[str, Asked]:
    """{ballot key: what they have asked and voted for} of those `participants` ({ballot key: voice key}) who have."""
    whose = {voice: who for who, voice in participants.items() if voice}
    if not whose:
        return {}
    questions: dict[str, list[OwnQuestion]] = {}
    for author, *row in _own_rows(room_id, list(whose)):
        questions.setdefault(whose[author], []).append(_own(row))
    upvotes: dict[str, set[str]] = {}
    for voice, code in _upvote_rows(list(whose)):
        upvotes.setdefault(whose[voice], set()).update(_line(code, merged))
    return {
        who: Asked(tuple(questions.get(who, ())), frozenset(upvotes.get(who, ())))
        for who in questions.keys() | upvotes.keys()
    }


def _own_rows(room_id: int, voices: Sequence[str]) -> list[tuple[Any, ...]]:
    own = Question.objects.filter(room_id=room_id, author__in=voices).exclude(state=QuestionState.WITHDRAWN)
    fields = ("author", "code", "seq", "text", "name", "edited", "reply", "state", "answered", "merged_into__code")
    return list(own.order_by("pk").values_list(*fields))


def _upvote_rows(voices: Sequence[str]) -> list[tuple[str, str]]:
    """(voice, code) by hand: a hall that comes back has tens of thousands."""
    if not voices:
        return []
    places = ", ".join(["%s"] * len(voices))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.voice, q.code FROM live_polls_upvote u JOIN live_polls_question q ON q.id = u.question_id"  # noqa: S608
            f" WHERE u.voice IN ({places})",
            list(voices),
        )
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows


def _line(code: str, merged: Mapping[str, str]) -> list[str]:
    line = [code]
    while line[-1] in merged:
        line.append(merged[line[-1]])
    return line


def _view(row: Sequence[Any]) -> QuestionView:
    values = dict(zip(_FIELDS, row, strict=True))
    return QuestionView(
        id=values["pk"],
        code=values["code"],
        name=values["name"],
        text=values["edited"] or values["text"],
        is_edited=bool(values["edited"]),
        reply=values["reply"],
        state=values["state"],
        hint=values["hint"],
        answered=values["answered"],
        merged_into=values["merged_into__code"],
        n_upvotes=values["n_upvotes"],
        version=values["version"],
        asked_at=values["asked_at"].timestamp(),
    )


def _own(row: Sequence[Any]) -> OwnQuestion:
    code, seq, text, name, edited, reply, state, answered, merged_into = row
    return OwnQuestion(code, seq, edited or text, name, bool(edited), reply, state, answered, merged_into)
