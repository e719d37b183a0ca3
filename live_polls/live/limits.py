"""How much one connection may say."""

from __future__ import annotations

MESSAGES_A_SECOND = 10.0
BURST = 30.0
STRIKES = 30


class Allowance:
    """A token bucket of one connection: 10 messages a second, 30 at once; `strikes` counts what was too much."""

    __slots__ = ("_at", "_credit", "strikes")

    def __init__(self, now: float) -> None:
        self._credit = BURST
        self._at = now
        self.strikes = 0

    def take(self, now: float) -> bool:
        """Whether one more message is within the allowance at `now` (seconds of a steady clock)."""
        self._credit = min(BURST, self._credit + (now - self._at) * MESSAGES_A_SECOND)
        self._at = now
        if self._credit < 1:
            self.strikes += 1
            return False
        self._credit -= 1
        return True

    def retry_ms(self) -> int:
        """After how long one more message fits."""
        return max(1, round((1 - self._credit) / MESSAGES_A_SECOND * 1000))
