"""Copy a poll, in its room or into another one: what was asked, never what was answered."""

from __future__ import annotations

from django.db import transaction

from live_polls.domain.polls import add_poll, draft_of, move_poll
from live_polls.models import Picture, Poll, Room


def duplicate_poll(poll: Poll) -> Poll:
    """A draft like the poll, right behind it. Not repeatable: each call makes another one."""
    with transaction.atomic():
        copy = add_poll(poll.room, draft_of(poll))
        order = list(Poll.objects.filter(room_id=poll.room_id).values_list("pk", flat=True))
        move_poll(copy, position=order.index(poll.pk) + 1)
    copy.refresh_from_db()
    return copy


def copy_poll(poll: Poll, room: Room) -> Poll:
    """A draft like the poll at the end of `room`, with its pictures. Not repeatable: each call makes another one."""
    with transaction.atomic():
        draft = draft_of(poll)
        digests = {draft.picture, *draft.option_pictures} - {""}
        there = set(Picture.objects.filter(room=room, digest__in=digests).values_list("digest", flat=True))
        for picture in Picture.objects.filter(room=poll.room_id, digest__in=digests - there):
            picture.pk, picture.room = None, room
            picture._state.adding = True  # noqa: SLF001 -- how Django says: save as a new row
            picture.save()
        return add_poll(room, draft)
