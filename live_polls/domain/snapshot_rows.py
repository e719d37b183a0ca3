"""Single rows of a snapshot. The statements of every tick are by hand: through the ORM they cost six times as much,
ten times a second a room.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import msgspec
from django.db import connection

from live_polls.models import Exclusion

MOST_BARRED = 10_000  # voices of a room whose reactions are dropped; of more, those who were barred last


class Stand(NamedTuple):
    """Where a room stands: enough to know what must be read."""

    epoch: str
    version: int
    layout_version: int
    players_version: int
    board_version: int


def read_stand(room_id: int) -> Stand | None:
    """Epoch and versions of the room, or None when it does not exist."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT epoch, version, layout_version, players_version, board_version FROM live_polls_room WHERE id = %s",
            [room_id],
        )
        row = cursor.fetchone()
    return None if row is None else Stand(*row)


def read_versions(room_ids: Sequence[int]) -> list[tuple[int, str, int]]:
    """(room id, epoch, version) of the rooms that exist: one statement and one parameter for any number of them."""
    is_sqlite = connection.vendor == "sqlite"
    wanted = "IN (SELECT value FROM json_each(%s))" if is_sqlite else "= ANY(%s)"
    array = msgspec.json.encode(room_ids).decode() if is_sqlite else list(room_ids)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, epoch, version FROM live_polls_room WHERE id {wanted}", [array])
        rows: list[tuple[int, str, int]] = cursor.fetchall()
    return rows


def read_counters(rounds: Sequence[tuple[int, int]]) -> list[tuple[int, str, int]]:
    """(poll id, counter, n) of the counters of these (poll id, round) pairs."""
    if not rounds:
        return []
    pairs = " OR ".join(["(poll_id = %s AND round = %s)"] * len(rounds))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT poll_id, counter, n FROM live_polls_tally WHERE {pairs}", list(chain(*rounds)))
        rows: list[tuple[int, str, int]] = cursor.fetchall()
    return rows


def read_barred_voices(room_id: int) -> frozenset[str]:
    """The voice keys of those who are muted or excluded in the room, so that nobody has to ask at each tap."""
    in_force = Exclusion.objects.filter(room_id=room_id, lifted_at=None).order_by("-pk")
    return frozenset(in_force.values_list("voice", flat=True)[:MOST_BARRED])
