"""What the server says in `live-polls.v1`, typed; docs/protocol.md is generated from here and from commands.py.

JSON text frames, one object a frame, `type` first. objects.py has what stands in them, commands.py what clients say.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from live_polls.errors import BusyError, PollError, RateLimitedError, StaleBallotError, StaleQuestionError
from live_polls.live import objects

SUBPROTOCOL = "live-polls.v1"


# Server to client


class Snapshot(Struct, tag_field="type", tag="snapshot"):
    """The whole state that this viewer may see, as of one version."""

    epoch: str
    version: int
    now: float
    room: objects.RoomObject
    polls: list[objects.PollObject]
    current: objects.CurrentObject | None
    presence: int
    me: objects.MeObject
    board: objects.BoardObject | UnsetType = UNSET
    players: objects.PlayersObject | UnsetType = UNSET
    questions: list[objects.QuestionObject] | UnsetType = UNSET


class RoomChanged(Struct, tag_field="type", tag="room.changed"):
    epoch: str
    version: int
    room: objects.RoomObject
    current: objects.CurrentObject | None
    board: objects.BoardObject | UnsetType = UNSET


class PollChanged(Struct, tag_field="type", tag="poll.changed"):
    """A poll that is new to this viewer, or changed; its tally follows by itself. `position` counts from 0."""

    epoch: str
    version: int
    position: int
    poll: objects.PollObject


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
    tally: objects.TallyObject


class MeChanged(Struct, tag_field="type", tag="me.changed"):
    """This participant's ballots and extra time for one poll and round, and the tallies that became visible by them.

    Without `times` there was and is none; empty: what one had is gone, as is a ballot that is not there.
    """

    epoch: str
    version: int
    poll: str
    round: int
    ballots: list[objects.BallotObject]
    tallies: dict[str, objects.TallyObject] | UnsetType = UNSET
    times: list[objects.TimeObject] | UnsetType = UNSET


class PlayerChanged(Struct, tag_field="type", tag="player.changed"):
    """How this participant stands in the quiz: after a naming, and after each reveal. null: the name was deleted."""

    epoch: str
    version: int
    player: objects.PlayerObject | None


class PlayersChanged(Struct, tag_field="type", tag="players.changed"):
    """Who plays; for stages and hosts."""

    epoch: str
    version: int
    players: objects.PlayersObject


class QuestionChanged(Struct, tag_field="type", tag="question.changed"):
    """A question that is new to this viewer, or changed in more than its upvotes."""

    epoch: str
    version: int
    question: objects.QuestionObject


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
    own: objects.OwnQuestionObject | None


class ContributionsChanged(Struct, tag_field="type", tag="contributions.changed"):
    """To moderators, after the snapshot: all that people have written, as their desk shows it, oldest first."""

    epoch: str
    version: int
    contributions: list[objects.ContributionObject]


class ContributionChanged(Struct, tag_field="type", tag="contribution.changed"):
    """To moderators: one that is new, or another than before."""

    epoch: str
    version: int
    contribution: objects.ContributionObject


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

encode = msgspec.json.Encoder().encode


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

CLOSE_TRY_AGAIN_LATER = 1013
CLOSE_BAD_INPUT = 4400
CLOSE_UNKNOWN_IDENTITY = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_NOT_FOUND = 4404
CLOSE_TOO_SLOW = 4408
CLOSE_REPLACED = 4409
CLOSE_TOO_MUCH = 4429
