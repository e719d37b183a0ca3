"""What is in the database of a room, read with nothing between: no model, no code of live_polls."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tests.fault.history import RoundKey, canonical
from tests.fault.recount import public_tally

Query = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
Read = Callable[[str], "Stored"]


class StoredPoll(NamedTuple):
    id: int
    code: str
    kind: str
    state: str
    round: int
    shown: bool | None
    n_options: int


class StoredBallot(NamedTuple):
    poll: str
    round: int
    participant: str
    seq: int
    answer: str | None


@dataclass(slots=True)
class Stored:
    """A room as it stands in the database; `answer`s are JSON text in canonical form."""

    epoch: str
    version: int
    ballot_key: str
    polls: dict[str, StoredPoll] = field(default_factory=dict)
    ballots: list[StoredBallot] = field(default_factory=list)
    tallies: dict[RoundKey, Counter[str]] = field(default_factory=dict)
    questions: list[tuple[str, str]] = field(default_factory=list)  # code, text

    def participant(self, token: str) -> str:
        """What stands for a phone in the ballots: a keyed hash of the random part of its token."""
        nonce = token.partition(".")[0]
        return blake2b(nonce.encode(), key=self.ballot_key.encode(), digest_size=16).hexdigest()

    def receipt(self, ballot: StoredBallot) -> str:
        """The receipt of a ballot, by the documented formula."""
        poll = self.polls[ballot.poll]
        content = f"{poll.id}:{ballot.round}:{ballot.participant}:{ballot.seq}:{ballot.answer}"
        key = self.ballot_key.encode()
        return blake2b(content.encode(), key=key, digest_size=12, person=b"lp.receipt").hexdigest()

    def shown(self) -> dict[str, str]:
        """What the screen of each participant who voted must show in the end; "" stands for everybody else."""
        mine: dict[str, dict[RoundKey, list[object]]] = {"": {}}
        for row in self.ballots:
            own = mine.setdefault(row.participant, {})
            own[RoundKey(row.poll, row.round)] = [row.seq, answer_text(row.answer)]
        polls = [poll for poll in self.polls.values() if poll.state in {"open", "closed"}]
        tallies = {poll.code: self._tally(poll) for poll in polls}
        return {
            who: canonical(
                {
                    poll.code: [poll.state, poll.round, tallies[poll.code], own.get(RoundKey(poll.code, poll.round))]
                    for poll in polls
                }
            )
            for who, own in mine.items()
        }

    def _tally(self, poll: StoredPoll) -> dict[str, Any]:
        counters = self.tallies.get(RoundKey(poll.code, poll.round), Counter())
        tally = public_tally(poll.kind, counters, poll.n_options)
        return tally if poll.shown is not False else {"n_ballots": tally["n_ballots"]}


def reader_of_sqlite(file: Path) -> Read:
    def read(join_code: str) -> Stored:
        with closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            return _read(lambda sql, values: connection.execute(sql.replace("%s", "?"), values).fetchall(), join_code)

    return read


def reader_of_postgresql(url: str) -> Read:
    def read(join_code: str) -> Stored:
        with psycopg.connect(url, connect_timeout=5) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return _read(lambda sql, values: connection.execute(sql.encode(), values).fetchall(), join_code)

    return read


def _read(query: Query, join_code: str) -> Stored:
    """Everything of one room, in the one transaction that `query` runs in."""
    room = query("SELECT id, epoch, version, ballot_key FROM live_polls_room WHERE join_code = %s", [join_code])
    [(room_id, epoch, version, ballot_key)] = room
    polls = query(
        "SELECT id, code, kind, state, round, shown,"
        " (SELECT count(*) FROM live_polls_option o WHERE o.poll_id = p.id)"
        " FROM live_polls_poll p WHERE room_id = %s ORDER BY position, id",
        [room_id],
    )
    stored = Stored(epoch, version, ballot_key)
    codes = {}
    for poll_id, code, kind, state, round_, shown, n_options in polls:
        codes[poll_id] = code
        is_shown = None if shown is None else bool(shown)
        stored.polls[code] = StoredPoll(poll_id, code, kind, state, round_, is_shown, n_options)
    ballots = query(
        "SELECT poll_id, b.round, participant, seq, answer FROM live_polls_ballot b"
        " JOIN live_polls_poll p ON p.id = poll_id WHERE room_id = %s",
        [room_id],
    )
    stored.ballots = [StoredBallot(codes[poll_id], *row) for poll_id, *row in ballots]
    asked = query("SELECT code, text FROM live_polls_question WHERE room_id = %s", [room_id])
    stored.questions = [(code, text) for code, text in asked]
    tallies = query(
        "SELECT poll_id, t.round, counter, n FROM live_polls_tally t"
        " JOIN live_polls_poll p ON p.id = poll_id WHERE room_id = %s",
        [room_id],
    )
    for poll_id, round_, counter, n in tallies:
        stored.tallies.setdefault(RoundKey(codes[poll_id], round_), Counter())[counter] = n
    return stored


def answer_text(answer: str | None) -> str | None:
    """A stored answer in canonical form."""
    return None if answer is None else canonical(json.loads(answer))
