"""The statements about questions and upvotes, set-wise, in the words of each database.

`questions.py` and `question_moderation.py` are the only callers that write; all of it happens under the room's lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import QuerySet

from live_polls.models import Question, Room


class Support(NamedTuple):
    """One voice for one question."""

    question_id: int
    voice: str


def lock_rooms(room_ids: Iterable[int]) -> dict[int, Room]:
    """The rooms as they are now, locked until commit, in id order; the lock is a statement of its own."""
    ids = sorted(set(room_ids))
    list(Room.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    return Room.objects.in_bulk(ids)


def read_merged(room_ids: Iterable[int]) -> dict[int, int]:
    """{id of a question that was merged: id of that which stands for it}: few, and so all of the rooms at once."""
    merged = Question.objects.filter(room__in=list(room_ids)).exclude(merged_into=None)
    return {source: target for source, target in merged.values_list("pk", "merged_into") if target is not None}


def line_of(question_id: int, merged: dict[int, int]) -> list[int]:
    """The question, that into which it was merged, and so on; the last one stands for all of them."""
    line = [question_id]
    while line[-1] in merged:
        line.append(merged[line[-1]])
    return line


def family_of(question_id: int, merged: dict[int, int]) -> list[int]:
    """The question and all that were merged into it."""
    return [question_id, *(source for source in merged if question_id in line_of(source, merged)[1:])]


def count_support(rows: Iterable[Support], merged: dict[int, int]) -> Counter[int]:
    """{question id: how many voices stand behind it}: each once, also where it voted for two that are one now."""
    return Counter(
        question_id
        for question_id, _ in {Support(above, voice) for below, voice in rows for above in line_of(below, merged)}
    )


def read_support(keys: Sequence[Support]) -> set[Support]:
    """Those of these upvotes that exist."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT u.question_id, u.voice FROM {_pairs()} CROSS JOIN live_polls_upvote u"
            " WHERE u.question_id = k.question_id AND u.voice = k.voice",
            _parameters(keys),
        )
        return {Support(*row) for row in cursor.fetchall()}


def add_support(rows: Sequence[Support]) -> None:
    """Insert these upvotes, which do not exist."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO live_polls_upvote (question_id, voice) SELECT k.question_id, k.voice FROM {_pairs()}",
                _parameters(rows),
            )


def take_support_away(rows: Sequence[Support]) -> None:
    """Delete these upvotes."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM live_polls_upvote WHERE id IN"
                f" (SELECT u.id FROM {_pairs()} CROSS JOIN live_polls_upvote u"
                " WHERE u.question_id = k.question_id AND u.voice = k.voice)",
                _parameters(rows),
            )


def add_to_upvotes(changes: Sequence[tuple[int, int, int]]) -> None:
    """Add `n` to the upvotes of each question, and say in which version of its room. Rows are (id, n, version)."""
    if not changes:
        return
    if connection.vendor == "sqlite":
        rows = (
            "(SELECT json_extract(value, '$[0]') id, json_extract(value, '$[1]') n, json_extract(value, '$[2]') version"
            " FROM json_each(%s)) k"
        )
        parameters: list[Any] = [msgspec.json.encode(changes).decode()]
    else:
        rows = "unnest(%s::bigint[], %s::int[], %s::bigint[]) AS k(id, n, version)"
        parameters = [list(column) for column in zip(*changes, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE live_polls_question SET n_upvotes = live_polls_question.n_upvotes + k.n, version = k.version"
            f" FROM {rows} WHERE live_polls_question.id = k.id",
            parameters,
        )


def count_upvotes(questions: QuerySet[Question], merged: dict[int, int]) -> dict[int, int]:
    """{question id: upvotes counted from the rows}, those of what was merged into it included."""
    wanted = list(questions.values_list("pk", flat=True))
    below = {below for question_id in wanted for below in family_of(question_id, merged)} if merged else set(wanted)
    voices = Question.objects.filter(pk__in=below).exclude(upvotes=None).values_list("pk", "upvotes__voice")
    counted = count_support((Support(question_id, voice or "") for question_id, voice in voices.iterator()), merged)
    return {question_id: counted[question_id] for question_id in wanted}


def _pairs() -> str:
    """The parameters as rows `k`. CROSS JOIN fixes the order of SQLite's loops: the batch outside, the index inside."""
    if connection.vendor == "sqlite":
        return (
            "(SELECT json_extract(value, '$[0]') question_id, json_extract(value, '$[1]') voice FROM json_each(%s)) k"
        )
    return "unnest(%s::bigint[], %s::text[]) AS k(question_id, voice)"


def _parameters(rows: Sequence[Support]) -> list[Any]:
    if connection.vendor == "sqlite":
        return [msgspec.json.encode(rows).decode()]
    return [list(column) for column in zip(*rows, strict=True)]
