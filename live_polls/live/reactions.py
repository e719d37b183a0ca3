"""Taps on a phone that say something at once and are worth nothing a minute later. Never stored.

However many tap, a room costs each process one message a second on the channel layer and one frame a screen: taps are
counted where they come in, and the counts go out with a timer. *Reactions* are counts since the last telling: one that
is lost is lost. The *pulse* is how many people said what in the last minute, the last word of each; it is absolute, so
that a telling which is lost, doubled or late is harmless, and it forgets processes that fall silent.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping

from live_polls.enums import Pulse, Reaction

REACTIONS = frozenset(Reaction.values)
PULSES = frozenset(Pulse.values)
PULSE_SECONDS = 60.0
TELL_EVERY_SECONDS = 5.0
EXPIRES_SECONDS = 15.0
# That a tap may wait while there are more urgent things: later it would be about something else.
KEEPS_SECONDS = 3.0
MOST_PEOPLE = 20_000  # whose pulse is kept; of more, those who spoke last
MOST_TAPS = 1_000_000  # that another process may say at once

Counts = dict[str, int]


class Reactions:
    """Of one room in this process. `now` is in seconds of a steady clock."""

    __slots__ = (
        "_elsewhere",
        "_last_words",
        "_new",
        "_ours",
        "_shown_pulse",
        "_told",
        "_told_at",
        "_untold",
        "_waits_since",
    )

    def __init__(self) -> None:
        self._untold: Counter[str] = Counter()  # ours, to be told to other processes
        self._new: Counter[str] = Counter()  # everybody's, to be shown here
        self._waits_since = 0.0  # the oldest of them
        self._last_words: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._ours: Counter[str] = Counter()
        self._elsewhere: dict[str, tuple[Counts, float]] = {}
        self._told: Counts = {}
        self._told_at = 0.0
        self._shown_pulse: Counts = {}

    def take(self, who: str, said: str, now: float) -> None:
        """Count one tap. It costs the same in any crowd."""
        if said in REACTIONS:
            self._wait(now)
            self._untold[said] += 1
            self._new[said] += 1
            return
        self._forget(who)
        self._last_words[who] = said, now
        self._ours[said] += 1
        if len(self._last_words) > MOST_PEOPLE:
            self._forget(next(iter(self._last_words)))

    def hear(self, process: str, counts: Mapping[str, int], pulse: Mapping[str, int], now: float) -> None:
        """Another process said what was tapped there since it spoke last, and how its people feel."""
        self._wait(now)
        self._new.update(_known(counts, REACTIONS))
        self._elsewhere[process] = _known(pulse, PULSES), now + EXPIRES_SECONDS

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to tell, to show or to take back."""
        return not (self._untold or self._new or self._last_words or self._elsewhere or self._told or self._shown_pulse)

    def to_tell(self, now: float) -> tuple[Counts, Counts] | None:
        """(new taps, pulse) to tell the other processes now, or None: when there is news, and before it expires there."""
        self._age(now)
        pulse = dict(+self._ours)
        is_due = bool(pulse) and now >= self._told_at + TELL_EVERY_SECONDS
        if not self._untold and pulse == self._told and not is_due:
            return None
        counts, self._untold = dict(self._untold), Counter()
        self._told, self._told_at = pulse, now
        return counts, pulse

    def to_show(self, now: float) -> tuple[Counts, Counts] | None:
        """(taps since the last showing, pulse) to show now, or None when there is nothing to see."""
        self._age(now)
        pulse = self.pulse
        if not self._new and not pulse and not self._shown_pulse:
            return None
        counts, self._new = dict(self._new), Counter()
        self._shown_pulse = pulse
        return counts, pulse

    def give_up(self, now: float) -> int:
        """There are more urgent things than to tell and to show: forget what has waited too long. How many taps that was.

        A loop that is late once, as when somebody opens a page, is no reason to lose a tap.
        """
        if now < self._waits_since + KEEPS_SECONDS:
            return 0
        n_dropped = self._untold.total()
        self._untold.clear()
        self._new.clear()
        return n_dropped

    def forget(self, voices: Collection[str]) -> None:
        """Take back how these said that the talk goes. What they tapped has no name, and is shown within a second."""
        for who in voices:
            self._forget(who)

    @property
    def pulse(self) -> Counts:
        """How many people, in all processes, said what in the last minute."""
        total = Counter(self._ours)
        for counts, _ in self._elsewhere.values():
            total.update(counts)
        return dict(+total)

    def _wait(self, now: float) -> None:
        if not self._new and not self._untold:
            self._waits_since = now

    def _forget(self, who: str) -> None:
        said, _ = self._last_words.pop(who, ("", 0.0))
        if said:
            self._ours[said] -= 1

    def _age(self, now: float) -> None:
        """Forget what was said more than a minute ago, and processes that were silent too long."""
        while self._last_words:
            who, (_, at) = next(iter(self._last_words.items()))
            if at > now - PULSE_SECONDS:
                break
            self._forget(who)
        if self._elsewhere:
            self._elsewhere = {name: said for name, said in self._elsewhere.items() if said[1] > now}


def _known(counts: Mapping[str, int], names: frozenset[str]) -> Counts:
    """What may be believed of what came over the layer."""
    return {name: min(int(n), MOST_TAPS) for name, n in counts.items() if name in names and int(n) > 0}
