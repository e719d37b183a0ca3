"""The objects inside the messages of `live-polls.v1`: what a room, a poll, a tally, a question is on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType


class RoomObject(Struct):
    """A room as everybody sees it; `url` is the address that people type.

    `step` of `n_steps` says where the poll on stage stands among all that are not archived, drafts included: the
    "3 / 9" of a big screen, which does not know the drafts themselves. `quiz` is there when questions are worth points:
    then people play under a name, and where there are `teams` for one of them. `compared` are the two rounds that stages
    compare while `screen` is `rounds`. `asking` (`open` or `paused`) is there when the audience may see and ask questions:
    then `names` says whether with a name (`none`, `optional`, `required`), and `hold_questions` that they wait to be read.
    `entry` (`invited`, `signed_in`) says who may vote in rounds that open from now on, where that is not everyone with the
    link; `locked` that nobody new comes in. `waiting` and `held_back` are how many contributions of all sorts wait for a
    moderator, and how many were hidden by one.
    """

    code: str
    title: str
    state: str
    results: str
    screen: str
    url: str
    step: int | None
    n_steps: int
    quiz: bool | UnsetType = UNSET
    teams: list[str] | UnsetType = UNSET
    compared: Sequence[int] | UnsetType = UNSET
    one_at_a_time: bool | UnsetType = UNSET
    entry: str | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    waiting: int | UnsetType = UNSET
    held_back: int | UnsetType = UNSET
    reactions: bool | UnsetType = UNSET
    asking: str | UnsetType = UNSET
    names: str | UnsetType = UNSET
    hold_questions: bool | UnsetType = UNSET


class PictureObject(Struct):
    """A picture; its size in pixels is what a page keeps room for. The address is good for ever."""

    url: str
    width: int
    height: int


class OptionObject(Struct, omit_defaults=True):
    """An option; `right` is there once the poll is revealed: closed, with counts that this viewer sees."""

    number: int
    text: str
    picture: PictureObject | UnsetType = UNSET
    right: bool = False


class TextObject(Struct, omit_defaults=True):
    """What somebody wrote; `id` is public, moderators act on it. `n` ballots carry it, where a text is shared."""

    id: str
    text: str
    n: int | UnsetType = UNSET


class TallyObject(Struct, omit_defaults=True):
    """The tally of a poll's current round; without `counts` while this viewer may not see them."""

    n_ballots: int
    counts: dict[str, int] | UnsetType = UNSET
    first: dict[str, int] | UnsetType = UNSET
    abstained: int | UnsetType = UNSET
    values: dict[str, list[int]] | UnsetType = UNSET
    averages: dict[str, float | None] | UnsetType = UNSET
    columns: list[tuple[str | None, str | None]] | UnsetType = UNSET
    median: str | UnsetType | None = UNSET
    mean: str | UnsetType | None = UNSET
    approximate: bool | UnsetType = UNSET
    # Of what people wrote: the newest answers of an open text, how many there is no room for, how many are held.
    texts: list[TextObject] | UnsetType = UNSET
    n_more: int | UnsetType = UNSET
    n_held: int | UnsetType = UNSET
    other: int | UnsetType = UNSET


class PollObject(Struct):
    """A poll; `deadline` is in Unix seconds by the server's clock (`now` in snapshots and heartbeats).

    `points` more than 0 make it a quiz question, whose ballots are not secret. `explanation` is there once the poll is
    revealed; `picture_alt` is missing where the picture only decorates. `last_deadline` is there when somebody has extra
    time: the poll closes then; hosts also see how many have (`extra_times`). `entry` is the rule of the round, as in a room.
    `aside` ballots have been left out of the count by a host.
    """

    code: str
    kind: str
    prompt: str
    state: str
    round: int
    options: list[OptionObject]
    settings: dict[str, Any]
    results: str
    shown: bool | None
    seconds: int | None
    deadline: float | None
    picture: PictureObject | UnsetType = UNSET
    picture_alt: str | UnsetType = UNSET
    explanation: str | UnsetType = UNSET
    points: int | UnsetType = UNSET
    by_speed: bool | UnsetType = UNSET
    last_deadline: float | UnsetType = UNSET
    extra_times: int | UnsetType = UNSET
    entry: str | UnsetType = UNSET
    aside: int | UnsetType = UNSET
    tally: TallyObject | UnsetType = UNSET


class CurrentObject(Struct):
    """What is on stage."""

    type: Literal["poll", "slide", "question"]
    code: str


class QuestionObject(Struct, omit_defaults=True):
    """A question from the audience; `asked_at` in Unix seconds. `state` is `shown`; hosts also see what is `held`."""

    code: str
    text: str
    n_upvotes: int
    state: str
    asked_at: float
    name: str | UnsetType = UNSET
    answered: bool = False
    reply: str | UnsetType = UNSET
    edited: bool = False
    hint: str | UnsetType = UNSET


class OwnQuestionObject(Struct, omit_defaults=True):
    """A question of one's own, whether others see it (`shown`, `archived`) or not (`held`, `hidden`).

    `into` is the question that stands for it, where a moderator has merged the two.
    """

    code: str
    seq: int
    text: str
    state: str
    name: str | UnsetType = UNSET
    answered: bool = False
    reply: str | UnsetType = UNSET
    edited: bool = False
    into: str | UnsetType = UNSET


class BallotObject(Struct):
    """A participant's own ballot; `answer` is null when it was withdrawn.

    `held` are those of its texts that wait for a moderator, `hidden` those that one took off the screens.
    Of a quiz question also how long it took. What it earned is in `PlayerObject`: a reveal changes no ballot.
    """

    poll: str
    round: int
    seq: int
    answer: dict[str, Any] | None
    receipt: str
    elapsed_ms: int | UnsetType = UNSET
    held: list[str] | UnsetType = UNSET
    hidden: list[str] | UnsetType = UNSET


class PlayerObject(Struct):
    """Who one is in the quiz, and how one stands after the question `last`, the last that was revealed.

    `gained` are the points of that question, `streak` right answers in a row up to it. `place` among `n_players` is
    null before the first reveal, and for who is on no board.
    """

    name: str
    team: str
    state: str
    points: int
    gained: int
    streak: int
    place: int | None
    n_players: int
    last: str | None


class BoardLine(Struct):
    """A player, or a team of `n_players`; `before` is the place before the last question. `name` null: not shown."""

    place: int
    before: int
    name: str | None
    points: int
    gained: int
    streak: int
    team: str
    n_players: int


class BoardObject(Struct):
    """The leaderboard: the best players and all teams, after `n_questions`; final when no question is left."""

    n_players: int
    n_questions: int
    is_final: bool
    players: list[BoardLine]
    teams: list[BoardLine]


class PlayersObject(Struct):
    """Who plays: how many, how many a team, and the names that came last, newest first."""

    n: int
    names: list[str]
    teams: dict[str, int]


class TimeObject(Struct):
    """Extra time of one's own in a round: `seconds` after the poll's `deadline`, wherever that moves."""

    poll: str
    round: int
    n_asked: int
    seconds: float
    id: str | UnsetType = UNSET


class ContributionObject(Struct, omit_defaults=True):
    """What somebody wrote, as moderators see it: a `question`, a `text` of a ballot, the `name` of a player.

    `id` names it in the deeds of the desk. `original` is there once it was edited: as it was written. `hint` says why it
    waits: it has a `word` of the lists, a `name` to look at, or its author is `watched`. `n` is its upvotes, or the ballots
    that give it. `silenced`: its author is `muted` or `excluded`.
    """

    id: str
    sort: Literal["question", "text", "name"]
    state: str
    text: str
    original: str = ""
    name: str = ""
    prompt: str = ""
    hint: str = ""
    n: int = 0
    answered: bool = False
    pinned: bool = False
    reply: str = ""
    merged_into: str = ""
    silenced: str = ""
    has_author: bool = True


class MeObject(Struct):
    """What is this participant's own; `upvotes` are the codes of the questions they are for."""

    ballots: list[BallotObject]
    player: PlayerObject | UnsetType = UNSET
    times: list[TimeObject] | UnsetType = UNSET
    questions: list[OwnQuestionObject] | UnsetType = UNSET
    upvotes: list[str] | UnsetType = UNSET
