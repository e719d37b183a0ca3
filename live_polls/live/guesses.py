"""Right and wrong tries, weighed against each other: what tells a hall from somebody who guesses.

In a hall wrong ones are few beside right ones, whoever guesses gets hardly any right. So some misses are free, and
each right one allows a few more: a hall of 600 earns its typos as it comes in, however unevenly they fall, and who
guesses earns nothing. Both fade away, so that nobody is refused for long.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from typing import NamedTuple

MOST_KEYS = 50_000
FADE_SECONDS = 600.0
LONGEST_RETRY_MS = 60_000


class Rule(NamedTuple):
    """How many misses are allowed: `free` and one for each `hits_a_miss` right ones, `most` in all."""

    free: float
    hits_a_miss: float
    most: float


class Fading:
    """A sum that fades away, by 63 % in `seconds`."""

    __slots__ = ("_at", "_seconds", "_sum")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._sum = 0.0
        self._at = 0.0

    def add(self, now: float) -> None:
        self._sum = self.at(now) + 1
        self._at = now

    def at(self, now: float) -> float:
        """What is left of it."""
        return self._sum * math.exp((self._at - now) / self._seconds) if self._sum else 0.0


class _Standing:
    __slots__ = ("hits", "misses")

    def __init__(self, seconds: float) -> None:
        self.hits = Fading(seconds)
        self.misses = Fading(seconds)


class Guesses:
    """What each key got right and wrong lately. Safe to use from any thread; `now` is of a steady clock.

    Bounded: the key that was used longest ago is pushed out and begins anew.
    """

    def __init__(self, *, seconds: float = FADE_SECONDS, most: int = MOST_KEYS) -> None:
        self._seconds = seconds
        self._most = most
        self._standings: OrderedDict[str, _Standing] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._standings)

    def note(self, key: str, now: float, *, is_right: bool) -> None:
        """One more try of this key."""
        with self._lock:
            standing = self._standings.get(key)
            if standing is None:
                standing = self._standings[key] = _Standing(self._seconds)
                if len(self._standings) > self._most:
                    self._standings.popitem(last=False)
            else:
                self._standings.move_to_end(key)
            (standing.hits if is_right else standing.misses).add(now)

    def retry_ms(self, key: str, now: float, rule: Rule) -> int:
        """0 while the misses of this key are within the rule, else after how many milliseconds to try again."""
        standing = self._standings.get(key)
        if standing is None:
            return 0
        misses, hits = standing.misses.at(now), standing.hits.at(now)
        # Hits fade as fast as misses, so that what is too much fades as one.
        excess = max((misses - hits / rule.hits_a_miss) / rule.free, misses / rule.most)
        if excess <= 1:
            return 0
        return min(LONGEST_RETRY_MS, max(1000, round(self._seconds * math.log(excess) * 1000)))

    def is_mostly_right(self, key: str, now: float) -> bool:
        """Whether more was right than wrong: whoever guesses never is."""
        standing = self._standings.get(key)
        return standing is not None and standing.hits.at(now) > standing.misses.at(now)
