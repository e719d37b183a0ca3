"""What the remote shows of a room, ready for the template. Hosts see every poll and every count, always."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from live_polls.domain.pictures import PictureView
from live_polls.domain.room_view import PollView, RoomView
from live_polls.domain.rounds import n_rounds_over
from live_polls.domain.steps import Deed, Step, deadline_mark
from live_polls.domain.visibility import Viewer, is_revealed, sees_counts
from live_polls.enums import PollState
from live_polls.kinds import KINDS
from live_polls.kinds.base import Chart, Shape
from live_polls.views.chart_details import with_details
from live_polls.views.stage_scene import seconds_left


@dataclass(frozen=True, slots=True)
class RemotePoll:
    """A poll on the remote; `is_shown` says whether the stage shows its counts."""

    code: str
    number: int | None
    prompt: str
    state: str
    round: int
    chart: Chart
    chart_name: str
    n_ballots: int
    is_current: bool
    is_shown: bool
    deadline: float | None
    deadline_mark: str
    seconds_left: int
    takes_answers: bool = True
    picture: PictureView | None = None
    picture_alt: str = ""
    explanation: str = ""
    n_extra_times: int = 0
    n_rounds_over: int = 0

    @property
    def rounds_over(self) -> range:
        """The numbers of the rounds that can be compared; those without a vote are left out when it is done."""
        return range(1, self.n_rounds_over + 1)

    @property
    def chart_template(self) -> str:
        return f"live_polls/charts/{self.chart_name}.html"

    @property
    def state_word(self) -> str:
        return str(PollState(self.state).label)

    @property
    def step_word(self) -> str:
        """As the state, but what people can see counts for more than that nobody can vote."""
        is_on_show = self.state == PollState.CLOSED.value and (self.is_shown or not self.takes_answers)
        return gettext("Shown") if is_on_show else self.state_word

    @property
    def is_open(self) -> bool:
        return self.state == PollState.OPEN.value

    @property
    def is_draft(self) -> bool:
        return self.state == PollState.DRAFT.value

    @property
    def is_archived(self) -> bool:
        return self.state == PollState.ARCHIVED.value


def remote_polls(room: RoomView) -> tuple[RemotePoll, ...]:
    """All polls of the room in their order, numbered as the stage counts them."""
    return tuple(_remote_poll(room, poll) for poll in room.polls)


def step_words(step: Step | None, *, n_polls: int) -> tuple[str, str]:
    """What the large button says, and which poll it is about when that is another one."""
    if step is None:
        return gettext("That was the last poll") if n_polls else gettext("No polls yet"), ""
    words = {
        Deed.RETURN: gettext("Back to the poll"),
        Deed.OPEN: gettext("Open voting"),
        Deed.CLOSE: gettext("Close voting"),
        Deed.SHOW: gettext("Show results"),
        Deed.MOVE: gettext("Next poll"),
    }
    if step.poll and not KINDS[step.poll.kind].takes_answers:
        return gettext("Show the slide"), step.poll.prompt
    if step.deed is Deed.MOVE and step.poll and step.poll.state == PollState.DRAFT:
        return gettext("Open the next poll"), step.poll.prompt
    return words[step.deed], step.poll.prompt if step.poll and step.deed is Deed.MOVE else ""


def _remote_poll(room: RoomView, poll: PollView) -> RemotePoll:
    kind = KINDS[poll.kind]
    tally = kind.tally(poll.counters, Shape(len(poll.options), poll.settings))
    revealed = is_revealed(poll, Viewer.HOST)
    settings = kind.public_settings(poll.settings, revealed=revealed)
    return RemotePoll(
        code=poll.code,
        number=room.steps.index(poll.code) + 1 if poll.code in room.steps else None,
        prompt=poll.prompt,
        state=poll.state,
        round=poll.round,
        chart=with_details(kind.chart(tally, poll.options, settings), poll, revealed=revealed),
        chart_name=kind.chart_name,
        n_ballots=tally["n_ballots"],
        is_current=poll.code == room.current,
        is_shown=sees_counts(poll, Viewer.TRUSTED_STAGE, voted=False),
        deadline=poll.deadline.timestamp() if poll.deadline else None,
        deadline_mark=deadline_mark(poll.deadline),
        seconds_left=seconds_left(poll.deadline),
        takes_answers=kind.takes_answers,
        picture=poll.picture,
        picture_alt=poll.picture_alt,
        explanation=poll.explanation if revealed else "",
        n_extra_times=len(poll.extra_times),
        n_rounds_over=n_rounds_over(poll.state, poll.round),
    )
