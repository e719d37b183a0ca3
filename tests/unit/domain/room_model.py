"""A room as it should be, in plain Python: what becomes of each ballot and each deed. Imports nothing of live_polls.

Written from the protocol, not from the code: one dict of ballots, counted anew whenever somebody asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Answer = dict[str, Any] | None


class InForce(NamedTuple):
    seq: int
    answer: Answer


class Reply(NamedTuple):
    """What a voter hears: `counted`, or the code of the refusal; and what is in force if that is part of it."""

    code: str
    in_force: InForce | None = None
    changed: bool = False


@dataclass(slots=True)
class PollModel:
    kind: str
    n_options: int
    state: str = "draft"
    round: int = 1
    shown: bool | None = None
    ballots: dict[tuple[int, str], InForce] = field(default_factory=dict)

    def canonical(self, answer: dict[str, Any]) -> dict[str, Any] | None:
        """The answer as it is kept; None when it is no answer to this poll."""
        options = [str(number) for number in range(1, self.n_options + 1)]
        if self.kind == "number":
            return {"value": str(int(answer["value"]))} if answer["value"].isdigit() else None
        if self.kind == "rating":
            return _in_order(
                answer, "values", options, lambda values: values and set(values.values()) <= set(range(1, 6))
            )
        if self.kind == "points":
            return _in_order(answer, "points", options, lambda points: sum(points.values()) == 100)
        numbers = [answer["option"]] if self.kind == "single_choice" else answer["options"]
        is_valid = 1 <= len(numbers) == len(set(numbers)) and all(1 <= n <= self.n_options for n in numbers)
        if not is_valid:
            return None
        return {"options": sorted(numbers)} if self.kind == "multiple_choice" else answer

    def tally(self, round_: int) -> dict[str, int]:
        """The counters of a round that are not zero."""
        total: Counter[str] = Counter()
        for (of, _), ballot in self.ballots.items():
            if of == round_ and ballot.answer is not None:
                total.update(self._counters(ballot.answer))
        return dict(total)

    def _counters(self, answer: dict[str, Any]) -> dict[str, int]:
        match self.kind:
            case "single_choice":
                counted = {str(answer["option"]): 1}
            case "multiple_choice":
                counted = {str(number): 1 for number in answer["options"]}
            case "rating":
                counted = {f"{item}:{value}": 1 for item, value in answer["values"].items()}
            case "points":
                counted = answer["points"]
            case "number":  # a bin, and the sum: shifted, so that no counter is ever below zero
                counted = {f"b{answer['value']}": 1, "sum": int(answer["value"]) + 10**12}
            case _:
                points = {str(number): self.n_options - place for place, number in enumerate(answer["options"])}
                counted = {f"first:{answer['options'][0]}": 1} | points
        return {"n": 1} | counted


def _in_order(answer: dict[str, Any], name: str, options: list[str], is_valid: Callable[[Any], object]) -> Answer:
    """An answer that says something of each option, in the order of the options and without zeros."""
    said = answer[name]
    if not set(said) <= set(options) or not is_valid(said):
        return None
    return {name: {option: said[option] for option in options if said.get(option)}}


@dataclass(slots=True)
class RoomModel:
    """`version` counts visible changes: one a deed, one a batch."""

    polls: list[PollModel]
    version: int
    is_live: bool = True

    def cast(self, poll: PollModel, round_: int, who: str, ballot: InForce) -> Reply:
        """One ballot; `batch_done` closes the batch that it came in."""
        if round_ > poll.round:
            return Reply("not_found")
        answer = None if ballot.answer is None else poll.canonical(ballot.answer)
        if answer is None and ballot.answer is not None:
            return Reply("invalid_answer")
        sent, now = InForce(ballot.seq, answer), poll.ballots.get((round_, who))
        if now == sent:
            return Reply("counted", now)
        if now is not None and sent.seq <= now.seq:
            return Reply("stale", now)
        if not self.is_live or poll.state != "open" or round_ != poll.round:
            return Reply("closed")
        poll.ballots[round_, who] = sent
        return Reply("counted", sent, changed=True)

    def batch_done(self, replies: list[Reply]) -> None:
        self.version += any(reply.changed for reply in replies)

    def do(self, verb: str, poll: PollModel) -> str:
        """A deed of the host: "done", or the code of the refusal."""
        before = (poll.state, poll.round, poll.shown)
        refusal = getattr(self, f"_{verb}")(poll)
        self.version += (poll.state, poll.round, poll.shown) != before
        return refusal or "done"

    def end(self) -> None:
        """The room ends, and with it every poll that is open."""
        self.version += self.is_live
        self.is_live = False
        for poll in self.polls:
            poll.state = "closed" if poll.state == "open" else poll.state

    def _open(self, poll: PollModel) -> str | None:
        if not self.is_live:
            return "closed"
        if poll.state in {"closed", "archived"}:
            poll.round, poll.shown = poll.round + 1, None
        poll.state = "open"
        return None

    def _close(self, poll: PollModel) -> str | None:
        if poll.state in {"draft", "archived"}:
            return "illegal_move"
        poll.state = "closed"
        return None

    def _archive(self, poll: PollModel) -> str | None:
        if poll.state == "open":
            return "illegal_move"
        poll.state = "archived"
        return None

    def _reset(self, poll: PollModel) -> None:
        if poll.state != "draft":
            poll.state, poll.round, poll.shown = "draft", poll.round + 1, None

    def _show(self, poll: PollModel) -> None:
        poll.shown = True

    def _hide(self, poll: PollModel) -> None:
        poll.shown = False
