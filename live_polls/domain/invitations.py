"""One-time invitations to vote: codes on cards, of which only keyed hashes are kept.

A code admits the first voice that uses it, and no other: the update is conditional on the invitation being unused, so
of two phones that use one code at once the database lets one in. Whose ballot it is cannot be told from it: an
invitation knows a voice, ballots stand under another key.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from live_polls.domain.join_codes import ALPHABET
from live_polls.domain.records import record
from live_polls.errors import IllegalMoveError, InvalidSettingsError, InvitationNotFoundError, InvitationUsedError
from live_polls.models import Invitation, Room

MOST_INVITATIONS = 5000
# 31 to the 12th: nobody guesses one, and a stolen table of hashes is of little use without the key of its room.
CODE_LENGTH = 12
GROUP = 4


@dataclass(frozen=True, slots=True)
class Card:
    """A code that was just made: this is the only time that anybody sees it."""

    number: int
    code: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How many invitations a room has given out, and how many are used."""

    n: int
    n_used: int


def make_invitations(room: Room, n: int) -> list[Card]:
    """Make `n` more, numbered on; at most 5,000 in a room (InvalidSettingsError). NOT repeatable: each call makes more."""
    with transaction.atomic():
        _lock(room)
        n_before = Invitation.objects.filter(room=room).count()
        if not 1 <= n <= MOST_INVITATIONS - n_before:
            raise InvalidSettingsError("n", f"A room has at most {MOST_INVITATIONS} invitations.")
        last = Invitation.objects.filter(room=room).aggregate(last=Max("number"))["last"] or 0
        cards = [Card(number, _new_code()) for number in range(last + 1, last + n + 1)]
        Invitation.objects.bulk_create(
            (Invitation(room=room, number=card.number, code_hash=_hashed(room, card.code)) for card in cards),
            batch_size=1000,
        )
        record(room.pk, "invite", first=cards[0].number, last=cards[-1].number)
    return cards


def redeem(room: Room, typed: str, voice: str) -> bool:
    """Admit the voice by this code; whether that is new. Repeatable: the same voice may use the same code again.

    InvitationNotFoundError for a code that is none; InvitationUsedError for one that another voice has used. Whoever is
    admitted already keeps their invitation, and the second one stays unused.
    """
    code = normalise(typed)
    found = Invitation.objects.filter(room=room, code_hash=_hashed(room, code)).first() if code else None
    if found is None:
        raise InvitationNotFoundError
    if is_admitted(room.pk, voice):
        return False
    try:
        with transaction.atomic():
            if not Invitation.objects.filter(pk=found.pk, code_hash=found.code_hash, voice=None).update(voice=voice):
                raise InvitationUsedError  # and nothing is bumped: a hall that comes in changes no screen
    except IntegrityError:  # the same phone in two tabs, with two codes: one of them has let it in
        return False
    return True


def is_admitted(room_id: int, voice: str) -> bool:
    """Whether the voice has used an invitation of this room."""
    return bool(voice) and Invitation.objects.filter(room_id=room_id, voice=voice).exists()


def reissue(room: Room, number: int) -> Card:
    """Make the card with this number worthless and give another one in its place; only while it is unused
    (IllegalMoveError). NOT repeatable: each call makes another code."""
    code = _new_code()
    with transaction.atomic():
        _lock(room)
        _change(room, number, "reissue").update(code_hash=_hashed(room, code))
    return Card(number, code)


def revoke(room: Room, number: int) -> None:
    """Make an unused card worthless (IllegalMoveError for one that is used, or is not there)."""
    with transaction.atomic():
        _lock(room)
        _change(room, number, "revoke").delete()


def standing(room: Room) -> Standing:
    invitations = Invitation.objects.filter(room=room)
    return Standing(invitations.count(), invitations.exclude(voice=None).count())


def unused_numbers(room: Room) -> Sequence[int]:
    """The numbers of the cards that nobody has used, in order."""
    return list(Invitation.objects.filter(room=room, voice=None).order_by("number").values_list("number", flat=True))


def normalise(typed: str) -> str:
    """What was typed or scanned: upper case, without spaces and dashes; "" for what cannot be a code."""
    code = "".join(typed.split()).replace("-", "").upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def pretty(code: str) -> str:
    """As it stands on a card: K7QM-2X8R-TPWN."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _lock(room: Room) -> None:
    list(Room.objects.select_for_update(no_key=True).filter(pk=room.pk).values_list("pk"))


def _change(room: Room, number: int, verb: str) -> QuerySet[Invitation]:
    """The unused invitation of this number, as a query; recorded."""
    unused = Invitation.objects.filter(room=room, number=number, voice=None)
    found = unused.first()
    if found is None:
        raise IllegalMoveError("Only an invitation that nobody has used can be changed.")
    record(room.pk, verb, found)
    return unused


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _hashed(room: Room, code: str) -> str:
    return blake2b(code.encode(), key=room.voice_key.encode(), digest_size=32, person=b"lp.invitation").hexdigest()
