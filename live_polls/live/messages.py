"""Every wire message of `live-polls.v1`, both ways, typed; docs/protocol.md is generated from here.

JSON text frames, one object a frame, `type` first. Input is a closed set: what is not one of ours word for word
(unknown type or field, wrong JSON type, NaN, a key twice) is refused whole, and the socket stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from live_polls.errors import (
    BadMessageError,
    BusyError,
    PollError,
    RateLimitedError,
    StaleBallotError,
    StaleQuestionError,
)

SUBPROTOCOL = "live-polls.v1"

T = TypeVar("T")

ClientId = Annotated[str, Meta(max_length=64)]
PollCode = Annotated[str, Meta(max_length=16)]
PlayerText = Annotated[str, Meta(max_length=200)]
QuestionText = Annotated[str, Meta(max_length=2_000)]  # more than fits, for what is cleaned away
Token = Annotated[str, Meta(max_length=256)]
ReactionName = Literal["heart", "clap", "laugh", "wow", "think", "slower", "faster", "lost"]
# Above 2**53 a browser could no longer tell two numbers apart.
Seq = Annotated[int, Meta(ge=1, le=2**53)]
Round = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Version = Annotated[int, Meta(ge=0, le=2**53)]


# Client to server


class Since(Struct, forbid_unknown_fields=True):
    epoch: Annotated[str, Meta(max_length=16)]
    version: Version


class Hello(Struct, tag_field="type", tag="hello", forbid_unknown_fields=True):
    """The first message, within 5 s: who is there and what they have seen."""

    token: Token | None = None
    stage_token: Token | None = None
    role: Literal["audience", "stage", "host", "moderator"] = "audience"
    since: Since | None = None


class BallotCast(Struct, tag_field="type", tag="ballot.cast", forbid_unknown_fields=True):
    """Cast or change a ballot; answered by `ack` or `error` with the same `id`."""

    id: ClientId
    poll: PollCode
    round: Round
    seq: Seq
    answer: dict[str, Any]


class BallotWithdraw(Struct, tag_field="type", tag="ballot.withdraw", forbid_unknown_fields=True):
    """Take a ballot back; it keeps its place and `seq`, empty."""

    id: ClientId
    poll: PollCode
    round: Round
    seq: Seq


class PlayerName(Struct, tag_field="type", tag="player.name", forbid_unknown_fields=True):
    """Ask for a name in the room's quiz, and for one of its teams; answered by `player.named` or `error`."""

    id: ClientId
    name: PlayerText
    team: PlayerText = ""


class ReactionSend(Struct, tag_field="type", tag="reaction.send", forbid_unknown_fields=True):
    """A tap: a reaction for the stage, or how the talk goes for one. Never answered; may be dropped, is never stored."""

    reaction: ReactionName


class QuestionAsk(Struct, tag_field="type", tag="question.ask", forbid_unknown_fields=True):
    """Ask a question; answered by `ack` or `error`. `seq` is any number of one's own that is new for this question."""

    id: ClientId
    seq: Seq
    text: QuestionText
    name: PlayerText = ""


class QuestionUpvote(Struct, tag_field="type", tag="question.upvote", forbid_unknown_fields=True):
    """Be for a question, or (`on` false) no longer; answered by `ack` or `error`. Twice is once."""

    id: ClientId
    question: PollCode
    on: bool


class QuestionWithdraw(Struct, tag_field="type", tag="question.withdraw", forbid_unknown_fields=True):
    """Take a question of one's own back, for good."""

    id: ClientId
    question: PollCode


class Ping(Struct, tag_field="type", tag="ping", forbid_unknown_fields=True):
    """Ask for a heartbeat now."""

    id: ClientId | None = None


QuestionMessage = QuestionAsk | QuestionUpvote | QuestionWithdraw
ClientMessage = Hello | BallotCast | BallotWithdraw | PlayerName | ReactionSend | QuestionMessage | Ping


class BallotPost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/ballots`: the fields of `ballot.cast`, or of `ballot.withdraw`; an `answer` of null withdraws."""

    poll: PollCode
    round: Round
    seq: Seq
    answer: dict[str, Any] | UnsetType | None = UNSET
    id: ClientId = ""
    type: Literal["ballot.cast", "ballot.withdraw"] = "ballot.cast"


class PlayerPost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/player`: the fields of `player.name`."""

    name: PlayerText
    team: PlayerText = ""
    id: ClientId = ""


class JoinPost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/join`, where a room asks for something."""

    passcode: Annotated[str, msgspec.Meta(max_length=60)] = ""


class InvitationPost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/invitation`."""

    code: Annotated[str, msgspec.Meta(max_length=60)]


class ReactionPost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/reactions`: the fields of `reaction.send`."""

    reaction: ReactionName
    type: Literal["reaction.send"] = "reaction.send"


class QuestionPost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/questions`: the fields of `question.ask`."""

    seq: Seq
    text: QuestionText
    name: PlayerText = ""
    id: ClientId = ""
    type: Literal["question.ask"] = "question.ask"


class UpvotePost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/upvotes`: the fields of `question.upvote`."""

    question: PollCode
    on: bool
    id: ClientId = ""
    type: Literal["question.upvote"] = "question.upvote"


class WithdrawalPost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/withdrawals`: the fields of `question.withdraw`."""

    question: PollCode
    id: ClientId = ""
    type: Literal["question.withdraw"] = "question.withdraw"


class TimePost(Struct, forbid_unknown_fields=True):
    """The body of `POST …/extra-time`: the participant asks for time of their own for the `nth` time in this round."""

    poll: PollCode
    round: Round
    nth: Annotated[int, Meta(ge=1, le=9)]
    id: ClientId = ""


# Objects inside messages


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
    Of a quiz question also how long it took and, once the question is revealed, the points it earned.
    """

    poll: str
    round: int
    seq: int
    answer: dict[str, Any] | None
    receipt: str
    elapsed_ms: int | UnsetType = UNSET
    points: int | UnsetType = UNSET
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


# Server to client


class Snapshot(Struct, tag_field="type", tag="snapshot"):
    """The whole state that this viewer may see, as of one version."""

    epoch: str
    version: int
    now: float
    room: RoomObject
    polls: list[PollObject]
    current: CurrentObject | None
    presence: int
    me: MeObject
    board: BoardObject | UnsetType = UNSET
    players: PlayersObject | UnsetType = UNSET
    questions: list[QuestionObject] | UnsetType = UNSET


class RoomChanged(Struct, tag_field="type", tag="room.changed"):
    epoch: str
    version: int
    room: RoomObject
    current: CurrentObject | None
    board: BoardObject | UnsetType = UNSET


class PollChanged(Struct, tag_field="type", tag="poll.changed"):
    """A poll that is new to this viewer, or changed; its tally follows by itself. `position` counts from 0."""

    epoch: str
    version: int
    position: int
    poll: PollObject


class PollRemoved(Struct, tag_field="type", tag="poll.removed"):
    """The poll with this code is no longer there for this viewer."""

    epoch: str
    version: int
    poll: str


class TallyChanged(Struct, tag_field="type", tag="tally.changed"):
    epoch: str
    version: int
    poll: str
    round: int
    tally: TallyObject


class MeChanged(Struct, tag_field="type", tag="me.changed"):
    """This participant's ballots and extra time for one poll and round, and the tallies that became visible by them."""

    epoch: str
    version: int
    poll: str
    round: int
    ballots: list[BallotObject]
    tallies: dict[str, TallyObject] | UnsetType = UNSET
    times: list[TimeObject] | UnsetType = UNSET


class PlayerChanged(Struct, tag_field="type", tag="player.changed"):
    """How this participant stands in the quiz: after a naming, and after each reveal."""

    epoch: str
    version: int
    player: PlayerObject


class PlayersChanged(Struct, tag_field="type", tag="players.changed"):
    """Who plays; for stages and hosts."""

    epoch: str
    version: int
    players: PlayersObject


class QuestionChanged(Struct, tag_field="type", tag="question.changed"):
    """A question that is new to this viewer, or changed in more than its upvotes."""

    epoch: str
    version: int
    question: QuestionObject


class QuestionRemoved(Struct, tag_field="type", tag="question.removed"):
    """The question with this code is no longer there for this viewer; `into`: another stands for it now."""

    epoch: str
    version: int
    question: str
    into: str | UnsetType = UNSET


class UpvotesChanged(Struct, tag_field="type", tag="upvotes.changed"):
    """How many upvotes these questions have now: {code: n}, absolute. One frame for all that changed at a time."""

    epoch: str
    version: int
    upvotes: dict[str, int]


class VoiceChanged(Struct, tag_field="type", tag="voice.changed"):
    """Where this participant stands to one question: whether they are for it, and, if they asked it, their own view.

    To all connections of the participant. `own` is null when the question is not theirs, or they have taken it back.
    """

    epoch: str
    version: int
    question: str
    upvoted: bool
    own: OwnQuestionObject | None


class ContributionsChanged(Struct, tag_field="type", tag="contributions.changed"):
    """To moderators, after the snapshot: all that people have written, as their desk shows it, oldest first."""

    epoch: str
    version: int
    contributions: list[ContributionObject]


class ContributionChanged(Struct, tag_field="type", tag="contribution.changed"):
    """To moderators: one that is new, or another than before."""

    epoch: str
    version: int
    contribution: ContributionObject


class ContributionRemoved(Struct, tag_field="type", tag="contribution.removed"):
    """To moderators: the one with this id is gone; its author has taken it back."""

    epoch: str
    version: int
    contribution: str


class ContributionsCounted(Struct, tag_field="type", tag="contributions.counted"):
    """To moderators: how many are for each question, or give each text, {id: n}; 0 for those that are missing."""

    epoch: str
    version: int
    n: dict[str, int]


class PlayerNamed(Struct, tag_field="type", tag="player.named"):
    """The name is given and kept; `state` is `held` while a host has to look at it first."""

    id: str
    name: str
    team: str
    state: str


class PresenceChanged(Struct, tag_field="type", tag="presence.changed"):
    """How many participants are here: an estimate, without version."""

    presence: int


class ReactionsChanged(Struct, tag_field="type", tag="reactions.changed"):
    """What was tapped since the last of these, about a second ago, in all processes; for stages and hosts, unversioned.

    `pulse`, for hosts: how many people said what in the last minute, the last word of each.
    """

    counts: dict[str, int]
    pulse: dict[str, int] | UnsetType = UNSET


class Ack(Struct, tag_field="type", tag="ack"):
    """Committed, and counted exactly once: a ballot (with its receipt), or what was said about questions.

    `elapsed_ms` in the ack of a quiz question: see Quiz. Of questions: which it is, its `state` (`held`: it waits for a
    moderator), the `seq` of what was asked, `on` of an upvote.
    """

    id: str
    receipt: str | UnsetType
    seq: int | UnsetType
    epoch: str
    version: int
    elapsed_ms: int | UnsetType = UNSET
    question: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    on: bool | UnsetType = UNSET


class Error(Struct, tag_field="type", tag="error", omit_defaults=True):
    """A refusal. For `stale`, `seq` and `answer` are what is in force (`answer` null: withdrawn)."""

    code: str
    message: str
    id: str | None = None
    retry_ms: int | None = None
    seq: int | UnsetType = UNSET
    answer: dict[str, Any] | UnsetType | None = UNSET


class Heartbeat(Struct, tag_field="type", tag="heartbeat", omit_defaults=True):
    """Every 20 s, and in answer to `ping` (then with its `id`)."""

    epoch: str
    version: int
    now: float
    id: str | None = None


class Bye(Struct, tag_field="type", tag="bye"):
    """The server goes down; come back after this long."""

    retry_ms: int


ServerMessage = (
    Snapshot
    | RoomChanged
    | PollChanged
    | PollRemoved
    | TallyChanged
    | MeChanged
    | PlayerChanged
    | PlayersChanged
    | QuestionChanged
    | QuestionRemoved
    | UpvotesChanged
    | VoiceChanged
    | ContributionsChanged
    | ContributionChanged
    | ContributionRemoved
    | ContributionsCounted
    | PlayerNamed
    | PresenceChanged
    | ReactionsChanged
    | Ack
    | Error
    | Heartbeat
    | Bye
)

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_post_decoder = msgspec.json.Decoder(BallotPost)
_player_decoder = msgspec.json.Decoder(PlayerPost)
_join_decoder = msgspec.json.Decoder(JoinPost)
_invitation_decoder = msgspec.json.Decoder(InvitationPost)
_question_decoder = msgspec.json.Decoder(QuestionPost)
_upvote_decoder = msgspec.json.Decoder(UpvotePost)
_withdrawal_decoder = msgspec.json.Decoder(WithdrawalPost)
_time_decoder = msgspec.json.Decoder(TimePost)
_reaction_decoder = msgspec.json.Decoder(ReactionPost)
encode = msgspec.json.Encoder().encode


def decode(data: bytes | str) -> ClientMessage:
    """The message in a frame; BadMessageError says what is wrong with it. Nothing partial ever comes out."""
    return _decode(_decoder, data)


def id_in(data: bytes | str) -> str | None:
    """The id of the message in a frame, if there is one, for an answer to a message that is not looked at."""
    try:
        return getattr(decode(data), "id", None)
    except BadMessageError:
        return None


def decode_post(data: bytes) -> BallotPost:
    """The ballot in the body of a request, by the same rules. Its `answer` is a dict, or None to withdraw."""
    post = _decode(_post_decoder, data)
    if post.type == "ballot.withdraw":
        if post.answer:
            raise BadMessageError("A withdrawal has no answer.")
        post.answer = None
    elif post.answer is UNSET:
        raise BadMessageError("A ballot has an answer; null withdraws it.")
    return post


def decode_player(data: bytes) -> PlayerPost:
    """The naming in the body of a request, by the same rules."""
    return _decode(_player_decoder, data)


def decode_join(data: bytes) -> JoinPost:
    """What a new participant brings; most bring nothing."""
    return _decode(_join_decoder, data) if data.strip() else JoinPost()


def decode_invitation(data: bytes) -> InvitationPost:
    """The code of an invitation in the body of a request, by the same rules."""
    return _decode(_invitation_decoder, data)


def decode_question(data: bytes) -> QuestionPost:
    """The question in the body of a request, by the same rules."""
    return _decode(_question_decoder, data)


def decode_upvote(data: bytes) -> UpvotePost:
    """The upvote in the body of a request, by the same rules."""
    return _decode(_upvote_decoder, data)


def decode_withdrawal(data: bytes) -> WithdrawalPost:
    """What takes a question back, by the same rules."""
    return _decode(_withdrawal_decoder, data)


def decode_time(data: bytes) -> TimePost:
    """What asks for extra time, by the same rules."""
    return _decode(_time_decoder, data)


def decode_reaction(data: bytes) -> ReactionPost:
    """The tap in the body of a request, by the same rules."""
    return _decode(_reaction_decoder, data)


def _decode(decoder: msgspec.json.Decoder[T], data: bytes | str) -> T:
    try:
        message = decoder.decode(data)
        if _n_quotes(message) != data.count('"' if isinstance(data, str) else b'"'):  # type: ignore[arg-type]
            _refuse_repeated_keys(data)
    except msgspec.ValidationError as error:
        raise BadMessageError(f"This is not a message of {SUBPROTOCOL}: {error}.") from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadMessageError("This is not well-formed JSON: one object a frame.") from error
    return message


def _n_quotes(message: object) -> int:
    """How many quotation marks the message has when no key stands in it twice and nothing is escaped.

    The decoder keeps the last of two equal keys. Counting is how we know of them at a tenth of the price of a second
    parse; where the count differs, that parse decides.
    """
    if isinstance(message, BallotCast):
        return 18 + _n_quotes_in(message.answer)  # six keys, three texts
    return -1


def _n_quotes_in(value: object) -> int:
    if isinstance(value, dict):
        return sum(2 + _n_quotes_in(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(map(_n_quotes_in, value))
    return 2 if isinstance(value, str) else 0


def _refuse_repeated_keys(data: bytes | str) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("repeated key")
        return dict(pairs)

    json.loads(data, object_pairs_hook=once)


def error_message(error: PollError, client_id: str | None = None) -> Error:
    """The one rendering of a refusal for sockets and for the HTTP twin."""
    message = Error(code=error.code, message=error.message, id=client_id)
    if isinstance(error, BusyError | RateLimitedError):
        message.retry_ms = error.retry_ms
    if isinstance(error, StaleQuestionError):
        message.seq = error.seq
    if isinstance(error, StaleBallotError):
        message.seq = error.seq
        message.answer = None if error.answer is None else json.loads(error.answer)
    return message


# Close codes; 1001, 1006, 1012 and 1013 are the server's and the network's own and mean: reconnect.

CLOSE_BAD_INPUT = 4400
CLOSE_UNKNOWN_IDENTITY = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_NOT_FOUND = 4404
CLOSE_TOO_SLOW = 4408
CLOSE_REPLACED = 4409
CLOSE_TOO_MUCH = 4429
