"""Who may do what. Rights are read from the database each time: a role that was taken away is gone at once."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from live_polls.domain import join_codes
from live_polls.enums import Role
from live_polls.errors import NotAllowedError, PollNotFoundError, RoomNotFoundError
from live_polls.models import Account, Membership, Poll, Room

Person = Account | AnonymousUser

# The truth table: what each role may do in its room. Operators (superusers) may do everything everywhere.
VERBS: dict[str, frozenset[Role]] = {
    "edit": frozenset({Role.HOST, Role.CO_HOST}),
    "delete": frozenset({Role.HOST}),
    "run": frozenset({Role.HOST, Role.CO_HOST}),
    "moderate": frozenset({Role.HOST, Role.CO_HOST, Role.MODERATOR}),
    "watch": frozenset({Role.HOST, Role.CO_HOST, Role.MODERATOR}),
}


def role_of(account: Person, room: Room) -> Role | None:
    """The person's role in the room, or None."""
    if not account.is_authenticated:
        return None
    role = Membership.objects.filter(room=room, account_id=account.pk).values_list("role", flat=True).first()
    return Role(role) if role else None


def can(account: Person, verb: str, room: Room) -> bool:
    """Whether the person may do `verb` (a key of VERBS) in the room."""
    if not (account.is_authenticated and account.is_active):
        return False
    return account.is_superuser or role_of(account, room) in VERBS[verb]


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
    return rooms.filter(memberships__account_id=account.pk, memberships__role__in=VERBS["edit"])


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
