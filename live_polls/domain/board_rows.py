"""The two statements of the quiz: who plays, and what they have earned."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from django.db import connection

MAX_STREAK = 60  # as many questions as one whole number of both databases has bits for


class PlayerLine(NamedTuple):
    """A player as all screens know them; `name` is what they are called, shown or not."""

    id: int
    voice: str
    name: str
    team: str
    state: str


class Question(NamedTuple):
    """A quiz question that has been revealed, in the round that counts."""

    poll_id: int
    round: int
    code: str


class Scores(NamedTuple):
    """What one player has earned: in all, by the last question, and right answers in a row up to the last question."""

    points: int = 0
    gained: int = 0
    streak: int = 0


def read_players(room_id: int, *, after: int = 0) -> dict[str, PlayerLine]:
    """{voice key: player} of those who came after the player with this id, in the order in which they came.

    Ids of one room rise in the order of commits, since names are given under the room's lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, voice, name, team, state FROM live_polls_player WHERE room_id = %s AND id > %s ORDER BY id",
            [room_id, after],
        )
        players = map(PlayerLine._make, cursor.fetchall())
        return {player.voice: player for player in players}


def read_scores(questions: Sequence[Question]) -> dict[str, Scores]:
    """{voice key: scores} of all who have earned anything."""
    if not questions:
        return {}
    first = max(0, len(questions) - MAX_STREAK)
    # A question is a bit, so that the sum over the right answers of a player says which ones they were.
    rows = [(q.poll_id, q.round, 1 << max(0, n - first) if n >= first else 0) for n, q in enumerate(questions)]
    last = rows[-1][2]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH q(poll_id, round, bit) AS (VALUES {', '.join(['(%s, %s, %s)'] * len(rows))})"
            " SELECT b.participant, SUM(b.points), SUM(CASE WHEN q.bit = %s THEN b.points ELSE 0 END), SUM(q.bit)"
            " FROM q JOIN live_polls_ballot b ON b.poll_id = q.poll_id AND b.round = q.round"
            " WHERE b.points > 0 GROUP BY b.participant",
            [*chain(*rows), last],
        )
        return {
            voice: Scores(int(points), int(gained), _streak(int(bits), last))
            for voice, points, gained, bits in cursor.fetchall()
        }


def _streak(bits: int, last: int) -> int:
    """How many bits are set in a row, from the last question's down."""
    n = 0
    while last and bits & last:
        n, last = n + 1, last >> 1
    return n
