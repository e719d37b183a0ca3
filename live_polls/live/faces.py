"""What each kind of viewer sees of a room, as encoded objects; and what changed between two versions.

Pure: a RoomView in, bytes out. A *face* is the room as one viewer sees it. Two faces are compared object by object,
by their bytes, so that whatever changes is sent and nothing else is, without anybody keeping a list of deeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
from django.conf import settings

from live_polls.domain.asked import NO_QUESTIONS, Asked, Questions
from live_polls.domain.held_back import held_back
from live_polls.domain.pictures import PictureView
from live_polls.domain.room_view import MyBallot, PollView, RoomView
from live_polls.domain.visibility import Viewer, is_revealed, sees_counts, sees_poll
from live_polls.enums import Asking, Entry, Screen
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.live import messages, objects
from live_polls.live.connections import Change
from live_polls.live.frames import Frame
from live_polls.live.question_faces import encoded_list, own_object, question_changes
from live_polls.live.quiz_faces import board_object, players_object

# What a connection has been told is its own: {(poll code, round): (a hash of the ballot, one of the extra time)}.
Stand = Mapping[tuple[str, int], tuple[int, int]]
NOTHING = (0, 0)
NOTHING_OWN: Stand = {}


@dataclass(frozen=True, slots=True)
class Tally:
    """A poll's tally as one viewer sees it; `split` when those who voted see counts that others do not."""

    round: int
    piece: msgspec.Raw
    voted_piece: msgspec.Raw

    @property
    def split(self) -> bool:
        return self.piece is not self.voted_piece


@dataclass(frozen=True, slots=True)
class Face:
    """The room for one kind of viewer at one version: encoded pieces by object."""

    epoch: str
    version: int
    room: bytes
    polls: Mapping[str, msgspec.Raw] = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    players: bytes = b""  # who plays, for stages and hosts
    viewer: Viewer = Viewer.AUDIENCE
    questions: Questions | None = None  # None while nobody may ask

    @property
    def splits(self) -> frozenset[tuple[str, int]]:
        """(code, round) of the polls whose counts depend on having voted."""
        return frozenset((code, tally.round) for code, tally in self.tallies.items() if tally.split)


def face_of(view: RoomView, viewer: Viewer) -> Face:
    """The room as `viewer` sees it. Drafts, and counts that are not for this viewer, are not in it at all."""
    polls = [poll for poll in view.polls if sees_poll(poll, viewer)]
    return Face(
        epoch=view.epoch,
        version=view.version,
        room=messages.encode([room_object(view), current_object(view, polls), board_object(view)]),
        polls={poll.code: msgspec.Raw(messages.encode(poll_object(poll, viewer))) for poll in polls},
        tallies={poll.code: _tally(poll, viewer) for poll in polls},
        players=messages.encode(players) if (players := players_object(view, viewer)) is not None else b"",
        viewer=viewer,
        questions=None if view.asking == Asking.OFF.value else view.questions,
    )


def changes(old: Face, new: Face, voted: frozenset[tuple[str, int]]) -> Iterator[Change]:
    """The messages that take a viewer who has cast the ballots `voted` from one face to the next."""
    epoch, version = new.epoch, new.version
    if old.room != new.room:
        room, current, board = _room_pieces(new)
        yield ("room", ""), _frame(messages.RoomChanged(epoch, version, _any(room), _any(current), _any(board)))
    if old.players != new.players and new.players:
        players = messages.PlayersChanged(epoch, version, _any(msgspec.Raw(new.players)))
        yield ("players", ""), _frame(players)
    for code in old.polls.keys() - new.polls.keys():
        yield ("poll", code), _frame(messages.PollRemoved(epoch, version, code))
    # A poll has moved when those before it are others: its position is part of what is shown.
    old_order, new_order = list(old.polls), list(new.polls)
    for position, code in enumerate(new_order):
        moved = old_order[position : position + 1] != [code]
        if moved or old.polls[code] != new.polls[code]:
            piece = _any(new.polls[code])
            yield ("poll", code), _frame(messages.PollChanged(epoch, version, position, piece))
    for code, tally in new.tallies.items():
        before = old.tallies.get(code)
        piece = seen_by(tally, code, voted)
        if before is None or (before.round, seen_by(before, code, voted)) != (tally.round, piece):
            message = messages.TallyChanged(epoch, version, code, tally.round, _any(piece))
            yield ("tally", code), _frame(message)
    yield from question_changes(
        old.questions or NO_QUESTIONS,
        new.questions or NO_QUESTIONS,
        new.viewer,
        since=old.version,
        stand=(epoch, version),
    )


def _room_pieces(face: Face) -> tuple[msgspec.Raw, msgspec.Raw, msgspec.Raw | msgspec.UnsetType]:
    """Room, current and, while it is on stage, the board."""
    room, current, board = msgspec.json.decode(face.room, type=tuple[msgspec.Raw, msgspec.Raw, msgspec.Raw])
    return room, current, msgspec.UNSET if bytes(board) == b"null" else board


def seen_by(tally: Tally, code: str, voted: frozenset[tuple[str, int]]) -> msgspec.Raw:
    """The piece for a viewer who has cast the ballots `voted`."""
    return tally.voted_piece if (code, tally.round) in voted else tally.piece


def snapshot_frame(
    face: Face,
    *,
    mine: tuple[MyBallot, ...],
    presence: int,
    now: float,
    player: objects.PlayerObject | None = None,
    times: list[objects.TimeObject] | None = None,
    asked: Asked | None = None,
) -> Frame:
    """A whole snapshot: the shared pieces, and what is this connection's own."""
    room, current, board = _room_pieces(face)
    voted = voted_of(mine)
    polls = []
    for code, piece in face.polls.items():
        tally = seen_by(face.tallies[code], code, voted)
        # A poll and its tally are kept apart, since one changes and the other does not: join them here.
        polls.append(msgspec.Raw(bytes(piece)[:-1] + b',"tally":' + bytes(tally) + b"}"))
    me = objects.MeObject(list(map(ballot_object, mine)), player or msgspec.UNSET, times or msgspec.UNSET)
    if asked is not None:
        me.questions, me.upvotes = list(map(own_object, asked.questions)), sorted(asked.upvotes)
    return _frame(
        messages.Snapshot(
            epoch=face.epoch,
            version=face.version,
            now=now,
            room=_any(room),
            polls=_any(polls),
            current=_any(current),
            presence=presence,
            me=me,
            board=_any(board),
            players=_any(msgspec.Raw(face.players) if face.players else msgspec.UNSET),
            questions=_any(
                msgspec.UNSET if face.questions is None else msgspec.Raw(encoded_list(face.questions, face.viewer))
            ),
        )
    )


def me_changes(
    face: Face,
    mine: tuple[MyBallot, ...],
    splits: frozenset[tuple[str, int]],
    told: Stand = NOTHING_OWN,
    times: Sequence[objects.TimeObject] = (),
) -> Iterator[Change]:
    """`me.changed` for each poll where a ballot or extra time of one's own is another than was told, or is no more, and
    the counts that it makes visible.

    A ballot costs one frame, in however many polls somebody has voted before. `splits` are those of the face before as
    well: counts that a ballot and a close make visible at once may be told by nothing else, when they read like the
    counts before.
    """
    voted = voted_of(mine)
    stand = stand_of(mine, times)
    for key in sorted(key for key in stand.keys() | told.keys() if stand.get(key) != told.get(key)):
        code, round_ = key
        tally = face.tallies.get(code)
        if tally is None or tally.round != round_:
            continue  # what was told of another round says nothing about this one
        own = [ballot_object(ballot) for ballot in mine if ballot.poll == code]
        message = messages.MeChanged(face.epoch, face.version, code, round_, own)
        if told.get(key, NOTHING)[1] or stand.get(key, NOTHING)[1]:
            message.times = [time for time in times if time.poll == code]
        if key in splits:
            message.tallies = {code: _any(seen_by(tally, code, voted))}
        yield ("me", code), _frame(message)


def times_of(view: RoomView, voice: str) -> list[objects.TimeObject]:
    """The extra time that one participant has in the room."""
    owned = [(poll, poll.extra_times.get(voice)) for poll in view.polls if poll.extra_times]
    return [objects.TimeObject(poll.code, poll.round, own.n_asked, own.seconds) for poll, own in owned if own]


def stand_of(mine: tuple[MyBallot, ...], times: Sequence[objects.TimeObject] = ()) -> Stand:
    """What is somebody's own, by poll and round: numbers that are others as soon as anything about it is."""
    if not mine and not times:
        return NOTHING_OWN
    ballots = {(ballot.poll, ballot.round): hash(ballot) for ballot in mine}
    asked = {(time.poll, time.round): hash((time.n_asked, time.seconds)) for time in times}
    return {key: (ballots.get(key, 0), asked.get(key, 0)) for key in ballots.keys() | asked.keys()}


def voted_of(mine: tuple[MyBallot, ...]) -> frozenset[tuple[str, int]]:
    """(poll code, round) of the ballots that are in force and not withdrawn."""
    return frozenset((ballot.poll, ballot.round) for ballot in mine if ballot.answer is not None)


def room_object(view: RoomView) -> objects.RoomObject:
    asks = view.asking != Asking.OFF.value
    n_waiting, n_hidden = held_back(view)
    return objects.RoomObject(
        code=view.join_code,
        title=view.title,
        state=view.state,
        results=view.results,
        screen=view.screen,
        url=f"{settings.PUBLIC_URL}/j/{view.join_code}",
        step=view.steps.index(view.current) + 1 if view.current in view.steps else None,
        n_steps=len(view.steps),
        quiz=view.is_quiz or msgspec.UNSET,
        teams=(view.is_quiz and list(view.teams)) or msgspec.UNSET,
        compared=view.compared if view.screen == Screen.ROUNDS.value else msgspec.UNSET,
        one_at_a_time=view.one_at_a_time or msgspec.UNSET,
        entry=msgspec.UNSET if view.entry == Entry.OPEN.value else view.entry,
        locked=view.is_locked or msgspec.UNSET,
        waiting=n_waiting or msgspec.UNSET,
        held_back=n_hidden or msgspec.UNSET,
        reactions=view.reactions or msgspec.UNSET,
        asking=(asks and view.asking) or msgspec.UNSET,
        names=(asks and view.names) or msgspec.UNSET,
        hold_questions=(asks and view.hold_questions) or msgspec.UNSET,
    )


def current_object(view: RoomView, polls: list[PollView]) -> objects.CurrentObject | None:
    """What is on stage, unless this viewer may not see it."""
    if view.current_question is not None:
        is_shown = view.current_question in view.questions.shown
        return objects.CurrentObject(type="question", code=view.current_question) if is_shown else None
    if view.current is None or all(poll.code != view.current for poll in polls):
        return None
    current = next(poll for poll in polls if poll.code == view.current)
    return objects.CurrentObject(type="poll" if KINDS[current.kind].takes_answers else "slide", code=current.code)


def poll_object(poll: PollView, viewer: Viewer) -> objects.PollObject:
    """The poll without its tally; what is right, and why, only for whom it is revealed."""
    revealed = is_revealed(poll, viewer)
    return objects.PollObject(
        code=poll.code,
        kind=poll.kind,
        prompt=poll.prompt,
        state=poll.state,
        round=poll.round,
        options=[_option_object(poll, number, text, revealed=revealed) for number, text in poll.options],
        settings=KINDS[poll.kind].public_settings(poll.settings, revealed=revealed),
        results=poll.results,
        shown=poll.shown,
        seconds=poll.seconds,
        deadline=None if poll.deadline is None else poll.deadline.timestamp(),
        picture=_picture_object(poll.picture),
        picture_alt=(poll.picture and poll.picture_alt) or msgspec.UNSET,
        explanation=(revealed and poll.explanation) or msgspec.UNSET,
        points=poll.points or msgspec.UNSET,
        by_speed=poll.by_speed if poll.points else msgspec.UNSET,
        last_deadline=poll.last_deadline.timestamp() if poll.last_deadline else msgspec.UNSET,
        entry=msgspec.UNSET if poll.entry == Entry.OPEN.value else poll.entry,
        aside=poll.n_aside or msgspec.UNSET,
        extra_times=len(poll.extra_times) if viewer is Viewer.HOST and poll.last_deadline else msgspec.UNSET,
    )


def _option_object(poll: PollView, number: int, text: str, *, revealed: bool) -> objects.OptionObject:
    picture = _picture_object(poll.option_pictures.get(number))
    return objects.OptionObject(number, text, picture, revealed and number in poll.right)


def _picture_object(picture: PictureView | None) -> objects.PictureObject | msgspec.UnsetType:
    if picture is None:
        return msgspec.UNSET
    return objects.PictureObject(picture.url, int(picture.width), int(picture.height))


def ballot_object(ballot: MyBallot) -> objects.BallotObject:
    answer = None if ballot.answer is None else msgspec.Raw(ballot.answer.encode())
    own = objects.BallotObject(ballot.poll, ballot.round, ballot.seq, _any(answer), ballot.receipt)
    if ballot.elapsed_ms is not None:
        own.elapsed_ms = ballot.elapsed_ms
    if ballot.not_shown.held:
        own.held = list(ballot.not_shown.held)
    if ballot.not_shown.hidden:
        own.hidden = list(ballot.not_shown.hidden)
    return own


def tally_of(poll: PollView) -> dict[str, Any]:
    """The public tally of a poll's current round, with counts."""
    return KINDS[poll.kind].tally(poll.counters, Shape(len(poll.options), poll.settings))


def _tally(poll: PollView, viewer: Viewer) -> Tally:
    tally = tally_of(poll)
    with_counts = msgspec.Raw(messages.encode(tally))
    without = msgspec.Raw(messages.encode({"n_ballots": tally["n_ballots"]}))
    piece = with_counts if sees_counts(poll, viewer, voted=False) else without
    voted_piece = with_counts if sees_counts(poll, viewer, voted=True) else without
    return Tally(poll.round, piece, piece if voted_piece == piece else voted_piece)


def _frame(message: msgspec.Struct) -> Frame:
    return Frame(messages.encode(message))


def _any(piece: object) -> Any:
    """An encoded piece stands where the message type says an object: it is that object, already in JSON."""
    return cast("Any", piece)
