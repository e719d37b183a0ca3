"""What the audience page shows of each poll: one card a poll, ready for the templates.

The same templates also render once a kind with placeholders (`skeletons`), as moulds for polls that open while
the page is on screen: the browser fills `{text}` and its like where the server would have written them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from live_polls.domain import clock
from live_polls.domain.extra_time import MOST_TIMES, has_time
from live_polls.domain.pictures import PictureView
from live_polls.domain.room_view import MyBallot, PollView, RoomView
from live_polls.domain.visibility import Viewer, is_revealed, sees_counts, sees_poll
from live_polls.enums import PollState, ResultsVisibility, RoomState
from live_polls.kinds import KINDS
from live_polls.kinds.base import Answer, Chart, Shape, letter
from live_polls.views.audience_words import not_shown_words, results_words, standing_words
from live_polls.views.chart_details import with_details

RULES = ("exact", "any", "up_to", "range")


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One option on a card; `place` is its place in the answer, from 1, or None when it was not chosen."""

    number: int | str
    text: str
    letter: str
    colour: str
    place: int | None = None
    typed: str = ""  # what the form says of it, for kinds with a field an option
    picture: PictureView | None = None


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
    typed: str = ""  # what the one field of the form says, for kinds that have one
    takes_answers: bool = True
    picture: PictureView | None = None
    picture_alt: str = ""
    explanation: str = ""
    points: int = 0  # more than 0: a quiz question
    entry: str = "open"  # who may vote in this round
    n_aside: int = 0  # ballots that a host has left out of the count
    not_shown: tuple[tuple[str, str], ...] = ()  # (how they stand, sentence) of own texts that are on no screen
    nth_time: int = 0  # which extra time can be asked for next; 0 is none

    @property
    def shows_texts(self) -> bool:
        """Whether what people write is shown, and so their ballots are not as secret as others."""
        return KINDS[self.kind].voiced

    @property
    def template(self) -> str:
        return f"live_polls/kinds/{self.kind}.html"

    @property
    def is_mould(self) -> bool:
        return self.code == "{code}"

    @property
    def takes_digits_only(self) -> bool:
        """Whether a phone may show the keyboard that has neither a point nor a minus."""
        return self.limits.get("decimals") == 0 and str(self.limits.get("minimum") or "-")[0] != "-"

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
        return self.takes_answers and not (self.sees_counts and self.n_ballots)

    @property
    def results_words(self) -> str:
        return results_words().get(self.results_hint, "")

    @property
    def chosen(self) -> dict[int | str, int]:
        """{option number: its place in my answer}; what I named besides them is number 0."""
        own: dict[int | str, int] = {option.number: option.place or 0 for option in self.mine}
        return own | ({0: 1} if self.answer and "other" in self.answer else {})


def audience_cards(room: RoomView, mine: Iterable[MyBallot] = (), *, voice: str = "") -> tuple[Card, ...]:
    """The cards a participant sees, open polls first, then the poll on stage, then the rest, newest first.

    `voice` is the participant's voice key, under which extra time is kept.
    """
    ballots = {ballot.poll: ballot for ballot in mine}
    shown = [poll for poll in room.polls if sees_poll(poll, Viewer.AUDIENCE) and _is_for_phones(poll, room)]
    is_live = room.state == RoomState.LIVE.value
    still_open = [poll for poll in shown if poll.state == PollState.OPEN.value and is_live and has_time(poll, voice)]
    done = [poll for poll in reversed(shown) if poll not in still_open]
    done.sort(key=lambda poll: poll.code != room.current)
    return tuple(
        _timed(_card(poll, ballots.get(poll.code), is_open=poll in still_open), poll, voice)
        for poll in [*still_open, *done]
    )


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


def _timed(card: Card, poll: PollView, voice: str) -> Card:
    """The card with the participant's own deadline."""
    if poll.deadline is None or not card.is_open:
        return card
    own = poll.extra_times.get(voice)
    deadline = own.deadline if own else poll.deadline
    nth = (own.n_asked if own else 0) + 1
    return replace(
        card,
        deadline=deadline.timestamp(),
        seconds_left=max(0, round(deadline.timestamp() - clock.now())),
        nth_time=nth if nth <= MOST_TIMES else 0,
    )


def _is_for_phones(poll: PollView, room: RoomView) -> bool:
    """A slide is there while it is on stage; of what was asked, the results stay."""
    return KINDS[poll.kind].takes_answers or poll.code == room.current


def _card(poll: PollView, ballot: MyBallot | None, *, is_open: bool) -> Card:
    kind, shape = KINDS[poll.kind], Shape(len(poll.options), poll.settings)
    answer = json.loads(ballot.answer) if ballot and ballot.answer else None
    tally = kind.tally(poll.counters, shape)
    order = kind.chosen(answer) if answer else []
    # A poll that could have options and has none is about its question: number 0.
    asked = poll.options or ([(0, "")] if kind.max_options else [])
    typed = kind.form_fields(answer) if answer else {}
    options = tuple(_option_line(number, text, poll, order) for number, text in asked)
    visible = sees_counts(poll, Viewer.AUDIENCE, voted=answer is not None)
    deadline = poll.deadline.timestamp() if poll.deadline else None
    # Without counts the page must not hold them either, however well hidden.
    shown_tally = tally if visible else kind.tally({}, shape)
    revealed = is_revealed(poll, Viewer.AUDIENCE)
    settings = kind.public_settings(poll.settings, revealed=revealed)
    return Card(
        code=poll.code,
        kind=poll.kind,
        prompt=poll.prompt,
        round=poll.round,
        is_open=is_open,
        seq=(ballot.seq if ballot else 0) + 1,
        options=_with_typed(options, kind.field_prefix, typed),
        mine=tuple(sorted((line for line in options if line.place), key=lambda line: line.place or 0)),
        rules=choice_rule(poll),
        limits=settings,
        places=range(1, poll.settings.get("max_choices", len(poll.options)) + 1),
        chart=with_details(kind.chart(shown_tally, poll.options, settings), poll, revealed=revealed),
        chart_name=kind.chart_name,
        n_ballots=tally["n_ballots"],
        sees_counts=visible,
        results_hint=results_hint(poll, visible=visible, voted=answer is not None),
        deadline=deadline,
        seconds_left=max(0, round(deadline - clock.now())) if deadline else 0,
        answer=answer,
        summary=kind.summary(answer, settings) if answer else "",
        takes_answers=kind.takes_answers,
        typed=typed.get("value", ""),
        picture=poll.picture,
        picture_alt=poll.picture_alt,
        explanation=poll.explanation if revealed else "",
        points=poll.points,
        entry=poll.entry,
        n_aside=poll.n_aside,
        not_shown=_not_shown(ballot),
    )


def _not_shown(ballot: MyBallot | None) -> tuple[tuple[str, str], ...]:
    texts = ballot.not_shown._asdict() if ballot else {}
    words = not_shown_words().items()
    return tuple((name, said % {"texts": ", ".join(own)} if (own := texts.get(name)) else "") for name, said in words)


def with_typed(card: Card, fields: Mapping[str, str]) -> Card:
    """The card with its form as it was sent: whoever has to mend it need not begin anew."""
    options = _with_typed(card.options, KINDS[card.kind].field_prefix, fields)
    return replace(card, options=options, typed=fields.get("value", card.typed))


def _with_typed(options: tuple[OptionLine, ...], prefix: str, fields: Mapping[str, str]) -> tuple[OptionLine, ...]:
    if not prefix:
        return options
    return tuple(replace(option, typed=fields.get(f"{prefix}{option.number}", option.typed)) for option in options)


def _option_line(number: int, text: str, poll: PollView, order: Sequence[int]) -> OptionLine:
    place = order.index(number) + 1 if number in order else None
    colour, picture = option_colour(number, len(poll.options)), poll.option_pictures.get(number)
    return OptionLine(number, text, letter(number) if number else "", colour, place, picture=picture)


def _skeleton(name: str) -> Card:
    kind = KINDS[name]
    limits = {field.name: f"{{{field.name}}}" for field in kind.setting_fields}
    options = [(1, "{text}")] if kind.max_options else []
    # With everything that a chart may have; scripts hide what a poll has not.
    defaults = kind.parse_settings({"other": True} if "other" in limits else {}, len(options))
    chart = kind.chart(kind.tally({}, Shape(len(options), defaults)), options, defaults)
    rows: tuple[Any, ...] = chart.rows if options else ()  # Any: the number of a row is a placeholder, too
    picture = PictureView("{picture}", "{width}", "{height}") if kind.has_pictures else None
    rows = tuple(
        replace(row, number="{number}", letter="{letter}", picture=picture) if row.number else row for row in rows
    )
    return Card(
        code="{code}",
        kind=name,
        prompt="{prompt}",
        round="{round}",
        is_open=kind.takes_answers,
        seq=1,
        options=(OptionLine("{number}", "{text}", "{letter}", "{colour}", picture=picture),) if options else (),
        mine=(),
        rules=RULES if "min_choices" in limits else (),
        limits=limits,
        places=range(0),
        chart=replace(chart, rows=rows or chart.rows),
        chart_name=kind.chart_name,
        n_ballots=0,
        sees_counts=False,
        results_hint="after_close" if kind.takes_answers else "",
        takes_answers=kind.takes_answers,
        not_shown=_not_shown(None),
    )
