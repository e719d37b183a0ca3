"""How much more this process is asked for than it can do, and what it gives up for that, in which order.

Two figures say it, each in seconds: how late the event loop is, and how long the oldest ballot has waited. A long
queue that drains at once is a storm and no trouble, so its length is not asked. What is shed first is missed least:
reactions, then the head-count, then the rate of moving screens, then live tallies. Ballots come last, and are no
business of ours: the ballot box refuses them as `busy` when it is full.
"""

from __future__ import annotations

from enum import IntEnum

LOAD_SECONDS = 0.251
# Past so many seconds of lateness the next thing is given up.
STEPS = (0.15, 0.3, 0.6, 1.2)


class Shed(IntEnum):
    """What is given up; each level gives up everything before it, too."""

    NOTHING = 0
    REACTIONS = 1
    PRESENCE = 2
    ANIMATION = 3
    TALLIES = 4


class Load:
    """One a process, measured by the hub. It rises at once and falls a level a measure, so that it does not flutter."""

    __slots__ = ("level",)

    def __init__(self) -> None:
        self.level = Shed.NOTHING

    def measure(self, *, lag: float, waited: float) -> None:
        """Note how late the loop is and how long the oldest ballot has waited, in seconds."""
        late = max(lag, waited)
        wanted = sum(late >= step for step in STEPS)
        self.level = Shed(max(wanted, self.level - 1))

    def sheds(self, what: Shed) -> bool:
        """Whether this is given up now."""
        return self.level >= what
