"""What is kept for how long. After that, totals stay and people go.

A purged room keeps its polls, tallies and rounds. Its ballots are deleted and its keys are replaced, so that not even a
phone that voted can be found again. A recount has nothing to count there and leaves its tallies alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from live_polls.domain.record_gate import letting_records_go
from live_polls.domain.records import record
from live_polls.domain.versions import bump_everything
from live_polls.domain.written import STATE_COUNTERS
from live_polls.enums import RoomState, TextState
from live_polls.errors import InvalidSettingsError
from live_polls.kinds import KINDS
from live_polls.models import (
    Ballot,
    Cohort,
    Exclusion,
    ExtraTime,
    Invitation,
    Player,
    Poll,
    Question,
    Record,
    Room,
    Spelling,
    Tally,
    Text,
    Upvote,
)
from live_polls.models.room import new_secret

MOST_DAYS = 3650


def set_retention(room: Room, days: int | None) -> bool:
    """Keep people's answers for so many days after the end; None: as long as the installation does.

    Whether that is new. Repeatable.
    """
    if days is not None and not 0 <= days <= MOST_DAYS:
        raise InvalidSettingsError("retention_days", f"Give 0 to {MOST_DAYS} days, or nothing.")
    with transaction.atomic():
        before = Room.objects.select_for_update(no_key=True).values_list("retention_days", flat=True).get(pk=room.pk)
        if before != days:
            Room.objects.filter(pk=room.pk).update(retention_days=days)
            record(room.pk, "retention", days=[before, days])
    room.refresh_from_db()
    return bool(before != days)


def rooms_to_purge(*, days: int) -> list[Room]:
    """The rooms that ended longer ago than they keep people (`days` where the room says nothing) and still hold some."""
    now = timezone.now()
    ended = Room.objects.filter(state=RoomState.ENDED, ended_at__lt=now, purged_at=None).order_by("pk")
    return [room for room in ended if room.ended_at and room.ended_at < now - timedelta(days=_days_of(room, days))]


def _days_of(room: Room, days: int) -> int:
    return days if room.retention_days is None else room.retention_days


def _people_of(room: Room) -> list[QuerySet[Any]]:
    """All that is somebody's, but what polls carry. That the room was purged stays, whoever purges it again."""
    people = [model.objects.filter(room=room) for model in (Question, Player, Invitation, Exclusion)]
    return [*people, Record.objects.filter(room=room).exclude(verb="purge")]


def records_to_purge(*, days: int) -> QuerySet[Record]:
    """The records without a room that are older than so many days. They name people who may be gone themselves."""
    return Record.objects.filter(room=None, at__lt=timezone.now() - timedelta(days=days))


def purge_records(*, days: int) -> int:
    """Delete them; how many there were. Repeatable."""
    with transaction.atomic(), letting_records_go():
        return records_to_purge(days=days).delete()[0]


def purge_room(room: Room) -> int:
    """Delete the ballots of an ended room and what could link them to phones; how many there were. Repeatable."""
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(room=room).order_by("pk").values_list("pk"))
        n_ballots, _ = Ballot.objects.filter(poll__room=room).delete()
        Cohort.objects.filter(poll__room=room).delete()
        ExtraTime.objects.filter(poll__room=room).delete()
        Room.objects.filter(pk=room.pk).update(current_question=None)
        with letting_records_go():
            for of_people in (Upvote.objects.filter(question__room=room), *_people_of(room)):
                of_people.delete()
        Text.objects.filter(poll__room=room).exclude(state=TextState.SHOWN).delete()
        # Words that many share are counts; what one person wrote goes, and with it how much of it there was.
        own_words = [name for name, kind in KINDS.items() if kind.voiced and not kind.shares_texts]
        Text.objects.filter(poll__room=room, poll__kind__in=own_words).delete()
        Tally.objects.filter(
            poll__room=room, poll__kind__in=own_words, counter=STATE_COUNTERS[TextState.SHOWN.value]
        ).delete()
        Text.objects.filter(poll__room=room).update(author="")
        Spelling.objects.filter(poll__room=room).delete()
        Tally.objects.filter(poll__room=room, counter=STATE_COUNTERS[TextState.HELD.value]).delete()
        if Room.objects.filter(pk=room.pk, purged_at=None).update(
            purged_at=timezone.now(), ballot_key=new_secret(), voice_key=new_secret()
        ):
            record(room.pk, "purge", ballots=n_ballots)
            bump_everything(room.pk)
    return n_ballots
