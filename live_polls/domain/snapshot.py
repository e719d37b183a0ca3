"""The state of a room as of one version. The only place that reads version and counts together.

One consistent read gives the room, its polls, the counters of the open round of each, and the ballots of the
participants who asked: what a frame says is true of exactly one version. A read that knows an earlier state costs
one row when nothing happened, and counters only when people merely voted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.models import F

from live_polls.domain import asked, ballot_rows, quiz, snapshot_rows
from live_polls.domain.asked import NO_QUESTIONS
from live_polls.domain.ballot_rows import BallotKey
from live_polls.domain.contributions import read_contributions
from live_polls.domain.extra_time import read_times
from live_polls.domain.own_texts import ALL_SHOWN, read_not_shown
from live_polls.domain.pictures import PictureView, view_of
from live_polls.domain.receipts import receipt
from live_polls.domain.room_view import Mine, MyBallot, PollView, RoomSecrets, RoomView
from live_polls.domain.written import text_counters
from live_polls.enums import Asking, PollState, TextState
from live_polls.kinds import KINDS
from live_polls.models import Option, Poll, Room, Text

_BEGIN = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def consistent_read() -> Iterator[None]:
    """Everything read inside stands at one version, and no writer waits for it.

    By hand, because Django's atomic() would take the write lock of SQLite, and two statements where PostgreSQL
    needs one. Inside an open transaction that one decides.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def read_room(
    room_id: int,
    known: RoomView | None = None,
    participants: Mapping[str, str] | None = None,
    *,
    only_in: Mapping[str, frozenset[int] | None] | None = None,
    moderated: bool = False,
) -> tuple[RoomView | None, Mine]:
    """The room (None when it was deleted) and the ballots of `participants`, at one version.

    `participants` is {ballot key: voice key}; their ballots are told by ballot key, whichever of the two they stand
    under. Of who stands in `only_in` with ids of polls, nothing but the ballots in these is read. `known` is returned
    itself when it is still true. Repeatable.
    """
    for _ in range(2):
        with consistent_read():
            view = _read_view(room_id, known)
            mine = _read_mine(view, participants, only_in or {}) if view is not None and participants else Mine()
            if view is not None and moderated:
                mine.contributions = read_contributions(room_id)
        # Who waited while a copy was restored on PostgreSQL looks at the new tables as of before, and finds nothing.
        if view is not None or not Room.objects.filter(pk=room_id).exists():
            break
    return view, mine


def read_versions(room_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """{room id: (epoch, version)} of the rooms that exist: the safety net under lost hints."""
    return {room_id: (epoch, version) for room_id, epoch, version in snapshot_rows.read_versions(room_ids)}


ROOM_FIELDS = (
    "pk",
    "epoch",
    "version",
    "layout_version",
    "join_code",
    "title",
    "state",
    "results",
    "screen",
    "current__code",
)
QUIZ_FIELDS = ("players_version", "board_version", "teams")
PRESENTING_FIELDS = ("compared", "one_at_a_time", "reactions")
ASKING_FIELDS = ("asking", "hold_questions", "names", "current_question__code")
ENTRY_FIELDS = ("entry", "is_locked", "passcode")


def _read_view(room_id: int, known: RoomView | None) -> RoomView | None:
    stand = snapshot_rows.read_stand(room_id)
    if known is not None and stand is not None and stand.epoch == known.epoch:
        if stand.version == known.version:
            return known
        if stand.layout_version == known.layout_version:
            polls = _with_counters(known.polls, {PollState.OPEN.value})
            view = replace(
                known,
                version=stand.version,
                polls=polls,
                players_version=stand.players_version,
                board_version=stand.board_version,
            )
            return quiz.with_quiz(_with_questions(view, known), known)
    whole = _read_whole(room_id)
    return None if whole is None else quiz.with_quiz(_with_questions(whole, known), known)


def _with_questions(view: RoomView, known: RoomView | None) -> RoomView:
    """The view with the questions of its version, if the room has any; what is known already is not read again."""
    if view.asking == Asking.OFF.value:
        return replace(view, questions=NO_QUESTIONS)
    questions = None
    # A purge takes questions away without a trace, and leaves the room another key.
    if known is not None and known.epoch == view.epoch and known.secrets.voice_key == view.secrets.voice_key:
        questions = known.questions if known.asking != Asking.OFF.value else None
    return replace(view, questions=asked.read_questions(view.id, questions, known.version if known else -1))


def _read_whole(room_id: int) -> RoomView | None:
    fields = (
        *ROOM_FIELDS,
        *QUIZ_FIELDS,
        *PRESENTING_FIELDS,
        *ASKING_FIELDS,
        *ENTRY_FIELDS,
        "ballot_key",
        "voice_key",
        "stage_key",
    )
    row = Room.objects.filter(pk=room_id).values_list(*fields).first()
    if row is None:
        return None
    make: Any = RoomView  # the checker cannot follow a row by position
    n = len(ROOM_FIELDS)
    view: RoomView = make(*row[:n], RoomSecrets(*row[-3:]), (), *row[n:-3])
    polls = _with_counters(_read_polls(view), set(PollState.values))
    barred = snapshot_rows.read_barred_voices(room_id)
    return replace(view, polls=polls, barred=barred, n_hidden_texts=_count_hidden_texts(polls))


def _count_hidden_texts(polls: Sequence[PollView]) -> int:
    """How many texts moderators hid in the rounds that polls are in; no read where nobody writes."""
    written = [poll.id for poll in polls if KINDS[poll.kind].carries_texts(poll.settings)]
    if not written:
        return 0
    return Text.objects.filter(poll__in=written, round=F("poll__round"), state=TextState.HIDDEN).count()


def _read_polls(view: RoomView) -> tuple[PollView, ...]:
    options: dict[int, list[tuple[int, str]]] = {}
    right: dict[int, set[int]] = {}
    polls = list(Poll.objects.filter(room_id=view.id).select_related("picture").defer("picture__data"))
    times = read_times([(poll.pk, poll.round) for poll in polls if poll.last_deadline])
    rows = Option.objects.filter(poll__room_id=view.id).order_by("poll_id", "number")
    has_pictures = False
    for poll_id, number, text, is_right, picture_id in rows.values_list(
        "poll_id", "number", "text", "is_right", "picture_id"
    ):
        options.setdefault(poll_id, []).append((number, text))
        has_pictures = has_pictures or picture_id is not None
        if is_right:
            right.setdefault(poll_id, set()).add(number)
    pictures = _read_option_pictures(view.id) if has_pictures else {}
    return tuple(
        PollView(
            id=poll.pk,
            code=poll.code,
            kind=poll.kind,
            prompt=poll.prompt,
            state=poll.state,
            round=poll.round,
            options=tuple(options.get(poll.pk, ())),
            settings=poll.settings,
            results=quiz.rule_of(poll.results or view.results, points=poll.points),
            shown=poll.shown,
            seconds=poll.seconds,
            deadline=poll.deadline,
            points=poll.points,
            by_speed=poll.by_speed,
            explanation=poll.explanation,
            opened_at=poll.opened_at,
            right=frozenset(right.get(poll.pk, ())),
            picture=view_of(poll.picture),
            picture_alt=poll.picture_alt,
            option_pictures=pictures.get(poll.pk, {}),
            entry=poll.entry,
            last_deadline=poll.last_deadline,
            extra_times=times.get(poll.pk, {}),
        )
        for poll in polls
    )


def _read_option_pictures(room_id: int) -> dict[int, dict[int, PictureView]]:
    options = Option.objects.filter(poll__room_id=room_id).exclude(picture=None)
    pictures: dict[int, dict[int, PictureView]] = {}
    for option in options.select_related("picture").defer("picture__data"):
        if shown := view_of(option.picture):
            pictures.setdefault(option.poll_id, {})[option.number] = shown
    return pictures


def _with_counters(polls: tuple[PollView, ...], states: set[str]) -> tuple[PollView, ...]:
    """The polls with the counters of those in `states` read anew; the others cannot change and keep theirs."""
    rounds = [(poll.id, poll.round) for poll in polls if poll.state in states]
    counters: dict[int, dict[str, int]] = {poll_id: {} for poll_id, _ in rounds}
    for poll_id, counter, n in snapshot_rows.read_counters(rounds):
        counters[poll_id][counter] = n
    for poll in polls:
        kind = KINDS[poll.kind]
        if poll.id in counters and kind.carries_texts(poll.settings):
            counters[poll.id] |= text_counters(poll.id, poll.round, kind)
    return tuple(replace(poll, counters=counters[poll.id]) if poll.id in counters else poll for poll in polls)


def _read_mine(view: RoomView, participants: Mapping[str, str], only_in: Mapping[str, frozenset[int] | None]) -> Mine:
    public = {PollState.OPEN.value, PollState.CLOSED.value}  # a ballot is told of where its poll is
    polls = {poll.id: poll for poll in view.polls if poll.state in public}
    voiced = {poll.id for poll in polls.values() if poll.voiced}
    whose = {voice: who for who, voice in participants.items() if voice} if voiced else {}
    keys = [
        BallotKey(poll.id, poll.round, key)
        for poll in polls.values()
        for key, who in (whose.items() if poll.id in voiced else zip(participants, participants, strict=True))
        if (only := only_in.get(who)) is None or poll.id in only
    ]
    mine: dict[str, list[MyBallot]] = {}
    rows = ballot_rows.read_ballots(keys)
    writing = {poll.id: kind for poll in polls.values() if (kind := KINDS[poll.kind]).carries_texts(poll.settings)}
    not_shown = read_not_shown([row for row in rows.values() if row.poll_id in writing], writing)
    for key, row in rows.items():
        proof = receipt(view.secrets.ballot_key, row)
        who = whose[row.participant] if row.poll_id in voiced else row.participant
        mine.setdefault(who, []).append(
            MyBallot(
                polls[row.poll_id].code,
                row.round,
                row.seq,
                row.answer,
                proof,
                row.elapsed_ms,
                not_shown.get(key, ALL_SHOWN),
            )
        )
    found = Mine({participant: tuple(ballots) for participant, ballots in mine.items()})
    if view.asking != Asking.OFF.value:
        everything = {who: voice for who, voice in participants.items() if only_in.get(who) is None}
        found.asked = asked.read_asked(view.id, view.questions.merged, everything)
    return found
