"""Who may do what. Rights are read from the database each time: a role that was taken away is gone at once.

The table itself is in verbs.py. Objects are found through their room, never by a number alone, so that nothing that is
done in one room can touch what belongs to another.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet

from live_polls.domain import join_codes
from live_polls.domain.participants import Participant, StageLink
from live_polls.domain.verbs import ROLES, VERBS, Who
from live_polls.enums import Role
from live_polls.errors import NotAllowedError, PollNotFoundError, RoomNotFoundError
from live_polls.models import Account, Membership, Poll, Room

Person = Account | AnonymousUser
Somebody = Person | Participant | StageLink


def role_of(account: Person, room: Room) -> Role | None:
    """The person's role in the room, or None."""
    if not account.is_authenticated:
        return None
    role = Membership.objects.filter(room=room, account_id=account.pk).values_list("role", flat=True).first()
    return Role(role) if role else None


def can(somebody: Somebody, verb: str, thing: Model | None = None) -> bool:
    """Whether somebody may do `verb` (a key of VERBS) to a room or to anything in one; None is the installation."""
    rule = VERBS[verb]
    room_id = None if thing is None else room_id_of(thing)
    if not rule.may & _what_is(somebody, room_id):
        return False
    return not (rule.own and isinstance(somebody, Participant)) or getattr(thing, "author", "") == somebody.voice_key


def room_id_of(thing: Model) -> int:
    """The room that the thing is, or belongs to."""
    if isinstance(thing, Room):
        return thing.pk
    room_id = getattr(thing, "room_id", None)
    if room_id is None:
        owner = getattr(thing, "poll", None) or getattr(thing, "question", None)
        if owner is None:
            raise TypeError(f"{thing!r} belongs to no room.")
        return room_id_of(owner)
    return int(room_id)


def _what_is(somebody: Somebody, room_id: int | None) -> set[Who]:
    """What somebody is to this room, now. A participant or a stage link of another room is nobody here."""
    is_ = {Who.NOBODY}
    if isinstance(somebody, Participant | StageLink):
        if somebody.room_id == room_id:
            is_.add(Who.PARTICIPANT if isinstance(somebody, Participant) else Who.STAGE_LINK)
    elif somebody.is_authenticated and somebody.is_active:
        is_.add(Who.ACCOUNT)
        if somebody.is_superuser:
            is_.add(Who.OPERATOR)
        role = None if room_id is None else role_of(somebody, Room(pk=room_id))
        if role is not None:
            is_.add(ROLES[role])
    return is_


def rooms_for(account: Person) -> QuerySet[Room]:
    """The rooms in which the person has a role, newest first; for operators every room."""
    if not account.is_authenticated:
        return Room.objects.none()
    rooms = Room.objects.order_by("-created_at", "-pk")
    return rooms if account.is_superuser else rooms.filter(memberships__account_id=account.pk)


def rooms_to_edit(account: Person) -> QuerySet[Room]:
    """The rooms that the person may edit, newest first."""
    rooms = rooms_for(account)
    if not account.is_authenticated or account.is_superuser:
        return rooms
    roles = [role for role, who in ROLES.items() if who in VERBS["edit"].may]
    return rooms.filter(memberships__account_id=account.pk, memberships__role__in=roles)


def find_room(join_code: str) -> Room:
    """The room with this join code, typed in any case, with or without the space; RoomNotFoundError."""
    room = Room.objects.filter(join_code=join_codes.normalise(join_code)).first()
    if room is None:
        raise RoomNotFoundError
    return room


def find_poll(room: Room, code: str) -> Poll:
    """The poll with this code in this very room; PollNotFoundError."""
    # A code of ours is letters and digits; PostgreSQL would fail on a NUL in another.
    poll = Poll.objects.filter(room=room, code=code).select_related("room").first() if code.isalnum() else None
    if poll is None:
        raise PollNotFoundError
    return poll


def room_for(account: Person, join_code: str, verb: str) -> Room:
    """The room, if the person may do `verb` in it; RoomNotFoundError or NotAllowedError."""
    room = find_room(join_code)
    if not can(account, verb, room):
        raise NotAllowedError
    return room
