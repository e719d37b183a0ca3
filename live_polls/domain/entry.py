"""How people come into a room: who may vote, whether anybody new comes in at all, and by which passcode.

The rule of who may vote is copied to a poll when its round opens (lifecycle.py) and holds for all of that round. Locks
and passcodes are for new participants: whoever is in stays in, and goes on voting.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.crypto import constant_time_compare

from live_polls.domain.records import record
from live_polls.domain.texts import clean_line
from live_polls.domain.versions import bump_layout
from live_polls.enums import Entry
from live_polls.errors import InvalidSettingsError
from live_polls.models import Room

SHORTEST_PASSCODE = 4
LONGEST_PASSCODE = 40


def set_entry(room: Room, entry: str) -> bool:
    """Decide who may vote in rounds that open from now on; InvalidSettingsError. Whether that is new. Repeatable."""
    if entry not in Entry.values:
        raise InvalidSettingsError("entry", f"Votes are taken from one of {', '.join(Entry.values)}.")
    return _set(room, "entry", details={"entry": entry}, entry=entry)


def lock_room(room: Room) -> bool:
    """Let nobody new come in. Whether that is new. Repeatable."""
    return _set(room, "lock", is_locked=True)


def unlock_room(room: Room) -> bool:
    """Let everybody with the link in again. Whether that is new. Repeatable."""
    return _set(room, "unlock", is_locked=False)


def set_passcode(room: Room, passcode: str) -> bool:
    """Ask who is new for this; empty: for nothing. 4 to 40 characters; InvalidSettingsError. Repeatable.

    The log says that it was set, and not to what.
    """
    passcode = clean_line(passcode)
    if passcode and not SHORTEST_PASSCODE <= len(passcode) <= LONGEST_PASSCODE:
        raise InvalidSettingsError(
            "passcode", f"A passcode has {SHORTEST_PASSCODE} to {LONGEST_PASSCODE} characters, or is empty."
        )
    return _set(room, "passcode" if passcode else "no_passcode", passcode=passcode)


def is_passcode(typed: str, passcode: str) -> bool:
    """Whether that is the passcode, as people type: case and outer spaces do not matter."""
    return constant_time_compare(clean_line(typed).casefold().encode(), passcode.casefold().encode())


def _set(room: Room, verb: str, *, details: dict[str, object] | None = None, **values: object) -> bool:
    with transaction.atomic():
        changed = Room.objects.filter(pk=room.pk).exclude(**values).update(**values)
        if changed:
            record(room.pk, verb, None, **(details or {}))
            bump_layout(room.pk)
    room.refresh_from_db()
    return bool(changed)
