"""Links that give somebody a role in a room: for one person, for a few days, until they are revoked.

Whoever has the key has the right; so only its hash is kept, and the key is shown once, to the host who made it. Opening
the page uses nothing up: mail programs and chats open links to show a preview. Accepting does, by one conditional update:
of two people with the same link, one gets the role.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from live_polls.domain.records import Actor, acting, person, record
from live_polls.domain.texts import clean_line
from live_polls.enums import Role
from live_polls.errors import InvalidSettingsError, RoleLinkOverError
from live_polls.models import Account, Membership, RoleLink, Room

LIFETIME = timedelta(days=7)
MAX_NAME = 80
# From the weakest: a link never takes anything away from who opens it.
_RANKS = [Role.MODERATOR, Role.CO_HOST, Role.HOST]


def make_role_link(room: Room, role: Role, *, by: Account | None = None) -> str:
    """The key of a new link, good for seven days and one person. NOT repeatable: each call makes another one."""
    key = secrets.token_urlsafe(24)
    with transaction.atomic():
        RoleLink.objects.create(room=room, role=role, key_hash=_hash(key), by=by, expires_at=timezone.now() + LIFETIME)
        record(room.pk, "make_role_link", role=role.value)
    return key


def open_links(room: Room) -> QuerySet[RoleLink]:
    """The links of a room that somebody may still use, the newest first."""
    unused = room.role_links.filter(used_at=None, expires_at__gt=timezone.now())
    return unused.select_related("by").order_by("-pk")


def revoke_role_link(room: Room, number: int) -> None:
    """Make a link of this room worthless that nobody has used yet. Repeatable."""
    with transaction.atomic():
        link = RoleLink.objects.filter(room=room, pk=number, used_at=None)
        role = link.values_list("role", flat=True).first()
        if link.delete()[0]:
            record(room.pk, "revoke_role_link", role=role)


def find_role_link(key: str) -> RoleLink:
    """The link with this key, if it may still be used or was used up; RoleLinkOverError for any other."""
    link = RoleLink.objects.select_related("room", "by").filter(key_hash=_hash(key)).first()
    if link is None or (link.used_at is None and link.expires_at <= timezone.now()):
        raise RoleLinkOverError
    return link


def accept_role(key: str, account: Account) -> Room:
    """Give the account the link's role in its room. Repeatable by the same account; RoleLinkOverError for others.

    Who has this role or a stronger one already keeps it, and the link stays good for somebody else.
    """
    link = find_role_link(key)
    with transaction.atomic():
        member = Membership.objects.filter(room=link.room, account=account).first()
        if member is not None and _RANKS.index(Role(member.role)) >= _RANKS.index(Role(link.role)):
            return link.room
        _use(link, used_by=account)
        _give(link, account)
    return link.room


def accept_role_anew(key: str, *, email: str, password: str, name: str) -> Account:
    """Make an account for who has the link and none yet, with the link's role. NOT repeatable.

    RoleLinkOverError; InvalidSettingsError (`email`) where somebody signs in with this address already.
    """
    link = find_role_link(key)
    try:
        with transaction.atomic():
            used_at = _use(link)
            account = Account.objects.create_user(email, password, name=clean_line(name)[:MAX_NAME])
            RoleLink.objects.filter(pk=link.pk, used_at=used_at).update(used_by=account)
            _give(link, account)
    except IntegrityError:
        raise InvalidSettingsError(
            "email", "Somebody signs in with this address already. If it is you, sign in and open the link again."
        ) from None
    return account


def _use(link: RoleLink, *, used_by: Account | None = None) -> datetime:
    """Use the link up, or learn that somebody else was first. The update is the lock and the decision in one."""
    now = timezone.now()
    usable = RoleLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now)
    if not usable.update(used_at=now, used_by=used_by):
        raise RoleLinkOverError
    return now


def _give(link: RoleLink, account: Account) -> None:
    """Record it as a deed of who gets the role: nobody else was there."""
    Membership.objects.update_or_create(room=link.room, account=account, defaults={"role": link.role})

    def actor() -> Actor:
        return person(account)

    with acting(actor):
        record(link.room_id, "accept_role", account, role=link.role)


def _hash(key: str) -> str:
    """The key is 192 random bits, so a fast hash is as good as a slow one."""
    return hashlib.sha256(key.encode()).hexdigest()
