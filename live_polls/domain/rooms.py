"""Create, rename, end and delete rooms."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from live_polls.domain import join_codes
from live_polls.domain.lifecycle import close_polls
from live_polls.domain.record_gate import letting_records_go
from live_polls.domain.records import named, record, record_named
from live_polls.domain.texts import clean_line
from live_polls.domain.versions import bump_layout
from live_polls.enums import ResultsVisibility, Role, RoomState
from live_polls.errors import InvalidSettingsError
from live_polls.models import Account, Ballot, Membership, Option, Picture, Poll, Record, Room, Spelling, Tally, Text
from live_polls.models.room import new_secret

MAX_TITLE = 120


def checked_title(title: str) -> str:
    """The title as plain text of 1 to 120 characters; InvalidSettingsError."""
    title = clean_line(title)
    if not 1 <= len(title) <= MAX_TITLE:
        raise InvalidSettingsError("title", f"The title must have 1 to {MAX_TITLE} characters.")
    return title


def create_room(
    *,
    title: str,
    owner: Account | None = None,
    results: str = ResultsVisibility.LIVE,
    slug: str | None = None,
    one_at_a_time: bool = False,
    reactions: bool = True,
) -> Room:
    """A new room with a fresh join code, owned by `owner` (operators own what nobody owns).

    Not repeatable: each call makes another room.
    """
    title = checked_title(title)
    with transaction.atomic():
        room = Room.objects.create(
            join_code=join_codes.allocate(),
            title=title,
            results=results,
            slug=slug,
            one_at_a_time=one_at_a_time,
            reactions=reactions,
        )
        if owner is not None:
            Membership.objects.create(room=room, account=owner, role=Role.HOST)
        record(room.pk, "create", room)
    return room


def edit_room(
    room: Room, *, title: str, results: str, one_at_a_time: bool | None = None, reactions: bool | None = None
) -> None:
    """Change the title, who sees results, whether polls are open one at a time and people may react (None: as it is).

    Repeatable: what is already so bumps nothing.
    """
    said: dict[str, Any] = {"title": checked_title(title), "results": results}
    if one_at_a_time is not None:
        said["one_at_a_time"] = one_at_a_time
    if reactions is not None:
        said["reactions"] = reactions
    with transaction.atomic():
        before = Room.objects.filter(pk=room.pk).exclude(**said).values(*said).first()
        if before is not None:
            Room.objects.filter(pk=room.pk).update(**said)
            record(
                room.pk,
                "edit",
                room,
                **{field: [before[field], now] for field, now in said.items() if before[field] != now},
            )
            bump_layout(room.pk)
    room.refresh_from_db()


def set_one_at_a_time(room: Room, *, one_at_a_time: bool) -> None:
    """Let several polls be open at once, or one. Repeatable. What is open stays so until the next poll opens."""
    with transaction.atomic():
        switched = Room.objects.filter(pk=room.pk).exclude(one_at_a_time=one_at_a_time)
        if switched.update(one_at_a_time=one_at_a_time):
            record(room.pk, "one_at_a_time" if one_at_a_time else "several_at_once")
            bump_layout(room.pk)
    room.refresh_from_db()


def end_room(room: Room) -> None:
    """Close every open poll and the room itself; screens say goodbye. Repeatable."""
    with transaction.atomic():
        list(Poll.objects.select_for_update(no_key=True).filter(room=room).order_by("pk").values_list("pk"))
        close_polls(Poll.objects.filter(room=room))
        live = Room.objects.filter(pk=room.pk, state=RoomState.LIVE)
        if live.update(state=RoomState.ENDED, ended_at=timezone.now()):
            record(room.pk, "end_room")
            bump_layout(room.pk)
    room.refresh_from_db()


def delete_room(room: Room) -> None:
    """Delete the room with everything in it, ballots included, for good. Repeatable.

    Set-wise and children first: a hall's ballots are not carried through Python to be deleted.
    """
    with transaction.atomic():
        # Polls before the room, as everywhere: who casts now is counted and deleted, or finds no poll.
        list(Poll.objects.select_for_update(no_key=True).filter(room=room).order_by("pk").values_list("pk"))
        Room.objects.filter(pk=room.pk).update(current=None, current_question=None)
        Ballot.objects.filter(poll__room=room).delete()
        Tally.objects.filter(poll__room=room).delete()
        Spelling.objects.filter(poll__room=room).delete()
        Text.objects.filter(poll__room=room).delete()
        Option.objects.filter(poll__room=room).delete()
        Poll.objects.filter(room=room).delete()
        Picture.objects.filter(room=room).defer("data").delete()  # not through Python either
        with letting_records_go():
            Record.objects.filter(room=room).delete()
            n_deleted, _ = Room.objects.filter(pk=room.pk).delete()
        # The one record that outlives its room: that it was deleted, and by whom.
        if n_deleted:
            record_named(None, "delete", named(room))


def revoke_stage_links(room: Room) -> None:
    """Make every stage link given out so far worthless, and close the stages that came by one. Repeatable."""
    with transaction.atomic():
        Room.objects.filter(pk=room.pk).update(stage_key=new_secret())
        record(room.pk, "stage_link")
        bump_layout(room.pk)
    room.refresh_from_db()
