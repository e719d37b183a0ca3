"""Which words hold in a room: those of the installation and the room's own, without those that the room allows."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from live_polls.domain.names import name_key
from live_polls.domain.records import record
from live_polls.domain.word_lists import WordList, checked_lines, word_list
from live_polls.models import Room

# Why a text is held, as a name that the moderation page has words for.
BY_WORDS = "word"
BY_NAME = "name"  # it is given under a name that holds
BY_AUTHOR = "watched"  # something of the same author was hidden

# Whoever calls themselves so might be taken for one who runs the room.
_OFFICES = frozenset(
    map(name_key, ("host", "co-host", "moderator", "mod", "admin", "administrator", "speaker", "staff"))
)


def set_words(room: Room, held: str, allowed: str) -> bool:
    """Give the room its own words that hold and that never do, one entry a line; whether that is new. Repeatable.

    For what is written from now on: what was decided about stays decided.
    """
    lists = {"word_list": "\n".join(checked_lines(held)), "allow_list": "\n".join(checked_lines(allowed))}
    with transaction.atomic():
        changed = Room.objects.filter(pk=room.pk).exclude(**lists).update(**lists)
        if changed:
            record(room.pk, "words", n_held=len(checked_lines(held)), n_allowed=len(checked_lines(allowed)))
    room.refresh_from_db()
    return bool(changed)


def words_of(room: Room) -> WordList:
    """The list in force in the room. Costs nothing when it was asked for before."""
    return words_in_force(room.word_list, room.allow_list)


def holds_name(room: Room, name: str) -> bool:
    """Whether a moderator should see the name first: for its words, or because it looks like that of who runs the room.

    Reads the names of the room's hosts and moderators. Repeatable.
    """
    if words_of(room).holds(name):
        return True
    key = name_key(name)
    if key in _OFFICES:
        return True
    return any(name_key(staff) == key for staff in room.names_of_staff)


def read_words(room_ids: Collection[int]) -> dict[int, WordList]:
    """{room id: the list in force there}, read anew: what a host has added holds from the next text on."""
    rows = Room.objects.filter(pk__in=room_ids).values_list("pk", "word_list", "allow_list")
    return {room_id: words_in_force(held, allowed) for room_id, held, allowed in rows}


def words_in_force(held: str, allowed: str) -> WordList:
    """The installation's list, and `held` and `allowed` of a room, one entry a line."""
    return word_list(_installed(settings.WORD_LIST_FILE), held, allowed=allowed)


@cache
def _installed(path: Path | None) -> str:
    return path.read_text(encoding="utf-8") if path is not None else ""
