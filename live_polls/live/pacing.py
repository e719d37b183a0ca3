"""When a room may be shown again: newest state only, never faster than screens need or the loop can bear."""

from __future__ import annotations

MIN_INTERVAL = 0.1
LOOP_SHARE = 0.25


class Pace:
    """The rhythm of one room. The first change after quiet is shown at once, later ones after the interval.

    The interval is 100 ms, or as much longer as keeps fan-out below a quarter of the loop's time.
    """

    __slots__ = ("_next_at", "interval")

    def __init__(self) -> None:
        self.interval = MIN_INTERVAL
        self._next_at = 0.0

    def delay(self, now: float) -> float:
        """Seconds until the room may be shown again; 0 when it may now."""
        return max(0.0, self._next_at - now)

    def shown(self, *, started: float, ended: float) -> None:
        """Note a fan-out that ran from `started` to `ended` (seconds of the loop's clock)."""
        self.interval = max(MIN_INTERVAL, (ended - started) / LOOP_SHARE)
        self._next_at = started + self.interval
