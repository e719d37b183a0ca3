"""How many participants are in a room, over all processes: an estimate that forgets processes which fall silent."""

from __future__ import annotations

TELL_EVERY_SECONDS = 5.0
EXPIRES_SECONDS = 15.0
# In a crowd a single arrival is no news: past these sizes only every 10th or 100th is shown at once.
COARSE = ((10_000, 100), (1_000, 10))


class Presence:
    """The head-count of one room: ours, and what other processes last said of theirs."""

    __slots__ = ("_elsewhere", "_ours", "_shown", "_told", "_told_at")

    def __init__(self) -> None:
        self._ours = 0
        self._elsewhere: dict[str, tuple[int, float]] = {}
        self._shown: int | None = None
        self._told: int | None = None
        self._told_at = 0.0

    def count(self, ours: int, now: float) -> None:
        """Note how many are here in this process at `now`, and forget processes that were silent too long."""
        self._ours = ours
        if self._elsewhere:
            self._elsewhere = {name: said for name, said in self._elsewhere.items() if said[1] > now}

    def hear(self, process: str, n_here: int, now: float) -> None:
        """Another process said how many it has."""
        self._elsewhere[process] = (max(0, n_here), now + EXPIRES_SECONDS)

    @property
    def total(self) -> int:
        """How many are here, as far as we know."""
        return self._ours + sum(n_here for n_here, _ in self._elsewhere.values())

    def to_show(self) -> int | None:
        """The number to show now, or None when it is no news."""
        total = self.total
        if total == self._shown:
            return None
        step = next((step for size, step in COARSE if total >= size), 1)
        if self._shown is not None and abs(total - self._shown) < step:
            return None
        self._shown = total
        return total

    def to_tell(self, now: float) -> int | None:
        """What to tell the other processes now, or None: when it changed, and before it expires with them."""
        if self._ours == self._told and now < self._told_at + TELL_EVERY_SECONDS:
            return None
        self._told, self._told_at = self._ours, now
        return self._ours
