"""Cast, change and withdraw ballots: the only writer of ballots, in batches.

One transaction counts a whole batch. Its order is the same everywhere, and is the proof that a ballot counts once:

1. lock the batch's polls, in id order, as a statement of its own;
2. only then read whether they are open, in which round, and the ballots that are there;
3. go through the casts in the order of their arrival: a resend of what is in force gets its receipt whatever the
   state; an older one is stale; a new one is counted if the poll is open;
4. upsert the ballots, and add the *difference* they make to the counters and texts, keys sorted;
5. bump the rooms' versions, last, in id order; announce after commit.

Every cast may be repeated, as often as one likes: the key is (poll, round, participant), the order is `seq`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from django.db import InterfaceError, OperationalError, transaction

from live_polls import events
from live_polls.domain import ballot_rows, clock, scoring
from live_polls.domain.admission import Door, Voter
from live_polls.domain.ballot_rows import BallotKey, BallotRow, PollRow, TallyChange
from live_polls.domain.durability import is_surely_undone
from live_polls.domain.held_words import read_words
from live_polls.domain.receipts import receipt
from live_polls.domain.voices import is_voiced
from live_polls.domain.written import Change, Writing, write_texts
from live_polls.enums import PollState, RoomState
from live_polls.errors import (
    InvalidAnswerError,
    PollClosedError,
    PollError,
    PollNotFoundError,
    RoomEndedError,
    StaleBallotError,
)
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import Answer, Shape

_OPEN = PollState.OPEN.value
_LIVE = RoomState.LIVE.value


# Structs, because a dataclass takes ten times as long to make, and the collector need not look at what holds no cycle.
class Cast(msgspec.Struct, frozen=True, gc=False):
    """A ballot as it was sent. `answer` is raw; None withdraws. `seq` is the participant's own counter, from 1.

    `participant` is the ballot key and `voice` the voice key of who casts; the poll decides which of them the ballot is
    kept under. `arrived_at` is when it came to the server, by the database's clock, in Unix seconds.
    """

    room_id: int
    participant: str
    poll: str
    round: int
    seq: int
    answer: object
    voice: str = ""
    arrived_at: float = msgspec.field(default_factory=clock.now)
    by_account: bool = False  # the keys are derived from an account, and not from a phone alone


class Counted(msgspec.Struct, frozen=True, gc=False):
    """The ballot is committed and counted exactly once. `version` of the room includes it."""

    receipt: str
    seq: int
    epoch: str
    version: int
    changed: bool
    elapsed_ms: int | None = None  # of quiz questions only
    points: int | None = None


Outcome = Counted | PollError


class CommitUnknownError(Exception):
    """The database went while it committed: the batch is counted as a whole, or nothing of it is."""


def cast_batch(casts: Sequence[Cast]) -> list[Outcome]:
    """Count the casts in one transaction; one outcome a cast, in their order.

    Refusals are outcomes, not exceptions: one voter's mistake costs no other voter's ballot. What is raised
    (a database error) means that nothing of the batch was written, but for CommitUnknownError. Repeatable: see the module.
    """
    is_written = False
    try:
        with transaction.atomic(durable=True):
            batch = _Batch(casts)
            versions = batch.write()
            is_written = True
    except (OperationalError, InterfaceError) as error:
        if is_written and not is_surely_undone(error):
            raise CommitUnknownError(str(error)) from error
        raise
    for room_id, voters in batch.voters().items():
        version = versions.get(room_id, batch.version(room_id))
        events.announce(events.RoomChanged(room_id, version, tuple(voters), batch.polls(room_id)))
    return batch.outcomes(versions)


@dataclass(slots=True)
class _Asked:
    """A poll of the batch, with what is worked out once and not once a ballot."""

    row: PollRow
    kind: Kind
    shape: Shape
    refusal: type[PollClosedError] | type[RoomEndedError] | None
    voiced: bool


class _Batch:
    """The work of one transaction: which ballots are in force after it, and what they change."""

    def __init__(self, casts: Sequence[Cast]) -> None:
        self._casts = casts
        # A code of ours is letters and digits; PostgreSQL would fail on a NUL in another.
        codes = sorted(filter(str.isalnum, {cast.poll for cast in casts}))
        ballot_rows.lock_polls(codes)
        rows = ballot_rows.read_polls(codes)
        right = ballot_rows.read_right([row.id for row in rows.values() if row.points])
        self._polls = {code: _asked(row, right.get(row.id, frozenset())) for code, row in rows.items()}
        self._by_id = {poll.row.id: poll for poll in self._polls.values()}
        extra = [(row.id, row.round) for row in rows.values() if row.in_extra_time]
        self._door = Door(rows.values(), {cast.voice for cast in casts})
        self._in_extra_time = ballot_rows.read_in_extra_time(extra, {cast.voice for cast in casts}) if extra else set()
        keys = {_key(cast, self._polls[cast.poll]) for cast in casts if cast.poll in self._polls}
        self._before = ballot_rows.read_ballots(sorted(keys))
        self._after = dict(self._before)
        self._results: list[tuple[BallotRow, bool] | PollError] = [self._judge(cast) for cast in casts]

    def _judge(self, cast: Cast) -> tuple[BallotRow, bool] | PollError:
        """What becomes of one cast: the row in force for it and whether this cast put it there, or a refusal."""
        poll = self._polls.get(cast.poll)
        if poll is None or poll.row.room_id != cast.room_id or cast.round > poll.row.round:
            return PollNotFoundError()
        key = _key(cast, poll)
        now = self._after.get(key)
        try:
            answer = None if cast.answer is None else _canonical(poll, cast.answer)
        except InvalidAnswerError as error:
            return error
        if now is not None and cast.seq <= now.seq:
            if (cast.seq, answer) == (now.seq, now.answer):
                return now, False
            return StaleBallotError(seq=now.seq, answer=now.answer)
        if answer is not None and (refused := self._refusal_at_door(cast, poll, answer)):
            return refused
        if poll.refusal is not None and not self._has_extra_time(cast, poll):
            return poll.refusal()
        if cast.round != poll.row.round:
            return PollClosedError("That round is over. This ballot was not counted; one counted before still is.")
        if poll.row.points:
            row = scoring.scored(
                key,
                cast.seq,
                answer,
                poll=poll.row,
                kind=poll.kind,
                shape=poll.shape,
                arrived_at=cast.arrived_at,
                before=now,
            )
        else:
            row = BallotRow(*key, cast.seq, answer)
        self._after[key] = row
        return row, True

    def _refusal_at_door(self, cast: Cast, poll: _Asked, answer: str) -> PollError | None:
        """Whom nothing is taken from any more. What they gave before they may still take back."""
        if self._door.is_open:
            return None
        writes = poll.kind.carries_texts(poll.shape.settings) and bool(poll.kind.texts(json.loads(answer)))
        return self._door.refusal(Voter(cast.voice, cast.by_account), poll.row, writes=writes)

    def _has_extra_time(self, cast: Cast, poll: _Asked) -> bool:
        """Whether only the deadline is over, and who casts has one of their own."""
        is_over = poll.refusal is PollClosedError and poll.row.state == _OPEN
        return is_over and (poll.row.id, cast.round, cast.voice) in self._in_extra_time

    def write(self) -> dict[int, int]:
        """Write what changed; {room id: new version} of the rooms that did."""
        changed = [(key, row) for key, row in self._after.items() if self._before.get(key) is not row]
        changed.sort()
        rows = [row for _, row in changed]
        scored = {poll_id for poll_id, poll in self._by_id.items() if poll.row.points}
        ballot_rows.write_ballots([row for row in rows if row.poll_id not in scored] if scored else rows)
        ballot_rows.write_scored_ballots([row for row in rows if row.poll_id in scored] if scored else [])
        ballot_rows.add_to_tallies(self._tally_changes(changed))
        self._write_texts(changed)
        return ballot_rows.bump_rooms({self._by_id[row.poll_id].row.room_id for row in rows})

    def _write_texts(self, changed: Sequence[tuple[BallotKey, BallotRow]]) -> None:
        """Add and take away what people wrote, for the polls whose ballots carry texts."""
        carrying = {id_: poll for id_, poll in self._by_id.items() if poll.kind.carries_texts(poll.shape.settings)}
        if carrying:
            words = read_words({poll.row.room_id for poll in carrying.values()})
            writing = {
                poll_id: Writing(poll.kind, poll.shape.settings, words[poll.row.room_id])
                for poll_id, poll in carrying.items()
            }
            written = [(key, self._before.get(key), row) for key, row in changed if row.poll_id in writing]
            write_texts([Change(*key, _decoded(before), _decoded(after)) for key, before, after in written], writing)

    def _tally_changes(self, changed: Sequence[tuple[BallotKey, BallotRow]]) -> list[TallyChange]:
        """The difference that the rows make, summed a counter, in the order in which counters are locked."""
        total: Counter[tuple[int, int, str]] = Counter()
        for (poll_id, round_, answer), n_ballots in self._answer_changes(changed).items():
            poll = self._by_id[poll_id]
            for counter, n in poll.kind.counters(json.loads(answer), poll.shape).items():
                total[poll_id, round_, counter] += n * n_ballots
        return [TallyChange(*key, n) for key, n in sorted(total.items()) if n]

    def _answer_changes(self, changed: Sequence[tuple[BallotKey, BallotRow]]) -> Counter[tuple[int, int, str]]:
        """How many ballots more (or fewer) give each answer. In a hall many give the same: each is decoded once."""
        answers: Counter[tuple[int, int, str]] = Counter()
        for key, row in changed:
            before = self._before.get(key)
            if before is not None and before.answer is not None:
                answers[row.poll_id, row.round, before.answer] -= 1
            if row.answer is not None:
                answers[row.poll_id, row.round, row.answer] += 1
        return answers

    def voters(self) -> dict[int, set[str]]:
        """{room id: the keys under which somebody's ballots are others than before, or were sent again}.

        Who sends again may be the only one who knows: the process that counted the ballot died before it told anybody.
        """
        voters: dict[int, set[str]] = {}
        for result in self._results:
            if not isinstance(result, PollError):
                row, _ = result
                voters.setdefault(self._by_id[row.poll_id].row.room_id, set()).add(row.participant)
        return voters

    def version(self, room_id: int) -> int:
        """The version of a room in which nothing has changed, as it was read under the lock."""
        return next(poll.row.room_version for poll in self._by_id.values() if poll.row.room_id == room_id)

    def polls(self, room_id: int) -> frozenset[int]:
        """The polls of the room that were voted in."""
        return frozenset(poll_id for poll_id, poll in self._by_id.items() if poll.row.room_id == room_id)

    def outcomes(self, versions: dict[int, int]) -> list[Outcome]:
        """One outcome a cast, in the order of the casts; call after commit."""
        return [
            result if isinstance(result, PollError) else self._counted(cast, *result, versions)
            for cast, result in zip(self._casts, self._results, strict=True)
        ]

    def _counted(self, cast: Cast, row: BallotRow, changed: bool, versions: dict[int, int]) -> Counted:  # noqa: FBT001 -- unpacked from the result
        poll = self._polls[cast.poll].row
        version = versions.get(poll.room_id, poll.room_version)
        proof = receipt(poll.ballot_key, row)
        return Counted(proof, row.seq, poll.epoch, version, changed, row.elapsed_ms, row.points)


def _asked(row: PollRow, right: frozenset[int]) -> _Asked:
    refusal: type[PollClosedError] | type[RoomEndedError] | None = None
    if row.room_state != _LIVE:
        refusal = RoomEndedError
    elif row.state != _OPEN or not row.in_time:
        refusal = PollClosedError
    settings = json.loads(row.settings) if isinstance(row.settings, str) else row.settings
    shape = Shape(row.n_options, settings, right)
    return _Asked(row, KINDS[row.kind], shape, refusal, is_voiced(row.kind, row.points))


def _key(cast: Cast, poll: _Asked) -> BallotKey:
    if poll.voiced and not cast.voice:
        raise ValueError("A ballot of a voiced poll needs the voice key")  # or all such would be one person's
    return BallotKey(poll.row.id, cast.round, cast.voice if poll.voiced else cast.participant)


def _decoded(row: BallotRow | None) -> Answer | None:
    return None if row is None or row.answer is None else json.loads(row.answer)


def _canonical(poll: _Asked, raw: object) -> str:
    """The answer as it is stored and compared: JSON text, keys and lists in the order the kind gave them."""
    return msgspec.json.encode(poll.kind.parse_answer(raw, poll.shape)).decode()
