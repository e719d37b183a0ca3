"""What the big screen shows of a room at one moment, ready for the template; scripts follow from there.

A scene is made for one viewer: counts that this viewer may not see are not in it, however well hidden.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from live_polls.domain import clock
from live_polls.domain.asked import QuestionView
from live_polls.domain.pictures import PictureView
from live_polls.domain.room_view import PollView, RoomView
from live_polls.domain.visibility import Viewer, is_revealed, sees_counts, sees_poll
from live_polls.enums import Asking, PollState, RoomState, Screen
from live_polls.kinds import KINDS
from live_polls.kinds.base import Chart, Shape
from live_polls.views.chart_details import with_details
from live_polls.views.stage_questions import TopQuestion, top_questions, upvotes_words
from live_polls.views.text_length import length_name

# Up to so many characters a prompt stands in this size; scripts know the same table.
PROMPT_LENGTHS = ((36, "short"), (84, "medium"), (160, "long"))
TITLE_LENGTHS = ((24, "short"), (56, "medium"))
# Up to so many options share this layout: one column in two sizes, two columns in two sizes, three columns.
CROWDS = ((3, "couple"), (5, "few"), (8, "several"), (14, "many"))


@dataclass(frozen=True, slots=True)
class StagePoll:
    """The poll on stage; without the right to see counts its chart is all zeros."""

    code: str
    kind: str
    prompt: str
    round: int | str
    state: str
    chart: Chart
    chart_name: str
    n_options: int
    n_ballots: int
    sees_counts: bool
    deadline: float | None
    seconds_left: int
    takes_answers: bool = True
    picture: PictureView | None = None
    picture_alt: str = ""
    explanation: str = ""
    entry: str = "open"
    n_aside: int = 0  # ballots that a host has left out of the count

    @property
    def length(self) -> str:
        return length_name(self.prompt, PROMPT_LENGTHS)

    @property
    def crowd(self) -> str:
        return next((name for most, name in CROWDS if self.n_options <= most), "crowd")

    @property
    def chart_template(self) -> str:
        return f"live_polls/charts/{self.chart_name}.html"

    @property
    def is_open(self) -> bool:
        return self.state == PollState.OPEN.value


@dataclass(frozen=True, slots=True)
class Scene:
    """`name` is poll, question, questions, board, join, blank or ended; `step` of `n_steps` says where the poll on stage
    stands."""

    name: str
    title_length: str
    poll: StagePoll | None
    step: int | None
    n_steps: int
    question: QuestionView | None = None
    top_questions: tuple[TopQuestion, ...] = ()
    n_questions: int = 0

    @property
    def question_length(self) -> str:
        return length_name(self.question.text if self.question else "", PROMPT_LENGTHS)

    @property
    def question_votes(self) -> str:
        """How many are for the question, as scripts say it."""
        return upvotes_words(self.question.n_upvotes if self.question else 0)


def scene_of(room: RoomView, viewer: Viewer) -> Scene:
    """The scene that `viewer` sees; an ended room says goodbye whatever else was on the screen."""
    current = room.poll(room.current) if room.current else None
    poll = stage_poll(current, viewer) if current and sees_poll(current, viewer) else None
    question = room.questions.shown.get(room.current_question or "")
    return Scene(
        name=_scene_name(room, poll, question),
        title_length=length_name(room.title, TITLE_LENGTHS),
        poll=poll,
        step=room.steps.index(room.current) + 1 if room.current in room.steps else None,
        n_steps=len(room.steps),
        question=question,
        top_questions=top_questions(room),
        n_questions=len(room.questions.shown),
    )


def stage_poll(poll: PollView, viewer: Viewer) -> StagePoll:
    kind, shape = KINDS[poll.kind], Shape(len(poll.options), poll.settings)
    tally = kind.tally(poll.counters, shape)
    visible = sees_counts(poll, viewer, voted=False)
    revealed = is_revealed(poll, viewer)
    settings = kind.public_settings(poll.settings, revealed=revealed)
    chart = kind.chart(tally if visible else kind.tally({}, shape), poll.options, settings)
    return StagePoll(
        code=poll.code,
        kind=poll.kind,
        prompt=poll.prompt,
        round=poll.round,
        state=poll.state,
        chart=with_details(chart, poll, revealed=revealed),
        chart_name=kind.chart_name,
        n_options=len(poll.options),
        n_ballots=tally["n_ballots"],
        sees_counts=visible,
        deadline=poll.deadline.timestamp() if poll.deadline else None,
        seconds_left=seconds_left(poll.deadline),
        takes_answers=kind.takes_answers,
        picture=poll.picture,
        picture_alt=poll.picture_alt,
        explanation=poll.explanation if revealed else "",
        entry=poll.entry,
        n_aside=poll.n_aside,
    )


def seconds_left(deadline: datetime | None) -> int:
    """Whole seconds to the deadline, rounded up as people count down; 0 without one."""
    return max(0, math.ceil(deadline.timestamp() - clock.now())) if deadline else 0


def _scene_name(room: RoomView, poll: StagePoll | None, question: QuestionView | None) -> str:
    """Rounds compared count as the poll here: whoever may see them puts them over it."""
    if room.state == RoomState.ENDED.value:
        return "ended"
    if room.screen == Screen.BLANK.value:
        return "blank"
    if room.screen == Screen.BOARD.value:
        return "board"
    if room.screen == Screen.QUESTIONS.value and room.asking != Asking.OFF.value:
        return "questions"
    if question and room.screen == Screen.CONTENT.value:
        return "question"
    is_poll = room.screen in {Screen.CONTENT.value, Screen.ROUNDS.value}
    return "poll" if poll and is_poll else "join"
