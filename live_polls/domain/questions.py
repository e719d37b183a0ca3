"""Questions from the audience: ask, withdraw, vote up and take that back. In batches, like ballots in theirs.

One transaction does a whole batch, under the lock of its rooms, which every deed about questions takes first. What is
done may be done again: a question is known by (author, seq), an upvote by (question, voice), so whatever is sent twice
happens once and gets the same answer. `n_upvotes` is kept by the difference that a batch makes; `recount` compares.

A question says who asked by the voice key: nobody can tell from it how they voted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, F

from live_polls import events
from live_polls.domain import ballot_rows, clock, question_rows
from live_polls.domain.ballots import CommitUnknownError
from live_polls.domain.durability import is_surely_undone
from live_polls.domain.held_words import BY_AUTHOR, BY_NAME, BY_WORDS, holds_name, words_of
from live_polls.domain.names import clean_name
from live_polls.domain.question_rows import Support
from live_polls.enums import Asking, Names, QuestionState, RoomState
from live_polls.errors import (
    AskingClosedError,
    AskingPausedError,
    InvalidNameError,
    MutedError,
    NotAllowedError,
    PollError,
    QuestionNotFoundError,
    RateLimitedError,
    RoomEndedError,
    RoomNotFoundError,
    StaleQuestionError,
    TooManyQuestionsError,
    UnfitAnswerError,
)
from live_polls.kinds.writing import clean
from live_polls.models import Exclusion, Question, Room
from live_polls.models.poll import new_poll_code

MAX_LENGTH = 500
# What one phone may have waiting or shown, and not answered yet.
MAX_OPEN = 5
# What one phone may ask in a minute.
MAX_A_MINUTE = 3
MINUTE = timedelta(seconds=60)
# What a room has held or shown at once: a snapshot carries all of them to everybody who comes.
MAX_OPEN_IN_ROOM = 500

_OPEN_STATES = (QuestionState.HELD, QuestionState.SHOWN)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as it was sent. `seq` is the participant's own number for it, any from 1."""

    room_id: int
    voice: str
    seq: int
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Upvoting:
    """One voice is for a question (`on`), or no longer is."""

    room_id: int
    voice: str
    question: str
    on: bool


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Its author takes a question back, for good: the text is forgotten."""

    room_id: int
    voice: str
    question: str


Deed = Ask | Upvoting | Withdrawal


@dataclass(frozen=True, slots=True)
class Heard:
    """The deed is committed. `state` is that of the question now; `version` of the room includes it."""

    question: str
    state: str
    epoch: str
    version: int
    seq: int | None = None  # of what one has asked
    on: bool | None = None  # of an upvote


def hear_batch(deeds: Sequence[Deed]) -> list[Heard | PollError]:
    """Do all of them in one transaction; one outcome a deed, in their order.

    Refusals are outcomes; what is raised means that nothing was written, but for CommitUnknownError. Repeatable.
    """
    is_written = False
    try:
        with transaction.atomic(durable=True):
            batch = _Batch(deeds)
            facts = batch.write()
            is_written = True
    except (OperationalError, InterfaceError) as error:
        if is_written and not is_surely_undone(error):
            raise CommitUnknownError(str(error)) from error
        raise
    for fact in facts:
        events.announce(fact)
    return batch.outcomes()


class _Batch:
    """The work of one transaction."""

    def __init__(self, deeds: Sequence[Deed]) -> None:
        self._deeds = deeds
        self._rooms = question_rows.lock_rooms(deed.room_id for deed in deeds)
        self._now = clock.read_now()
        self._silent = _read_silent(deeds)
        self._merged = question_rows.read_merged(self._rooms)
        self._asks = _Asked([deed for deed in deeds if isinstance(deed, Ask)])
        self._new: list[Question] = []
        self._changed: dict[int, list[str]] = {}  # {room id: voices whose own things changed}
        self._withdrawn: list[Question] = []
        self._read_questions()
        self._results = [self._judge(deed) for deed in deeds]

    def _read_questions(self) -> None:
        """What the batch votes for or takes back, and the upvotes that its voices have given there."""
        named = [deed for deed in self._deeds if not isinstance(deed, Ask)]
        # A code of ours is letters and digits; PostgreSQL would fail on a NUL in another.
        codes = {deed.question for deed in named if deed.question.isalnum()}
        self._by_code = {question.code: question for question in Question.objects.filter(code__in=codes)}
        heads = {line[-1] for q in self._by_code.values() if len(line := question_rows.line_of(q.pk, self._merged)) > 1}
        self._by_id = {question.pk: question for question in self._by_code.values()} | Question.objects.in_bulk(heads)
        self._room_of: dict[int, int] = {}
        keys = {
            Support(member, deed.voice)
            for deed in named
            if isinstance(deed, Upvoting) and deed.question in self._by_code
            for member in self._family(self._by_code[deed.question])
        }
        self._before = question_rows.read_support(sorted(keys))
        self._after = set(self._before)

    def _family(self, question: Question) -> list[int]:
        """All that count as one with the question."""
        head = question_rows.line_of(question.pk, self._merged)[-1]
        family = question_rows.family_of(head, self._merged)
        self._room_of.update(dict.fromkeys(family, question.room_id))
        return family

    def _judge(self, deed: Deed) -> Question | PollError:
        """The question that the deed is about, as it is after it, or a refusal."""
        room = self._rooms.get(deed.room_id)
        if room is None:
            return RoomNotFoundError()
        try:
            if isinstance(deed, Ask):
                return self._ask(deed, room)
            question = self._by_code.get(deed.question)
            if question is None or question.room_id != deed.room_id:
                return QuestionNotFoundError()
            if isinstance(deed, Withdrawal):
                return self._withdraw(deed, question)
            return self._vote(deed, question, room)
        except PollError as error:
            return error

    def _ask(self, deed: Ask, room: Room) -> Question:
        text = clean(deed.text, most=MAX_LENGTH)
        asked: Question | None = self._asks.find(deed)
        if asked is not None:  # before anything else: what was taken stays taken, whatever has become of it since
            if asked.text not in {text, ""}:
                raise StaleQuestionError(seq=self._asks.last_seq(deed))
            return asked
        _check_open(room)
        if room.asking == Asking.PAUSED:
            raise AskingPausedError
        if (room.pk, deed.voice) in self._silent:
            raise MutedError
        if not text:
            raise UnfitAnswerError("Write your question first.")
        name = _checked_name(deed.name, room)
        self._asks.check_room_for(deed, self._now)
        question = Question(
            room=room,
            code=new_poll_code(),
            author=deed.voice,
            seq=deed.seq,
            name=name,
            text=text,
            version=room.version + 1,
            asked_at=self._now,
        )
        question.state, question.hint = _first_state(question, room, is_watched=self._asks.is_watched(deed))
        self._asks.add(question)
        self._new.append(question)
        self._change(room.pk, deed.voice)
        return question

    def _withdraw(self, deed: Withdrawal, question: Question) -> Question:
        if question.author != deed.voice:
            raise NotAllowedError("Only who asked a question takes it back.")
        if question.state != QuestionState.WITHDRAWN:
            question.state, question.text, question.edited, question.name = QuestionState.WITHDRAWN, "", "", ""
            question.version = self._rooms[deed.room_id].version + 1
            self._withdrawn.append(question)
            self._change(deed.room_id, deed.voice)
        return question

    def _vote(self, deed: Upvoting, question: Question, room: Room) -> Question:
        family = self._family(question)
        is_on = any(Support(member, deed.voice) in self._after for member in family)
        head: Question = self._by_id[question_rows.line_of(question.pk, self._merged)[-1]]
        if is_on == deed.on:
            return head
        _check_open(room)
        if (room.pk, deed.voice) in self._silent:
            raise MutedError
        if head.state != QuestionState.SHOWN:
            raise QuestionNotFoundError
        if deed.on and head.author == deed.voice:
            raise NotAllowedError("Your own question has your voice already.")
        if deed.on:
            self._after.add(Support(head.pk, deed.voice))
        else:
            self._after -= {Support(member, deed.voice) for member in family}
        self._change(room.pk, deed.voice)
        return head

    def _change(self, room_id: int, voice: str) -> None:
        self._changed.setdefault(room_id, []).append(voice)

    def write(self) -> list[events.RoomChanged]:
        """Write what changed; the facts to announce."""
        Question.objects.bulk_create(self._new)
        fields = ["state", "text", "edited", "name", "version"]
        Question.objects.bulk_update(self._withdrawn, fields)
        added, removed = sorted(self._after - self._before), sorted(self._before - self._after)
        question_rows.take_support_away(removed)
        question_rows.add_support(added)
        question_rows.add_to_upvotes(self._upvote_changes())
        facts = []
        for room_id in sorted(self._changed):
            version = self._rooms[room_id].version = self._bump(room_id)
            facts.append(events.RoomChanged(room_id, version, tuple(set(self._changed[room_id]))))
        return facts

    def _bump(self, room_id: int) -> int:
        """Count the change; the stage is no place for what was taken back."""
        on_stage = self._rooms[room_id].current_question_id
        if any(question.pk == on_stage for question in self._withdrawn):
            Room.objects.filter(pk=room_id).update(current_question=None, layout_version=F("layout_version") + 1)
        return ballot_rows.bump_rooms([room_id])[room_id]

    def _upvote_changes(self) -> list[tuple[int, int, int]]:
        """(question id, by how much, version), in id order, of those whose upvotes are others than before."""
        change = question_rows.count_support(self._after, self._merged)
        change.subtract(question_rows.count_support(self._before, self._merged))
        return [
            (question_id, n, self._rooms[self._room_of[question_id]].version + 1)
            for question_id, n in sorted(change.items())
            if n
        ]

    def outcomes(self) -> list[Heard | PollError]:
        """One outcome a deed; call after commit."""
        return [
            result if isinstance(result, PollError) else self._heard(deed, result)
            for deed, result in zip(self._deeds, self._results, strict=True)
        ]

    def _heard(self, deed: Deed, question: Question) -> Heard:
        room = self._rooms[deed.room_id]
        return Heard(
            question.code,
            str(question.state),
            room.epoch,
            room.version,
            seq=deed.seq if isinstance(deed, Ask) else None,
            on=deed.on if isinstance(deed, Upvoting) else None,
        )


class _Asked:
    """What the voices of a batch have asked before, and how much more they may."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        rooms, voices = {ask.room_id for ask in asks}, {ask.voice for ask in asks}
        self._by_voice: dict[tuple[int, str], dict[int, Question]] = {}
        self._n_open: Counter[int] = Counter()
        if asks:
            for question in Question.objects.filter(room__in=rooms, author__in=voices):
                self._remember(question)
            open_ones = Question.objects.filter(room__in=rooms, state__in=_OPEN_STATES, merged_into=None)
            self._n_open.update(dict(open_ones.values_list("room").annotate(Count("pk")).order_by()))

    def add(self, question: Question) -> None:
        self._n_open[question.room_id] += 1
        self._remember(question)

    def _remember(self, question: Question) -> None:
        self._by_voice.setdefault((question.room_id, question.author), {})[question.seq] = question

    def find(self, ask: Ask) -> Question | None:
        return self._of(ask).get(ask.seq)

    def last_seq(self, ask: Ask) -> int:
        return max(self._of(ask))

    def is_watched(self, ask: Ask) -> bool:
        """Whether something of theirs was hidden: then somebody reads what comes next."""
        return any(question.state == QuestionState.HIDDEN for question in self._of(ask).values())

    def check_room_for(self, ask: Ask, now: datetime) -> None:
        """RateLimitedError or TooManyQuestionsError when that is one question too many."""
        questions = self._of(ask).values()
        recent = sorted(question.asked_at for question in questions if question.asked_at > now - MINUTE)
        if len(recent) >= MAX_A_MINUTE:
            left = recent[-MAX_A_MINUTE] + MINUTE - now
            raise RateLimitedError(retry_ms=max(1000, round(left.total_seconds() * 1000)))
        if sum(map(_is_open, questions)) >= MAX_OPEN:
            raise TooManyQuestionsError(f"You have {MAX_OPEN} open questions. Take one back, or wait for an answer.")
        if self._n_open[ask.room_id] >= MAX_OPEN_IN_ROOM:
            raise TooManyQuestionsError("This room has as many open questions as it can show.")

    def _of(self, ask: Ask) -> dict[int, Question]:
        return self._by_voice.get((ask.room_id, ask.voice), {})


def _is_open(question: Question) -> bool:
    return question.state in _OPEN_STATES and not question.answered and question.merged_into_id is None


def _check_open(room: Room) -> None:
    if room.state == RoomState.ENDED:
        raise RoomEndedError
    if room.asking == Asking.OFF:
        raise AskingClosedError


def _checked_name(raw: str, room: Room) -> str:
    """The name that stands with a question, as the room has it; InvalidNameError."""
    if room.names == Names.NONE:
        return ""
    if raw.strip():
        return clean_name(raw)
    if room.names == Names.REQUIRED:
        raise InvalidNameError("In this room questions are asked with a name.")
    return ""


def _first_state(question: Question, room: Room, *, is_watched: bool) -> tuple[QuestionState, str]:
    """Held or shown at first, and the hint why."""
    if words_of(room).holds(question.text):
        return QuestionState.HELD, BY_WORDS
    if question.name and holds_name(room, question.name):
        return QuestionState.HELD, BY_NAME
    if is_watched:
        return QuestionState.HELD, BY_AUTHOR
    return (QuestionState.HELD if room.hold_questions else QuestionState.SHOWN), ""


def _read_silent(deeds: Sequence[Deed]) -> set[tuple[int, str]]:
    """Those (room id, voice) that a moderator has muted or excluded."""
    rooms, voices = {deed.room_id for deed in deeds}, {deed.voice for deed in deeds}
    silent = Exclusion.objects.filter(room__in=rooms, voice__in=voices, lifted_at=None)
    return set(silent.values_list("room", "voice"))
