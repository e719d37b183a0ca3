"""Who votes: a random token on a phone, and the two keyed hashes that stand for it in the database.

A token is `<random>.<signature>`, bound to its room by the signature and never stored. What is stored is the
ballot key (in ballots) or the voice key (in texts, names and questions): hashes of the random part under two
secrets of the room. Without the phone nobody can compute one from the other, so a host cannot see by switching
a person off and on how they voted. The hashes depend on the room alone: rotating SECRET_KEY lets nobody vote twice.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare

from live_polls.models import Room

STAGE_LINK_SECONDS = 30 * 24 * 3600
COOKIE_SECONDS = 90 * 24 * 3600
_STAGE_SALT = "live_polls.stage"
# What a token's signature says of its random part: where it came from.
_BY_PHONE, _BY_ACCOUNT = b"", b"lp.by-account"


@dataclass(frozen=True, slots=True)
class Participant:
    """One phone in one room. The keys are 32 hex digits."""

    room_id: int
    ballot_key: str
    voice_key: str
    by_account: bool = False  # the same person on every device they sign in on


@dataclass(frozen=True, slots=True)
class StageLink:
    """Whoever holds a stage link of this room that is neither expired nor revoked."""

    room_id: int


def cookie_name(join_code: str) -> str:
    """The cookie that carries a participant's token; one a room."""
    return f"lp_{join_code}"


def new_token(room_id: int) -> str:
    """A token for a new participant. Needs no database: thousands join at once."""
    return sign_token(secrets.token_urlsafe(16), room_id)


def sign_token(nonce: str, room_id: int) -> str:
    return f"{nonce}.{_signature(nonce, room_id, settings.SECRET_KEY)}"


def account_token(account_id: int, *, room_id: int, ballot_key: str, voice_key: str) -> str:
    """The token of the one participant that an account is in a room, whatever the device.

    Its random part is a hash of the account under both keys of the room: who has neither, a host for one, cannot tell
    whose it is, and when a room is purged nobody can.
    """
    keyed = blake2b(
        f"{account_id}".encode(), key=f"{ballot_key}{voice_key}".encode(), digest_size=16, person=b"lp.account"
    )
    nonce = urlsafe_b64encode(keyed.digest()).decode().rstrip("=")
    return f"{nonce}.{_signature(nonce, room_id, settings.SECRET_KEY, person=_BY_ACCOUNT)}"


def read_token(token: str, *, room_id: int, ballot_key: str, voice_key: str) -> Participant | None:
    """The participant, or None for a token that is forged, damaged or of another room."""
    nonce, _, signature = token.partition(".")
    if len(nonce) != 22 or not token.isascii():
        return None
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        for person in (_BY_PHONE, _BY_ACCOUNT):
            if constant_time_compare(signature, _signature(nonce, room_id, str(key), person=person)):
                keys = _keyed(nonce, ballot_key), _keyed(nonce, voice_key)
                return Participant(room_id, *keys, by_account=person is _BY_ACCOUNT)
    return None


def stage_token(room: Room) -> str:
    """What a stage link carries: lets a big screen without sign-in see what hosts have revealed, for 30 days."""
    return signing.dumps([room.pk, room.stage_key[:8]], salt=_STAGE_SALT)


def is_stage_token(token: str, *, room_id: int, stage_key: str) -> bool:
    """Whether the token is a stage link of this room, neither expired nor revoked."""
    try:
        signed = signing.loads(token, salt=_STAGE_SALT, max_age=STAGE_LINK_SECONDS)
    except signing.BadSignature:
        return False
    return bool(signed == [room_id, stage_key[:8]])


def _signature(nonce: str, room_id: int, key: str, *, person: bytes = b"") -> str:
    return blake2b(f"{room_id}:{nonce}".encode(), key=_derived(key), digest_size=16, person=person).hexdigest()


def _keyed(nonce: str, key: str) -> str:
    return blake2b(nonce.encode(), key=key.encode(), digest_size=16).hexdigest()


def _derived(key: str) -> bytes:
    """A key of its own purpose, so that no other signature of this installation is a token."""
    return blake2b(key.encode(), digest_size=32, person=b"lp.participant").digest()
