"""Who comes into a room that is not open to all: the rules that pages and the API share."""

from __future__ import annotations

from live_polls.domain.entry import is_passcode
from live_polls.domain.participants import Participant, account_token
from live_polls.domain.room_view import RoomView
from live_polls.enums import Entry, PollState
from live_polls.errors import RoomLockedError
from live_polls.live.passcodes import get_passcodes
from live_polls.models import Account

LONGEST_TYPED = 60


def is_guarded(view: RoomView, participant: Participant | None) -> bool:
    """Whether the door has a say, so that the page is not the same for everyone."""
    return bool(rules_of(view) - {Entry.OPEN.value}) or (
        participant is None and (view.is_locked or bool(view.passcode))
    )


def rules_of(view: RoomView) -> set[str]:
    """Who may vote: by the room as it is, and by the rounds that are open."""
    return {view.entry} | {poll.entry for poll in view.polls if poll.state == PollState.OPEN.value}


def token_of(account: Account, view: RoomView) -> str:
    """The token that this account has in the room, on every device."""
    keys = view.secrets
    return account_token(account.pk, room_id=view.id, ballot_key=keys.ballot_key, voice_key=keys.voice_key)


def check_door(view: RoomView, passcode: str, address: str) -> None:
    """RoomLockedError when nobody new comes in, or not with this passcode; TooManyGuessesError before it is compared.

    `address` is for counting guesses alone.
    """
    if view.is_locked:
        raise RoomLockedError
    if not view.passcode:
        return
    if not passcode:
        raise RoomLockedError("This room asks for a passcode.")
    passcodes, room = get_passcodes(), f"{view.id} {view.passcode}"
    passcodes.check(room, address)
    is_right = is_passcode(passcode[:LONGEST_TYPED], view.passcode)
    passcodes.note(room, address, is_right=is_right)
    if not is_right:
        raise RoomLockedError("This passcode is not right.")
