"""The page of results: one section a poll, with everything that happened in it, the newest round first."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from live_polls.domain.results import PollResults, RoomResults, RoundResults
from live_polls.enums import PollState
from live_polls.kinds.base import Chart, Shape
from live_polls.views.chart_details import with_details


@dataclass(frozen=True, slots=True)
class RoundSection:
    """One round; its chart has a name of its own, so that a page may hold many charts of one poll."""

    results: RoundResults
    chart: Chart
    code: str

    @property
    def n_ballots(self) -> int:
        return self.results.n_ballots


@dataclass(frozen=True, slots=True)
class PollSection:
    """One poll. `mark` changes with whatever the section shows: a page that is open takes in what is new by it."""

    results: PollResults
    rounds: tuple[RoundSection, ...]
    slide: Chart | None  # what a slide shows, which nobody answers
    chart_template: str
    mark: str

    @property
    def takes_answers(self) -> bool:
        return self.results.kind.takes_answers

    @property
    def is_open(self) -> bool:
        return self.results.state is PollState.OPEN

    @property
    def was_asked(self) -> bool:
        return bool(self.rounds)

    @property
    def may_compare(self) -> bool:
        return sum(round_.n_ballots > 0 for round_ in self.rounds) > 1


def poll_sections(results: RoomResults) -> tuple[PollSection, ...]:
    """The sections of a room, in the order of its polls."""
    return tuple(_section(poll) for poll in results.polls)


def _section(poll: PollResults) -> PollSection:
    rounds = tuple(
        RoundSection(round_, with_details(round_.chart, poll.poll, revealed=True), f"{poll.poll.code}-{round_.number}")
        for round_ in reversed(poll.rounds)
    )
    shown = [poll.number, poll.poll.prompt, poll.poll.state, poll.poll.options, sorted(poll.poll.right)]
    shown += [
        poll.poll.explanation,
        dict(poll.poll.settings),
        poll.poll.picture,
        [[round_.number, round_.tally, round_.n_aside, round_.cohorts] for round_ in poll.rounds],
    ]
    mark = hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()[:16]
    settings = poll.kind.public_settings(poll.poll.settings, revealed=True)
    slide = None if poll.kind.takes_answers else poll.kind.chart(poll.kind.tally({}, Shape(0)), (), settings)
    return PollSection(poll, rounds, slide, f"live_polls/charts/{poll.kind.chart_name}.html", mark)
