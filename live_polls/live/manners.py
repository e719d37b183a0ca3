"""How much one participant may say, over all their sockets and requests together. Never by address: a hall has one.

A socket has an allowance of its own (limits.py), so this is met by those alone who use several at once, or plain requests.
"""

from __future__ import annotations

import time

from live_polls.errors import RateLimitedError
from live_polls.live.limits import BURST, MESSAGES_A_SECOND, Allowances

# What people read costs a moderator's time, too.
WRITINGS_A_SECOND = 0.5
WRITINGS_AT_ONCE = 10.0
WRITINGS = frozenset({"question.ask", "player.name"})


class Manners:
    """One a process. What was refused may be sent again after `retry_ms`, and counts as if it came for the first time."""

    def __init__(self) -> None:
        self._messages = Allowances(rate=MESSAGES_A_SECOND, burst=BURST)
        self._writings = Allowances(rate=WRITINGS_A_SECOND, burst=WRITINGS_AT_ONCE)

    def check(self, voice: str, said: str, now: float | None = None) -> None:
        """Count one message of the type `said`; RateLimitedError when it is too much."""
        now = time.monotonic() if now is None else now
        retry_ms = self._messages.take(voice, now)
        if not retry_ms and said in WRITINGS:
            retry_ms = self._writings.take(voice, now)
        if retry_ms:
            raise RateLimitedError(retry_ms=retry_ms)
