"""Whether those who came in by a right may still be here.

Rights are read when a socket says hello. Afterwards what they rested on is read again and again: the session and its
password hash, whether the account is switched on, the role. Whoever stands otherwise than when they came is let go;
the client comes back through the door, where the table is asked anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from live_polls.domain.access import can, role_of
from live_polls.live.identity import person_of
from live_polls.models import Account, Membership, Room

# SQLite takes a limited number of values in a statement.
SESSIONS_A_READ = 500


class Standing(NamedTuple):
    """By what somebody is in a room: their session, and what they are there ("" for an operator without a role)."""

    session_key: str
    room_id: int
    role: str
    is_operator: bool


def standing_in(session_key: str, room_id: int) -> Standing | None:
    """By what the person of this session may watch the room; None if they may not. Reads the database."""
    person = person_of(session_key)
    if not isinstance(person, Account) or not can(person, "watch", Room(pk=room_id)):
        return None
    role = role_of(person, Room(pk=room_id))
    return Standing(session_key, room_id, role.value if role else "", is_operator=person.is_superuser)


def fallen(standings: Collection[Standing]) -> set[Standing]:
    """Those that are not so any more. Reads the database: three statements, however many they are."""
    keys = sorted({standing.session_key for standing in standings})
    holding: set[Standing] = set()
    for start in range(0, len(keys), SESSIONS_A_READ):
        now = set(keys[start : start + SESSIONS_A_READ])
        holding |= _holding([standing for standing in standings if standing.session_key in now])
    return set(standings) - holding


def _holding(standings: Collection[Standing]) -> set[Standing]:
    accounts = _signed_in({standing.session_key for standing in standings})
    members = Membership.objects.filter(
        account__in={account.pk for account in accounts.values()}, room__in={each.room_id for each in standings}
    )
    roles = {(account, room): role for account, room, role in members.values_list("account", "room", "role")}
    holding = set()
    for standing in standings:
        account = accounts.get(standing.session_key)
        if account is not None:
            role = roles.get((account.pk, standing.room_id), "")
            now = standing._replace(role=role, is_operator=account.is_superuser)
            holding |= {standing} & {now}
    return holding


def _signed_in(session_keys: Collection[str]) -> Mapping[str, Account]:
    """Who is signed in under these sessions, as `django.contrib.auth.get_user` would say, but for all at once."""
    sessions = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    said = {session.session_key: session.get_decoded() for session in sessions}
    accounts = Account.objects.in_bulk({int(data[SESSION_KEY]) for data in said.values() if SESSION_KEY in data})
    found = {key: accounts.get(int(data.get(SESSION_KEY, 0))) for key, data in said.items()}
    return {key: account for key, account in found.items() if account and _is_in(account, said[key])}


def _is_in(account: Account, session: Mapping[str, Any]) -> bool:
    """Switched on, and signed in with the password of today; or with a secret key that is still good for a while."""
    hashes = (account.get_session_auth_hash(), *account.get_session_auth_fallback_hash())
    return account.is_active and any(
        constant_time_compare(session.get(HASH_SESSION_KEY, ""), known) for known in hashes
    )
