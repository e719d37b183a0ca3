"""What screens see of the audience's questions, and what each phone sees of its own.

An upvote costs one entry in one frame, however many questions there are: what changed is found from the end of the
questions, which stand in the order of their last change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import msgspec

from live_polls.domain.asked import NOTHING_ASKED, Asked, OwnQuestion, Questions, QuestionView
from live_polls.domain.visibility import Viewer
from live_polls.live import messages, objects
from live_polls.live.connections import Change
from live_polls.live.frames import Frame

Seen = Mapping[str, QuestionView]


def seen_by(questions: Questions, viewer: Viewer) -> Seen:
    """The questions that this viewer sees: those that are held are for hosts."""
    return questions.present if viewer is Viewer.HOST else questions.shown


def question_object(question: QuestionView, viewer: Viewer) -> objects.QuestionObject:
    return objects.QuestionObject(
        code=question.code,
        text=question.text,
        n_upvotes=question.n_upvotes,
        state=question.state,
        asked_at=round(question.asked_at, 3),
        name=question.name or msgspec.UNSET,
        answered=question.answered,
        reply=question.reply or msgspec.UNSET,
        edited=question.is_edited,
        hint=(viewer is Viewer.HOST and question.hint) or msgspec.UNSET,
    )


def encoded_list(questions: Questions, viewer: Viewer) -> bytes:
    """All that this viewer sees, in the order they were asked. Encoded once, however many come at the same time."""
    of_hosts = viewer is Viewer.HOST
    key = "host" if of_hosts else "all"
    if key not in questions.pieces:
        seen = sorted(seen_by(questions, viewer).values(), key=lambda question: question.id)
        questions.pieces[key] = messages.encode([question_object(question, viewer) for question in seen])
    return questions.pieces[key]


def question_changes(
    old: Questions, new: Questions, viewer: Viewer, *, since: int, stand: tuple[str, int]
) -> Iterator[Change]:
    """The messages that take a viewer from the questions of version `since` to those of `stand` (epoch, version)."""
    if old is new:
        return
    before, now = seen_by(old, viewer), seen_by(new, viewer)
    for code in before.keys() - now.keys():
        into = new.merged.get(code, msgspec.UNSET)
        yield ("question", code), _frame(messages.QuestionRemoved(*stand, code, into))
    upvotes: dict[str, int] = {}
    for question in _changed(before, now, since):
        known = before.get(question.code)
        if known is not None and _but_for_upvotes(known, question) == question:
            upvotes[question.code] = question.n_upvotes
        else:
            piece = question_object(question, viewer)
            yield ("question", question.code), _frame(messages.QuestionChanged(*stand, piece))
    if upvotes:
        # A slot for these very questions: a newer frame about others must not take the place of this one.
        key = "upvotes", ",".join(sorted(upvotes))
        yield key, _frame(messages.UpvotesChanged(*stand, upvotes))


def _changed(before: Seen, now: Seen, since: int) -> list[QuestionView]:
    """Those of `now` that are others than before, what changed first first."""
    if not before:
        return list(now.values())
    changed: list[QuestionView] = []
    for question in reversed(now.values()):  # type: ignore[call-overload]  # a dict has an end, a mapping need not
        if question.version <= since:
            break
        changed.append(question)
    return changed[::-1]


def _but_for_upvotes(known: QuestionView, question: QuestionView) -> QuestionView:
    return replace(known, n_upvotes=question.n_upvotes, version=question.version)


def voice_changes(old: Asked | None, new: Asked | None, *, stand: tuple[str, int]) -> Iterator[Change]:
    """What tells a phone of its own questions and upvotes, where it does not know: a frame a question."""
    old, new = old or NOTHING_ASKED, new or NOTHING_ASKED
    before = {question.code: question for question in old.questions}
    now = {question.code: question for question in new.questions}
    codes = {code for code in before.keys() | now.keys() if before.get(code) != now.get(code)}
    for code in sorted(codes | (old.upvotes ^ new.upvotes)):
        own = now.get(code)
        message = messages.VoiceChanged(*stand, code, code in new.upvotes, own_object(own) if own else None)
        yield ("voice", code), _frame(message)


def own_object(question: OwnQuestion) -> objects.OwnQuestionObject:
    return objects.OwnQuestionObject(
        code=question.code,
        seq=question.seq,
        text=question.text,
        state=question.state,
        name=question.name or msgspec.UNSET,
        answered=question.answered,
        reply=question.reply or msgspec.UNSET,
        edited=question.is_edited,
        into=question.merged_into or msgspec.UNSET,
    )


def _frame(message: msgspec.Struct) -> Frame:
    return Frame(messages.encode(message))
