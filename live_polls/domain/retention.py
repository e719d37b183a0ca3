"""What is kept for how long. After that, totals stay and people go.

A purged room keeps its polls, tallies and rounds. Its ballots are deleted and its keys are replaced, so that not even a
phone that voted can be found again. A recount has nothing to count there and leaves its tallies alone.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from live_polls.domain.records import record
from live_polls.domain.written import STATE_COUNTERS
from live_polls.enums import RoomState, TextState
from live_polls.models import Ballot, Poll, Room, Spelling, Tally, Text
from live_polls.models.room import new_secret


def rooms_to_purge(*, days: int) -> list[Room]:
    """The rooms that ended more than `days` days ago and still hold ballots' owners."""
    before = timezone.now() - timedelta(days=days)
    return list(Room.objects.filter(state=RoomState.ENDED, ended_at__lt=before, purged_at=None).order_by("pk"))


def purge_room(room: Room) -> int:
    """Delete the ballots of an ended room and what could link them to phones; how many there were. Repeatable."""
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(room=room).order_by("pk").values_list("pk"))
        n_ballots, _ = Ballot.objects.filter(poll__room=room).delete()
        Text.objects.filter(poll__room=room).exclude(state=TextState.SHOWN).delete()
        Text.objects.filter(poll__room=room).update(author="")
        Spelling.objects.filter(poll__room=room).delete()
        Tally.objects.filter(poll__room=room, counter=STATE_COUNTERS[TextState.HELD.value]).delete()
        if Room.objects.filter(pk=room.pk, purged_at=None).update(
            purged_at=timezone.now(), ballot_key=new_secret(), voice_key=new_secret()
        ):
            record(room.pk, "purge", ballots=n_ballots)
    return n_ballots
