"""Join codes: six characters of 31, without those that look alike on a projector (0 O 1 I L)."""

from __future__ import annotations

import secrets

from live_polls.models import Room

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6


def normalise(text: str) -> str:
    """What was typed or pasted, as it is stored: upper case, without spaces and dashes.

    Anything that cannot be a join code comes back as "", which no room has.
    """
    code = "".join(text.split()).replace("-", "").upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def pretty(code: str) -> str:
    """As people read it: K7Q M2X."""
    return f"{code[:3]} {code[3:]}"


def allocate() -> str:
    """A code that no room has now. The unique column decides in the end; collisions are one in millions."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not Room.objects.filter(join_code=code).exists():
            return code
