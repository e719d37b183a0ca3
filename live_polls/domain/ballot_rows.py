"""The statements of the ballot transaction, in the words of each database.

Set-wise: one statement reads and one writes a whole batch, for one by one through the ORM costs twenty times as
much. Rows travel as one JSON array on SQLite (`json_each`) and as arrays on PostgreSQL (`unnest`).
`ballots.py` is the only caller that writes; it decides what is counted, this file only says it in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from live_polls.domain import clock


class BallotRow(NamedTuple):
    """A row of the ballot table; `answer` is canonical JSON text, None when withdrawn.

    `participant` is the voice key where the poll is voiced. A time and points are of quiz questions only.
    """

    poll_id: int
    round: int
    participant: str
    seq: int
    answer: str | None
    elapsed_ms: int | None = None
    points: int | None = None


class BallotKey(NamedTuple):
    poll_id: int
    round: int
    participant: str


class TallyChange(NamedTuple):
    """What to add (or take away) from one counter."""

    poll_id: int
    round: int
    counter: str
    n: int


class PollRow(NamedTuple):
    """What the transaction needs to know of a poll, read under its lock."""

    id: int
    room_id: int
    code: str
    kind: str
    state: str
    round: int
    settings: str | dict[str, int]
    n_options: int
    in_time: bool
    in_extra_time: bool
    room_state: str
    room_version: int
    epoch: str
    ballot_key: str
    points: int
    by_speed: bool
    seconds: int | None
    spans: str | dict[str, int | None]
    entry: str
    has_barred: bool
    opened_at: datetime | None


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def lock_polls(codes: Sequence[str]) -> None:
    """Lock the batch's polls until commit, in id order. A statement of its own, for the reads that follow.

    An exclusive lock: under a shared one two batches would both read the old ballot and count its change twice.
    SQLite needs none, since IMMEDIATE has already made this the only writer.
    """
    if not _is_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM live_polls_poll WHERE code = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(codes)]
            )


def read_polls(codes: Sequence[str]) -> dict[str, PollRow]:
    """{code: poll} of those that exist. `in_time`: no countdown, or it and the grace have not passed.

    `in_extra_time`: only for those who have a deadline of their own.
    """
    over = clock.over_before()
    wanted, array = (
        ("IN (SELECT value FROM json_each(%s))", _json(list(codes))) if _is_sqlite() else ("= ANY(%s)", list(codes))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.room_id, p.code, p.kind, p.state, p.round, p.settings,"
            " (SELECT count(*) FROM live_polls_option o WHERE o.poll_id = p.id),"
            f" p.deadline IS NULL OR p.deadline > {over},"
            f" p.deadline IS NOT NULL AND p.deadline <= {over} AND p.last_deadline > {over},"
            " r.state, r.version, r.epoch, r.ballot_key, p.points, p.by_speed, p.seconds, p.spans, p.entry,"
            " EXISTS (SELECT 1 FROM live_polls_exclusion e WHERE e.room_id = r.id AND e.lifted_at IS NULL),"
            " p.opened_at"
            " FROM live_polls_poll p JOIN live_polls_room r ON r.id = p.room_id"
            f" WHERE p.code {wanted}",
            [array],
        )
        rows = [PollRow._make([*row[:-1], _moment(row[-1])]) for row in cursor.fetchall()]
    return {row.code: row for row in rows}


def read_right(poll_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """{poll id: numbers of its right options}."""
    right: dict[int, set[int]] = {poll_id: set() for poll_id in poll_ids}
    if right:
        places = ", ".join(["%s"] * len(right))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT poll_id, number FROM live_polls_option WHERE is_right AND poll_id IN ({places})", list(right)
            )
            for poll_id, number in cursor.fetchall():
                right[poll_id].add(number)
    return {poll_id: frozenset(numbers) for poll_id, numbers in right.items()}


def read_in_extra_time(rounds: Sequence[tuple[int, int]], voices: Iterable[str]) -> set[tuple[int, int, str]]:
    """Those (poll id, round, voice) of these rounds and voices whose own deadline and grace have not passed."""
    wanted, array = (
        ("IN (SELECT value FROM json_each(%s))", _json(list(voices))) if _is_sqlite() else ("= ANY(%s)", list(voices))
    )
    sql = (
        "SELECT poll_id, round, voice FROM live_polls_extratime"
        f" WHERE poll_id = %s AND round = %s AND voice {wanted} AND deadline > {clock.over_before()}"
    )
    found: set[tuple[int, int, str]] = set()
    with connection.cursor() as cursor:
        for poll_id, round_ in rounds:
            cursor.execute(sql, [poll_id, round_, array])
            found.update(cursor.fetchall())
    return found


def read_ballots(keys: Sequence[BallotKey]) -> dict[BallotKey, BallotRow]:
    """The ballots that exist under these keys, withdrawn ones included."""
    columns = "b.poll_id, b.round, b.participant, b.seq, b.answer, b.elapsed_ms, b.points"
    on = "b.poll_id = k.poll_id AND b.round = k.round AND b.participant = k.participant"
    if _is_sqlite():
        # CROSS JOIN fixes the order of the loops: the batch outside, the unique index inside.
        sql = (
            f"SELECT {columns} FROM (SELECT json_extract(value, '$[0]') poll_id, json_extract(value, '$[1]') round,"
            f" json_extract(value, '$[2]') participant FROM json_each(%s)) k"
            f" CROSS JOIN live_polls_ballot b ON {on}"
        )
    else:
        sql = (
            f"SELECT {columns} FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS k(poll_id, round, participant)"
            f" JOIN live_polls_ballot b ON {on}"
        )
    return {BallotKey(row.poll_id, row.round, row.participant): row for row in _fetch_ballots(sql, keys)}


def write_ballots(rows: Sequence[BallotRow]) -> None:
    """Insert or overwrite, under UNIQUE(poll, round, participant). Each key at most once a call."""
    conflict = " ON CONFLICT (poll_id, round, participant) DO UPDATE SET seq = excluded.seq, answer = excluded.answer"
    if _is_sqlite():
        sql = (
            "INSERT INTO live_polls_ballot (poll_id, round, participant, seq, answer)"
            " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),"
            " json_extract(value, '$[3]'), json_extract(value, '$[4]') FROM json_each(%s)"
            # Without WHERE, SQLite would take ON for the start of a join.
            " WHERE true" + conflict
        )
    else:
        sql = (
            "INSERT INTO live_polls_ballot (poll_id, round, participant, seq, answer)"
            " SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::bigint[], %s::text[])" + conflict
        )
    _execute(sql, [row[:5] for row in rows])


def write_scored_ballots(rows: Sequence[BallotRow]) -> None:
    """As `write_ballots`, with time and points: for quiz questions, so that other ballots do not pay for them."""
    columns = "poll_id, round, participant, seq, answer, elapsed_ms, points"
    conflict = (
        " ON CONFLICT (poll_id, round, participant) DO UPDATE SET seq = excluded.seq, answer = excluded.answer,"
        " elapsed_ms = excluded.elapsed_ms, points = excluded.points"
    )
    if _is_sqlite():
        values = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(7))
        sql = f"INSERT INTO live_polls_ballot ({columns}) SELECT {values} FROM json_each(%s) WHERE true" + conflict
    else:
        sql = (
            f"INSERT INTO live_polls_ballot ({columns}) SELECT * FROM"
            " unnest(%s::bigint[], %s::int[], %s::text[], %s::bigint[], %s::text[], %s::int[], %s::int[])" + conflict
        )
    _execute(sql, rows)


def add_to_tallies(changes: Sequence[TallyChange]) -> None:
    """Add each change to its counter. Keys sorted by the caller: equal order everywhere, so no deadlock."""
    conflict = " ON CONFLICT (poll_id, round, counter) DO UPDATE SET n = live_polls_tally.n + excluded.n"
    if _is_sqlite():
        sql = (
            "INSERT INTO live_polls_tally (poll_id, round, counter, n)"
            " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),"
            " json_extract(value, '$[3]') FROM json_each(%s) WHERE true" + conflict
        )
    else:
        sql = (
            "INSERT INTO live_polls_tally (poll_id, round, counter, n)"
            " SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::bigint[])" + conflict
        )
    _execute(sql, changes)


def bump_rooms(room_ids: Iterable[int]) -> dict[int, int]:
    """Count one visible change of each room, in id order; {room id: new version}."""
    versions = {}
    with connection.cursor() as cursor:
        for room_id in sorted(room_ids):
            cursor.execute(
                "UPDATE live_polls_room SET version = version + 1 WHERE id = %s RETURNING version", [room_id]
            )
            for (version,) in cursor.fetchall():
                versions[room_id] = version
    return versions


def _fetch_ballots(sql: str, keys: Sequence[BallotKey]) -> list[BallotRow]:
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(keys))
        return [BallotRow(*row) for row in cursor.fetchall()]


def _moment(stored: datetime | str | None) -> datetime | None:
    """A moment as the database gives it: SQLite keeps text, in UTC without saying so."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC) if isinstance(stored, str) else stored


def _execute(sql: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(sql, _parameters(rows))


def _parameters(rows: Sequence[tuple[object, ...]]) -> list[Any]:
    """One JSON text for SQLite; one array a column for PostgreSQL."""
    return [_json(rows)] if _is_sqlite() else [list(column) for column in zip(*rows, strict=True)]


def _json(rows: Sequence[object]) -> str:
    # A batch is one long text: the standard encoder took a tenth of the time of a spike.
    return msgspec.json.encode(rows).decode()
