"""The version of a room: bumped in the transaction of every visible change, announced after its commit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.db.models import F

from live_polls import events
from live_polls.models import Room


def bump_layout(room_id: int, voices: Sequence[str] = ()) -> int:
    """Count a change of prompts, options, states or settings; return the new version. `voices`: whose own changed, too.

    Call it last in a transaction: the row lock it takes is held until commit, which makes the order of versions
    the order of commits, and taking it last everywhere is what keeps writers from deadlock.
    """
    Room.objects.filter(pk=room_id).update(version=F("version") + 1, layout_version=F("version") + 1)
    return _announced(room_id, tuple(voices))


def bump_players(room_id: int, voices: Sequence[str] = ()) -> int:
    """Count players who are new, with the voice keys they are known by; return the new version. Last, as above."""
    Room.objects.filter(pk=room_id).update(version=F("version") + 1, players_version=F("players_version") + 1)
    return _announced(room_id, tuple(voices))


def bump_board(room_id: int) -> int:
    """Count a change of names, teams or points that had been known before; return the new version. Last, as above."""
    Room.objects.filter(pk=room_id).update(
        version=F("version") + 1, players_version=F("players_version") + 1, board_version=F("board_version") + 1
    )
    return _announced(room_id, ())


def bump_questions(room_id: int, voices: Sequence[str] = ()) -> int:
    """Count a change of questions, whose authors are known by these voice keys; return the new version. Last, as above."""
    Room.objects.filter(pk=room_id).update(version=F("version") + 1)
    return _announced(room_id, tuple(voices))


def bump_everything(room_id: int, voices: Sequence[str] = ()) -> int:
    """Count a change that goes through all of it, such as somebody who is excluded; return the new version. Last."""
    fields = ("version", "layout_version", "players_version", "board_version")
    Room.objects.filter(pk=room_id).update(**{field: F(field) + 1 for field in fields})
    return _announced(room_id, tuple(voices))


def _announced(room_id: int, voters: tuple[str, ...]) -> int:
    version = Room.objects.values_list("version", flat=True).get(pk=room_id)
    transaction.on_commit(partial(events.announce, events.RoomChanged(room_id, version, voters)))
    return version
