"""How much one connection, and one participant, may say. Addresses have limits of their own, see addresses.py."""

from __future__ import annotations

from collections import OrderedDict

MESSAGES_A_SECOND = 10.0
BURST = 30.0
# What is too much, or no message, is forgiven so often, and once more each ten seconds: who keeps at it is let go, and
# who had a bad moment now and then in a day of eight hours is not.
STRIKES = 30
STRIKES_FORGIVEN_A_SECOND = 0.1
MOST_KEYS = 50_000


class Allowance:
    """A token bucket, of one connection unless told otherwise: 10 messages a second, 30 at once."""

    __slots__ = ("_at", "_burst", "_credit", "_rate")

    def __init__(self, now: float, *, rate: float = MESSAGES_A_SECOND, burst: float = BURST) -> None:
        self._rate = rate
        self._burst = burst
        self._credit = burst
        self._at = now

    def take(self, now: float) -> bool:
        """Whether one more message is within the allowance at `now` (seconds of a steady clock)."""
        self._credit = min(self._burst, self._credit + (now - self._at) * self._rate)
        self._at = now
        if self._credit < 1:
            return False
        self._credit -= 1
        return True

    def retry_ms(self) -> int:
        """After how long one more message fits."""
        return max(1, round((1 - self._credit) / self._rate * 1000))


class Allowances:
    """One allowance a key, for as many keys as were used last: what is forgotten begins anew, and memory is bounded."""

    def __init__(self, *, rate: float, burst: float, most: int = MOST_KEYS) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        self._by_key: OrderedDict[str, Allowance] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_key)

    def take(self, key: str, now: float) -> int:
        """0 when one more is within the allowance of `key` at `now`, else after how many milliseconds it would be."""
        allowance = self._by_key.get(key)
        if allowance is None:
            allowance = self._by_key[key] = Allowance(now, rate=self._rate, burst=self._burst)
            if len(self._by_key) > self._most:
                self._by_key.popitem(last=False)
        else:
            self._by_key.move_to_end(key)
        return 0 if allowance.take(now) else allowance.retry_ms()
