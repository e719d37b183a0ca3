"""What happened in a run, as every client and every fault saw it. One clock: they all live in one process.

A ballot without an answer is *indeterminate*: it may have been counted or not. That is no failure; a ballot that was
counted twice, or acknowledged and lost, is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar


class RoundKey(NamedTuple):
    """One round of one poll, by its code."""

    poll: str
    round: int


class Ballot(NamedTuple):
    """What a participant says: `answer` is JSON text in canonical form, None withdraws."""

    poll: str
    round: int
    seq: int
    answer: str | None

    @property
    def of(self) -> RoundKey:
        return RoundKey(self.poll, self.round)


class Tally(NamedTuple):
    """Counts as they were shown; `counts` is canonical JSON text, None where this viewer may not see them."""

    poll: str
    round: int
    n_ballots: int
    counts: str | None


class Mine(NamedTuple):
    """A ballot of one's own as it was shown."""

    poll: str
    round: int
    seq: int
    answer: str | None
    receipt: str


class PollState(NamedTuple):
    poll: str
    round: int
    state: str


@dataclass(frozen=True, slots=True)
class Event:
    at: float


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """A connection was made. `since` is the newest version that this phone knew, and in which epoch."""

    phone: str
    line: str
    since: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Closed(Event):
    line: str
    code: int


@dataclass(frozen=True, slots=True)
class Sent(Event):
    """Noted before the bytes leave, so that nothing can be answered that was not sent."""

    participant: str
    line: str
    id: str
    ballot: Ballot


@dataclass(frozen=True, slots=True)
class Acked(Event):
    line: str
    id: str
    receipt: str
    seq: int
    epoch: str
    version: int


@dataclass(frozen=True, slots=True)
class Refused(Event):
    line: str
    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Asked(Event):
    """A question, noted before it leaves; no two people ask the same."""

    text: str


@dataclass(frozen=True, slots=True)
class Taken(Event):
    """A question was acknowledged, under this code."""

    text: str
    code: str


@dataclass(frozen=True, slots=True)
class Seen(Event):
    """A state frame. `whole` when it is a snapshot: what it does not name is not there."""

    participant: str
    line: str
    epoch: str
    version: int
    whole: bool = False
    polls: tuple[PollState, ...] = ()
    tallies: tuple[Tally, ...] = ()
    mine: tuple[Mine, ...] = ()


@dataclass(frozen=True, slots=True)
class HostDid(Event):
    """The host was told at `at` that the deed is done; `ended` is the round that takes no ballots from then on."""

    verb: str
    poll: str
    ended: RoundKey | None


@dataclass(frozen=True, slots=True)
class Fault(Event):
    """Something was done to the servers, with this many ballots on their way; `kill` when nobody could say goodbye."""

    name: str
    in_flight: int
    kill: bool


@dataclass(frozen=True, slots=True)
class Settled(Event):
    """How a phone ended: what it held, and how long after everything was healed and answered it came to hold that."""

    phone: str
    participant: str
    seconds: float
    held: str
    n_unanswered: int = 0


Kind = TypeVar("Kind", bound=Event)


@dataclass(slots=True)
class History:
    events: list[Event] = field(default_factory=list)

    def note(self, event: Event) -> None:
        self.events.append(event)

    def of(self, kind: type[Kind]) -> Iterator[Kind]:
        """The events of one kind, in their order."""
        return (event for event in self.events if isinstance(event, kind))

    def write(self, file: Path) -> None:
        """One JSON object a line, for whoever wants to know how it came to this."""
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as lines:
            for event in self.events:
                lines.write(json.dumps({"event": type(event).__name__, **asdict(event)}) + "\n")


def now() -> float:
    return time.monotonic()


def canonical(value: object) -> str:
    """JSON text that is equal when the values are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
