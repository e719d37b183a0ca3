"""The statements about texts in the ballot transaction, in the words of each database. Set-wise, as in ballot_rows.py.

`written.py` is the only caller that writes; all of it happens under the lock of the texts' polls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from live_polls.enums import TextState


class TextKey(NamedTuple):
    poll_id: int
    round: int
    key: str


class NewText(NamedTuple):
    """What stands in the row when nobody gave the text before; `n` is added to those who did."""

    poll_id: int
    round: int
    key: str
    author: str
    text: str
    state: str
    hint: str
    n: int


class StoredText(NamedTuple):
    """A text after it was given or taken back; `n` are all ballots that carry it."""

    poll_id: int
    round: int
    key: str
    state: str
    text: str
    n: int


class SpellingChange(NamedTuple):
    poll_id: int
    round: int
    key: str
    text: str
    n: int


_TYPES = {"poll_id": "bigint", "round": "int", "n": "int"}
_KEY = ("poll_id", "round", "key")
_RETURNING = " RETURNING " + ", ".join(f"live_polls_text.{name}" for name in StoredText._fields)


def add_texts(rows: Sequence[NewText]) -> list[StoredText]:
    """Let so many more ballots carry each text; what was decided about one that is there stays."""
    return _change(
        f"INSERT INTO live_polls_text (poll_id, round, key, author, text, state, hint, n, edited)"
        f" SELECT k.*, '' FROM {_rows(NewText._fields)}{_guard()}"
        " ON CONFLICT (poll_id, round, key) DO UPDATE SET n = live_polls_text.n + excluded.n" + _RETURNING,
        rows,
    )


def take_texts_away(rows: Sequence[tuple[int, int, str, int]]) -> list[StoredText]:
    """Let so many fewer ballots carry each text, and forget those that none does; hidden ones are kept, so that they
    stay hidden when they come again. Rows are (poll id, round, key, n); those that no ballot carries come back."""
    bare = [text for text in _change(_less("live_polls_text", (*_KEY, "n")) + _RETURNING, rows) if not text.n]
    _write(
        f"DELETE FROM live_polls_text WHERE n = 0 AND state <> '{TextState.HIDDEN.value}' AND id IN"
        f" (SELECT t.id FROM {_rows(_KEY)} JOIN live_polls_text t ON {_same('t', _KEY)})",
        [text[:3] for text in bare],
    )
    return bare


def read_spelled(keys: Sequence[TextKey]) -> set[TextKey]:
    """Those of these texts that are written in more than one way, or were: what has rows of its spellings."""
    return {
        TextKey(*row)
        for row in _write(
            f"SELECT k.poll_id, k.round, k.key FROM {_rows(_KEY)}"
            f" WHERE EXISTS (SELECT 1 FROM live_polls_spelling s WHERE {_same('s', _KEY)})",
            keys,
        )
    }


def add_spellings(rows: Sequence[SpellingChange]) -> None:
    """Let so many more ballots write a text just so."""
    _write(
        "INSERT INTO live_polls_spelling (poll_id, round, key, text, n)"
        f" SELECT k.* FROM {_rows(SpellingChange._fields)}{_guard()}"
        " ON CONFLICT (poll_id, round, key, text) DO UPDATE SET n = live_polls_spelling.n + excluded.n",
        rows,
    )


def take_spellings_away(rows: Sequence[SpellingChange]) -> None:
    """Let so many fewer ballots write a text just so."""
    fields = SpellingChange._fields
    _write(_less("live_polls_spelling", fields), rows)
    _write(
        "DELETE FROM live_polls_spelling WHERE n = 0 AND id IN"
        f" (SELECT s.id FROM {_rows(fields)} JOIN live_polls_spelling s ON {_same('s', fields[:-1])})",
        rows,
    )


def show_common_spellings(keys: Sequence[TextKey]) -> None:
    """Let each of these texts read as most ballots write it; of equals, as it was written first."""
    most_common = f"SELECT s.text FROM live_polls_spelling s WHERE {_same('s', _KEY)} ORDER BY s.n DESC, s.id LIMIT 1"
    _write(
        "UPDATE live_polls_text SET text = b.text FROM"
        f" (SELECT k.poll_id, k.round, k.key, ({most_common}) AS text FROM {_rows(_KEY)}) b"
        " WHERE live_polls_text.poll_id = b.poll_id AND live_polls_text.round = b.round"
        " AND live_polls_text.key = b.key AND b.text IS NOT NULL AND live_polls_text.text <> b.text",
        keys,
    )


def read_authors_with_hidden(rounds: Sequence[tuple[int, int]]) -> set[tuple[int, int, str]]:
    """(poll id, round, author) of those of whom a text was hidden: few, and so all of a round at once."""
    found: set[tuple[int, int, str]] = set()
    with connection.cursor() as cursor:
        for poll_id, round_ in rounds:
            cursor.execute(
                "SELECT DISTINCT poll_id, round, author FROM live_polls_text"
                " WHERE poll_id = %s AND round = %s AND state = %s AND author <> ''",
                [poll_id, round_, TextState.HIDDEN.value],
            )
            found.update(cursor.fetchall())
    return found


def has_not_shown(rounds: Sequence[tuple[int, int]]) -> bool:
    """Whether there is any text in these (poll id, round) that is held or hidden: mostly there is none."""
    pairs = " OR ".join(["(poll_id = %s AND round = %s AND state IN (%s, %s))"] * len(rounds))
    states = (TextState.HELD.value, TextState.HIDDEN.value)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM live_polls_text WHERE {pairs} LIMIT 1",
            [value for pair in rounds for value in (*pair, *states)],
        )
        return cursor.fetchone() is not None


def read_not_shown(keys: Sequence[TextKey]) -> dict[TextKey, str]:
    """{text: its state} of those of these texts that are held or hidden."""
    rows = _write(
        f"SELECT t.poll_id, t.round, t.key, t.state FROM {_rows(_KEY)} JOIN live_polls_text t ON {_same('t', _KEY)}"
        f" WHERE t.state <> '{TextState.SHOWN.value}'",
        keys,
    )
    return {TextKey(*row[:3]): row[3] for row in rows}


def read_shown(poll_id: int, round_: int, *, by_number: bool, most: int) -> list[tuple[str, str, int, int]]:
    """(key, text as shown, n, id) of the first texts that may be shown: those of most ballots, else the newest."""
    order = "n DESC" if by_number else "id DESC"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, CASE WHEN edited = '' THEN text ELSE edited END, n, id FROM live_polls_text"
            f" WHERE poll_id = %s AND round = %s AND state = %s AND +n > 0 ORDER BY {order} LIMIT %s",
            [poll_id, round_, TextState.SHOWN.value, most],
        )
        rows: list[tuple[str, str, int, int]] = cursor.fetchall()
    return rows


def _less(table: str, fields: Sequence[str]) -> str:
    same = " AND ".join(f"{table}.{name} = k.{name}" for name in fields[:-1])
    # Never below zero: what is wrong is for a recount to find, not for a voter to suffer.
    return (
        f"UPDATE {table} SET n = CASE WHEN {table}.n > k.n THEN {table}.n - k.n ELSE 0 END"
        f" FROM {_rows(fields)} WHERE {same}"
    )


def _rows(fields: Sequence[str]) -> str:
    """The rows of the parameter as a table `k` with these columns."""
    if connection.vendor == "sqlite":
        columns = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(fields))
        return f"(SELECT {columns} FROM json_each(%s)) k"
    arrays = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in fields)
    return f"unnest({arrays}) AS k({', '.join(fields)})"


def _guard() -> str:
    """Without WHERE, SQLite would take ON for the start of a join."""
    return " WHERE true" if connection.vendor == "sqlite" else ""


def _same(table: str, fields: Sequence[str]) -> str:
    return " AND ".join(f"{table}.{name} = k.{name}" for name in fields)


def _change(sql: str, rows: Sequence[tuple[Any, ...]]) -> list[StoredText]:
    return [StoredText(*row) for row in _write(sql, rows)]


def _write(sql: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """What the statement returns, if it does."""
    if not rows:
        return []
    parameters: list[Any] = (
        [msgspec.json.encode(rows).decode()]
        if connection.vendor == "sqlite"
        else [list(column) for column in zip(*rows, strict=True)]
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []
