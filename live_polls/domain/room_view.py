"""What is read of a room: it, its polls and somebody's own ballots, as of one version. Nothing here reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from live_polls.domain.asked import NO_QUESTIONS, Asked, Questions
from live_polls.domain.board import Board
from live_polls.domain.board_rows import PlayerLine
from live_polls.domain.contributions import Contribution
from live_polls.domain.extra_time import OwnTime
from live_polls.domain.own_texts import ALL_SHOWN, NotShown
from live_polls.domain.pictures import PictureView
from live_polls.domain.voices import is_voiced
from live_polls.enums import Asking, Entry, Names, PollState
from live_polls.kinds.base import N_ASIDE


@dataclass(frozen=True, slots=True)
class PollView:
    """A poll as of a version. `counters` are of the current round; `results` is the rule in force."""

    id: int
    code: str
    kind: str
    prompt: str
    state: str
    round: int
    options: tuple[tuple[int, str], ...]
    settings: Mapping[str, Any]
    results: str
    shown: bool | None
    seconds: int | None
    deadline: datetime | None
    counters: Mapping[str, int] = field(default_factory=dict)
    points: int = 0
    by_speed: bool = False
    explanation: str = ""
    opened_at: datetime | None = None
    right: frozenset[int] = frozenset()
    picture: PictureView | None = None
    picture_alt: str = ""
    option_pictures: Mapping[int, PictureView] = field(default_factory=dict)  # {option number: its picture}
    entry: str = Entry.OPEN.value  # who may vote in this round
    last_deadline: datetime | None = None  # where somebody has extra time
    extra_times: Mapping[str, OwnTime] = field(
        default_factory=dict, repr=False
    )  # {voice key: theirs}; never all of it on a wire

    @property
    def n_aside(self) -> int:
        """How many ballots a host has left out of the count."""
        return self.counters.get(N_ASIDE, 0)

    @property
    def voiced(self) -> bool:
        """Whether its ballots stand under the voice key."""
        return is_voiced(self.kind, self.points)


@dataclass(frozen=True, slots=True)
class RoomView:
    """A room as of `version`; polls in the order of the room. `secrets` never leave the process."""

    id: int
    epoch: str
    version: int
    layout_version: int
    join_code: str
    title: str
    state: str
    results: str
    screen: str
    current: str | None
    secrets: RoomSecrets
    polls: tuple[PollView, ...] = ()
    players_version: int = 0
    board_version: int = 0
    teams: Sequence[str] = ()
    compared: Sequence[int] = ()  # the two rounds that stages compare
    one_at_a_time: bool = False
    reactions: bool = False
    # Questions of the audience; none while nobody may ask.
    asking: str = Asking.OFF.value
    hold_questions: bool = False
    names: str = Names.OPTIONAL.value
    current_question: str | None = None
    # Who may vote in rounds to come, and how one gets in; see entry.py.
    entry: str = Entry.OPEN.value
    is_locked: bool = False
    passcode: str = field(default="", repr=False)
    barred: frozenset[str] = field(default=frozenset(), repr=False)  # voices, as of the layout; never on a wire
    n_hidden_texts: int = 0  # in the rounds that polls are in, as of the layout
    questions: Questions = field(default=NO_QUESTIONS, repr=False)
    # Of the quiz; see quiz.py.
    players: dict[str, PlayerLine] = field(default_factory=dict)
    board: Board | None = None
    standings: object = field(default=None, compare=False)  # another object as soon as a player or the board is another

    def closed(self) -> RoomView:
        """As somebody sees it who has not come in: its name, how to join, and nothing that is asked or said in it."""
        return replace(
            self,
            polls=(),
            current=None,
            current_question=None,
            asking=Asking.OFF.value,
            questions=NO_QUESTIONS,
            players={},
            board=None,
        )

    @property
    def is_quiz(self) -> bool:
        """Whether a question of the room is worth points."""
        return any(poll.points for poll in self.polls)

    def poll(self, code: str) -> PollView | None:
        """The poll with this code, or None."""
        return next((poll for poll in self.polls if poll.code == code), None)

    @property
    def steps(self) -> tuple[str, ...]:
        """The codes of the polls that are not archived: what a host steps through."""
        return tuple(poll.code for poll in self.polls if poll.state != PollState.ARCHIVED.value)


@dataclass(frozen=True, slots=True, repr=False)
class RoomSecrets:
    ballot_key: str
    voice_key: str
    stage_key: str


@dataclass(frozen=True, slots=True)
class MyBallot:
    """A participant's own ballot in the current round; `answer` is canonical JSON text, None when withdrawn."""

    poll: str
    round: int
    seq: int
    answer: str | None
    receipt: str
    elapsed_ms: int | None = None  # of quiz questions only
    not_shown: NotShown = ALL_SHOWN


class Mine(dict[str, tuple[MyBallot, ...]]):
    """{ballot key: ballots}, and what the same participants have asked and voted for."""

    asked: Mapping[str, Asked] = {}
    contributions: Sequence[Contribution] | None = None  # all that moderators see, where that was asked for
