"""When a room may be shown again: newest state only, never faster than screens need or the loop can bear."""

from __future__ import annotations

from live_polls.live.load import Shed

MIN_INTERVAL = 0.1
LOOP_SHARE = 0.25
# What is left of that while the process is asked for too much: (interval in seconds, share of the loop).
SLOWER = {Shed.ANIMATION: (0.3, 0.15), Shed.TALLIES: (1.0, 0.1)}


class Pace:
    """The rhythm of one room. The first change after quiet is shown at once, later ones after the interval.

    The interval is 100 ms, or as much longer as keeps fan-out below a quarter of the loop's time; under load both
    give way, to one tally a second and a tenth of the loop.
    """

    __slots__ = ("_seconds", "_started")

    def __init__(self) -> None:
        self._started = float("-inf")
        self._seconds = 0.0

    def interval(self, level: Shed = Shed.NOTHING) -> float:
        """Seconds from one showing to the next at this level of load."""
        least, share = SLOWER.get(level, (MIN_INTERVAL, LOOP_SHARE))
        return max(least, self._seconds / share)

    def delay(self, now: float, level: Shed = Shed.NOTHING) -> float:
        """Seconds until the room may be shown again; 0 when it may now."""
        return max(0.0, self._started + self.interval(level) - now)

    def shown(self, *, started: float, ended: float) -> None:
        """Note a fan-out that ran from `started` to `ended` (seconds of the loop's clock)."""
        self._started, self._seconds = started, ended - started
