"""What the audience page shows of each poll: one card a poll, ready for the templates.

The same templates also render once a kind with placeholders (`skeletons`), as moulds for polls that open while
the page is on screen: the browser fills `{text}` and its like where the server would have written them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from live_polls.domain.snapshot import MyBallot, PollView, RoomView
from live_polls.domain.visibility import Viewer, is_revealed, sees_counts, sees_poll
from live_polls.enums import PollState, ResultsVisibility, RoomState
from live_polls.kinds import KINDS
from live_polls.kinds.base import Answer, Chart, Shape, letter
from live_polls.views.audience_words import results_words, standing_words

RULES = ("exact", "any", "up_to", "range")


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One option on a card; `place` is its place in the answer, from 1, or None when it was not chosen."""

    number: int | str
    text: str
    letter: str
    colour: str
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One poll on the audience page. `rules` names the sentences about how many options to choose.

    `limits` are the public settings. `answer` is the participant's own in force, `summary` says it where the letters
    of `mine` cannot.
    """

    code: str
    kind: str
    prompt: str
    round: int | str
    is_open: bool
    seq: int | str
    options: tuple[OptionLine, ...]
    mine: tuple[OptionLine, ...]
    rules: tuple[str, ...]
    limits: dict[str, Any]
    places: range
    chart: Chart
    chart_name: str
    n_ballots: int
    sees_counts: bool
    results_hint: str
    deadline: float | None = None
    seconds_left: int = 0
    refusal: str = ""
    answer: Answer | None = None
    summary: str = ""

    @property
    def template(self) -> str:
        return f"live_polls/kinds/{self.kind}.html"

    @property
    def chart_template(self) -> str:
        return f"live_polls/charts/{self.chart_name}.html"

    @property
    def voted(self) -> bool:
        return self.answer is not None

    @property
    def abstained(self) -> bool:
        return self.answer is not None and "abstain" in self.answer

    @property
    def may_abstain(self) -> bool:
        return bool(self.limits.get("abstain"))

    @property
    def asks(self) -> bool:
        """Whether the card waits for a first vote."""
        return self.is_open and not self.voted

    @property
    def standing(self) -> str:
        """How the participant's vote stands."""
        return "counted" if self.voted else "asks" if self.is_open else "closed"

    @property
    def standing_words(self) -> str:
        words = standing_words()
        return words["closed_counted" if self.voted and not self.is_open else self.standing]

    @property
    def hides_chart(self) -> bool:
        """Whether there is nothing to draw: not for this viewer, or nothing yet."""
        return not (self.sees_counts and self.n_ballots)

    @property
    def results_words(self) -> str:
        return results_words().get(self.results_hint, "")

    @property
    def chosen(self) -> dict[int | str, int]:
        """{option number: its place in my answer}."""
        return {option.number: option.place or 0 for option in self.mine}


def audience_cards(room: RoomView, mine: Iterable[MyBallot] = ()) -> tuple[Card, ...]:
    """The cards a participant sees, open polls first, then the poll on stage, then the rest, newest first."""
    ballots = {ballot.poll: ballot for ballot in mine}
    shown = [poll for poll in room.polls if sees_poll(poll, Viewer.AUDIENCE)]
    is_live = room.state == RoomState.LIVE.value
    still_open = [poll for poll in shown if poll.state == PollState.OPEN.value and is_live]
    done = [poll for poll in reversed(shown) if poll not in still_open]
    done.sort(key=lambda poll: poll.code != room.current)
    return tuple(_card(poll, ballots.get(poll.code), is_open=poll in still_open) for poll in [*still_open, *done])


def skeletons() -> tuple[Card, ...]:
    """One card a kind, with placeholders where a poll would stand."""
    return tuple(_skeleton(name) for name in KINDS)


def option_colour(number: int, n_options: int) -> str:
    """The colour class of an option; beyond eight all share one and the letters tell them apart."""
    return f"o{number}" if n_options <= 8 else "o0"


def choice_rule(poll: PollView) -> tuple[str, ...]:
    """Which sentence says how many options to choose, for kinds that have limits."""
    least, most = poll.settings.get("min_choices"), poll.settings.get("max_choices")
    if least is None or most is None:
        return ()
    if least == most:
        return ("exact",)
    if least > 1:
        return ("range",)
    return ("any",) if most >= len(poll.options) else ("up_to",)


def results_hint(poll: PollView, *, visible: bool, voted: bool) -> str:
    """The name of the sentence that says why there are no results yet, or "" when there are."""
    if visible:
        return ""
    if poll.shown is False or poll.results == ResultsVisibility.HOST.value:
        return "host"
    return "after_vote" if poll.results == ResultsVisibility.AFTER_VOTE.value and not voted else "after_close"


def _card(poll: PollView, ballot: MyBallot | None, *, is_open: bool) -> Card:
    kind, shape = KINDS[poll.kind], Shape(len(poll.options), poll.settings)
    answer = json.loads(ballot.answer) if ballot and ballot.answer else None
    tally = kind.tally(poll.counters, shape)
    order = kind.chosen(answer) if answer else []
    options = tuple(_option_line(number, text, poll, order) for number, text in poll.options)
    visible = sees_counts(poll, Viewer.AUDIENCE, voted=answer is not None)
    deadline = poll.deadline.timestamp() if poll.deadline else None
    # Without counts the page must not hold them either, however well hidden.
    shown_tally = tally if visible else kind.tally({}, shape)
    settings = kind.public_settings(poll.settings, revealed=is_revealed(poll, Viewer.AUDIENCE))
    return Card(
        code=poll.code,
        kind=poll.kind,
        prompt=poll.prompt,
        round=poll.round,
        is_open=is_open,
        seq=(ballot.seq if ballot else 0) + 1,
        options=options,
        mine=tuple(sorted((line for line in options if line.place), key=lambda line: line.place or 0)),
        rules=choice_rule(poll),
        limits=settings,
        places=range(1, poll.settings.get("max_choices", len(poll.options)) + 1),
        chart=kind.chart(shown_tally, poll.options, settings),
        chart_name=kind.chart_name,
        n_ballots=tally["n_ballots"],
        sees_counts=visible,
        results_hint=results_hint(poll, visible=visible, voted=answer is not None),
        deadline=deadline,
        seconds_left=max(0, round(deadline - time.time())) if deadline else 0,
        answer=answer,
        summary=kind.summary(answer, settings) if answer else "",
    )


def _option_line(number: int, text: str, poll: PollView, order: Sequence[int]) -> OptionLine:
    place = order.index(number) + 1 if number in order else None
    return OptionLine(number, text, letter(number), option_colour(number, len(poll.options)), place)


def _skeleton(name: str) -> Card:
    kind = KINDS[name]
    limits = {field.name: f"{{{field.name}}}" for field in kind.setting_fields}
    options = [(1, "{text}")] if kind.max_options else []
    defaults = kind.parse_settings({}, len(options))
    chart = kind.chart(kind.tally({}, Shape(len(options), defaults)), options, defaults)
    rows: tuple[Any, ...] = chart.rows if options else ()  # Any: the number of a row is a placeholder, too
    rows = tuple(replace(row, number="{number}", letter="{letter}") for row in rows)
    return Card(
        code="{code}",
        kind=name,
        prompt="{prompt}",
        round="{round}",
        is_open=True,
        seq=1,
        options=(OptionLine("{number}", "{text}", "{letter}", "{colour}"),) if options else (),
        mine=(),
        rules=RULES if "min_choices" in limits else (),
        limits=limits,
        places=range(0),
        chart=replace(chart, rows=rows or chart.rows),
        chart_name=kind.chart_name,
        n_ballots=0,
        sees_counts=False,
        results_hint="after_close",
    )
