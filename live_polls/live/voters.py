"""Whose own ballots have to be looked at with the next read of a room, and in which polls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

# The ids of polls in which alone ballots are others than before; None: anything that is the participant's own.
Polls = frozenset[int] | None


class Voters:
    """Those who wait to be told what is in force for them. Who is added twice is looked at once, for both reasons."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due: dict[str, Polls] = {}

    def __len__(self) -> int:
        return len(self._due)

    def add(self, participants: Iterable[str], polls: Polls = None) -> None:
        """Look at these participants, in `polls` or at all that is theirs."""
        for participant in participants:
            before = self._due.get(participant, polls)
            self._due[participant] = None if before is None or polls is None else before | polls

    def put_back(self, taken: Mapping[str, Polls]) -> None:
        """They were read and not told: look at them again."""
        for participant, polls in taken.items():
            self.add((participant,), polls)

    def take(self, most: int) -> dict[str, Polls]:
        """At most so many of them, who now wait no longer."""
        taken = dict(islice(self._due.items(), most))
        for participant in taken:
            del self._due[participant]
        return taken
