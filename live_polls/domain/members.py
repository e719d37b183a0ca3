"""Who has a role in a room: change it, take it away, give it up. A room that has a host never loses its last one.

Each deed locks the room's members, in id order and as a statement of its own, before it looks: of two hosts who make each
other moderators at the same moment, the second is refused.
"""

from __future__ import annotations

from django.db import transaction

from live_polls.domain.records import record
from live_polls.enums import Role
from live_polls.errors import IllegalMoveError, MemberNotFoundError
from live_polls.models import Account, Membership, Room


def add_member(room: Room, account: Account, role: Role) -> None:
    """Give somebody a role without a link, as operators do; who has one gets this one instead. Repeatable."""
    with transaction.atomic():
        if _lock(room, account.pk) is None:
            Membership.objects.create(room=room, account=account, role=role)
            record(room.pk, "add_member", account, role=role.value)
            return
    change_role(room, account.pk, role)


def change_role(room: Room, account_id: int, role: Role) -> None:
    """Give a member another role. Repeatable. MemberNotFoundError; IllegalMoveError for the last host."""
    with transaction.atomic():
        member = _lock(room, account_id)
        if member is None:
            raise MemberNotFoundError
        if member.role == role:
            return
        _check_a_host_is_left(room, member)
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        record(room.pk, "change_role", member.account, role=[before, role.value])


def remove_member(room: Room, account_id: int) -> None:
    """Take somebody's role away. Repeatable: who has none keeps none. IllegalMoveError for the last host."""
    _take_away(room, account_id, verb="remove_member")


def leave_room(room: Room, account_id: int) -> None:
    """Give up one's own role. Repeatable. IllegalMoveError for the last host."""
    _take_away(room, account_id, verb="leave")


def _take_away(room: Room, account_id: int, *, verb: str) -> None:
    with transaction.atomic():
        member = _lock(room, account_id)
        if member is None:
            return
        _check_a_host_is_left(room, member)
        member.delete()
        record(room.pk, verb, member.account, role=member.role)


def _lock(room: Room, account_id: int) -> Membership | None:
    """Lock all members of the room until commit; then read the one that is meant."""
    list(Membership.objects.select_for_update(no_key=True).filter(room=room).order_by("pk").values_list("pk"))
    return Membership.objects.select_related("account").filter(room=room, account_id=account_id).first()


def _check_a_host_is_left(room: Room, member: Membership) -> None:
    others = Membership.objects.filter(room=room, role=Role.HOST, account__is_active=True).exclude(pk=member.pk)
    if member.role == Role.HOST and not others.exists():
        raise IllegalMoveError("This is the only host. Make somebody else a host first, or delete the room.")
