"""What clients say in `live-polls.v1`, on sockets and in the bodies of requests; and the gate that it goes through.

Input is a closed set: what is not one of ours word for word (unknown type or field, wrong JSON type, NaN, a key twice)
is refused whole, and the socket stays.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from live_polls.errors import BadMessageError
from live_polls.live.messages import SUBPROTOCOL

T = TypeVar("T")

ClientId = Annotated[str, Meta(max_length=64)]
PollCode = Annotated[str, Meta(max_length=16)]
PlayerText = Annotated[str, Meta(max_length=200)]
QuestionText = Annotated[str, Meta(max_length=2_000)]  # more than fits, for what is cleaned away
Token = Annotated[str, Meta(max_length=256)]
ReactionName = Literal["heart", "clap", "laugh", "wow", "think", "slower", "faster", "lost"]
# Above 2**53 a browser could no longer tell two numbers apart.
Seq = Annotated[int, Meta(ge=1, le=2**53)]
# Of a ballot: half of that. A form takes the next one, and has to have one whatever a program has sent before.
BallotSeq = Annotated[int, Meta(ge=1, le=2**52)]
Round = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Version = Annotated[int, Meta(ge=0, le=2**53)]


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
    seq: BallotSeq
    answer: dict[str, Any]


class BallotWithdraw(Struct, tag_field="type", tag="ballot.withdraw", forbid_unknown_fields=True):
    """Take a ballot back; it keeps its place and `seq`, empty."""

    id: ClientId
    poll: PollCode
    round: Round
    seq: BallotSeq


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
    seq: BallotSeq
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
