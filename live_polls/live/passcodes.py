"""Guessed passcodes: refused before they are compared, so that the answer tells nothing about the one that was tried.

Counted by address, with right ones beside wrong ones as for join codes, since a hall has one address; of an IPv6
address the first 64 bits count. And by room, for a passcode is short and addresses are cheap: when a room's misses
from all addresses together are more than its budget, only addresses that were mostly right are listened to, which
nobody is who guesses. At one address right ones weigh more than for join codes: nobody has them without the passcode.

Whoever holds a token is not asked. Each process counts for itself. A new passcode is counted anew.
"""

from __future__ import annotations

import time

from live_polls.errors import TooManyGuessesError
from live_polls.live.addresses import key_of
from live_polls.live.guesses import Guesses, Rule

OF_AN_ADDRESS = Rule(free=60.0, hits_a_miss=1.0, most=2000.0)
OF_A_ROOM = Rule(free=300.0, hits_a_miss=4.0, most=3000.0)
ROOM_FADE_SECONDS = 3600.0


class Passcodes:
    """The tries of this process, as keys of rooms and addresses; `now` is of a steady clock, for tests."""

    def __init__(self) -> None:
        self._by_address = Guesses()
        self._by_room = Guesses(seconds=ROOM_FADE_SECONDS)

    def check(self, room: str, address: str, now: float | None = None) -> None:
        """TooManyGuessesError where too many were wrong. Ask before the passcode is compared."""
        now = time.monotonic() if now is None else now
        key = _key(room, address)
        retry_ms = self._by_address.retry_ms(key, now, OF_AN_ADDRESS) if key else 0
        if not retry_ms and not self._by_address.is_mostly_right(key, now):
            retry_ms = self._by_room.retry_ms(room, now, OF_A_ROOM)
        if retry_ms:
            raise TooManyGuessesError(retry_ms=retry_ms)

    def note(self, room: str, address: str, now: float | None = None, *, is_right: bool) -> None:
        """One passcode was compared."""
        now = time.monotonic() if now is None else now
        self._by_room.note(room, now, is_right=is_right)
        if key := _key(room, address):
            self._by_address.note(key, now, is_right=is_right)


def _key(room: str, address: str) -> str:
    """Empty where nobody knows the address, as behind a Unix socket: there the budget of the room is all there is."""
    key = key_of(address)
    return f"{key} {room}" if key else ""


_passcodes = Passcodes()


def get_passcodes() -> Passcodes:
    """The ones of this process."""
    return _passcodes


def forget_passcodes() -> None:
    """Begin anew: for tests, whose rooms get the same ids again."""
    global _passcodes
    _passcodes = Passcodes()
