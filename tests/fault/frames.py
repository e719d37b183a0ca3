"""What a client makes of a frame: the facts for the history, and the state that it holds from then on."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tests.fault.history import Mine, PollState, RoundKey, Tally, canonical
from tests.fault.rules_states import counts_text


@dataclass(frozen=True, slots=True)
class Facts:
    """What a state frame says; see `Seen`."""

    epoch: str
    version: int
    whole: bool = False
    polls: tuple[PollState, ...] = ()
    removed: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()
    mine: tuple[Mine, ...] = ()


@lru_cache(maxsize=256)  # what is said to all is said in the same words
def read_frame(text: str) -> tuple[dict[str, Any], Facts | None]:
    """The message, and its facts when it is a state."""
    message: dict[str, Any] = json.loads(text)
    return message, _facts(message) if "version" in message and message["type"] != "ack" else None


def _facts(message: dict[str, Any]) -> Facts:
    epoch, version = message["epoch"], message["version"]
    match message["type"]:
        case "snapshot":
            polls = message["polls"]
            return Facts(
                epoch,
                version,
                whole=True,
                polls=tuple(_poll(poll) for poll in polls),
                tallies=tuple(_tally(poll["code"], poll["round"], poll["tally"]) for poll in polls),
                mine=tuple(map(_mine, message["me"]["ballots"])),
            )
        case "poll.changed":
            return Facts(epoch, version, polls=(_poll(message["poll"]),))
        case "poll.removed":
            return Facts(epoch, version, removed=(message["poll"],))
        case "tally.changed":
            return Facts(epoch, version, tallies=(_tally(message["poll"], message["round"], message["tally"]),))
        case "me.changed":
            tallies = message.get("tallies", {}).items()
            return Facts(
                epoch,
                version,
                tallies=tuple(_tally(code, message["round"], tally) for code, tally in tallies),
                mine=tuple(map(_mine, message["ballots"])),
            )
        case _:
            return Facts(epoch, version)


def _poll(poll: dict[str, Any]) -> PollState:
    return PollState(poll["code"], poll["round"], poll["state"])


def _tally(code: str, round_: int, tally: dict[str, Any]) -> Tally:
    return Tally(code, round_, tally["n_ballots"], counts_text(tally) if "counts" in tally else None)


def _mine(ballot: dict[str, Any]) -> Mine:
    answer = None if ballot["answer"] is None else canonical(ballot["answer"])
    return Mine(ballot["poll"], ballot["round"], ballot["seq"], answer, ballot["receipt"])


@dataclass(slots=True)
class Screen:
    """What one client shows: of each object the newest state it was given, compared object by object."""

    epoch: str = ""
    version: int = 0
    polls: dict[str, tuple[int, PollState]] = field(default_factory=dict)
    tallies: dict[RoundKey, tuple[int, Tally]] = field(default_factory=dict)
    mine: dict[RoundKey, tuple[int, Mine]] = field(default_factory=dict)

    def show(self, facts: Facts) -> None:
        """Take in a state; what is older than what is held is dropped."""
        if facts.epoch != self.epoch or facts.whole:
            self.epoch, self.polls, self.tallies, self.mine = facts.epoch, {}, {}, {}
        self.version = max(self.version, facts.version)
        for poll in facts.polls:
            if facts.version >= self.polls.get(poll.poll, (0, poll))[0]:
                self.polls[poll.poll] = (facts.version, poll)
        for code in facts.removed:
            self.polls.pop(code, None)
        for tally in facts.tallies:
            of = RoundKey(tally.poll, tally.round)
            if facts.version >= self.tallies.get(of, (0, tally))[0]:
                self.tallies[of] = (facts.version, tally)
        for ballot in facts.mine:
            of = RoundKey(ballot.poll, ballot.round)
            if facts.version >= self.mine.get(of, (0, ballot))[0]:
                self.mine[of] = (facts.version, ballot)

    def held(self) -> str:
        """Everything of it, in the form of `Stored.shown`."""
        return canonical({code: self._of_poll(poll) for code, (_, poll) in self.polls.items()})

    def _of_poll(self, poll: PollState) -> list[object]:
        of = RoundKey(poll.poll, poll.round)
        tally, mine = self.tallies.get(of), self.mine.get(of)
        return [
            poll.state,
            poll.round,
            None if tally is None else _public(tally[1]),
            None if mine is None else [mine[1].seq, mine[1].answer],
        ]


def _public(tally: Tally) -> dict[str, object]:
    counts = {} if tally.counts is None else json.loads(tally.counts)
    return {"n_ballots": tally.n_ballots, **counts}
