"""Whether and how a room takes questions from its audience."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from live_polls.domain.records import record
from live_polls.domain.versions import bump_layout
from live_polls.enums import Asking, Names
from live_polls.models import Room


def edit_asking(
    room: Room, *, asking: Asking | None = None, hold: bool | None = None, names: Names | None = None
) -> bool:
    """Change what is said (None: as it is); whether that is new. Repeatable.

    Questions that are there stay; while asking is off nobody sees them.
    """
    said: dict[str, Any] = {"asking": asking, "hold_questions": hold, "names": names}
    said = {field: value for field, value in said.items() if value is not None}
    with transaction.atomic():
        before = Room.objects.filter(pk=room.pk).exclude(**said).values(*said).first() if said else None
        if before is not None:
            Room.objects.filter(pk=room.pk).update(**said)
            changes = {field: [before[field], now] for field, now in said.items() if before[field] != now}
            record(room.pk, "asking", room, **changes)
            bump_layout(room.pk)
    room.refresh_from_db()
    return before is not None
