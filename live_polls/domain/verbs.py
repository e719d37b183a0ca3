"""The truth table: every verb of the product, what it is done to, and who may do it.

One table for pages, sockets, the API and the admin; `access.can` is the one place that reads it. It is printed in
docs/operations/roles.md, and a test compares the two. A verb that is not here cannot be asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from live_polls.enums import Role


class Who(StrEnum):
    """What somebody is to a room. One may be several at once: a host who is an operator, too."""

    OPERATOR = "operator"
    HOST = "host"
    CO_HOST = "co-host"
    MODERATOR = "moderator"
    PARTICIPANT = "participant"
    STAGE_LINK = "stage link"
    ACCOUNT = "any account"
    NOBODY = "anybody"


ROLES = {Role.HOST: Who.HOST, Role.CO_HOST: Who.CO_HOST, Role.MODERATOR: Who.MODERATOR}

_HOSTS = frozenset({Who.OPERATOR, Who.HOST})
_RUNNERS = _HOSTS | {Who.CO_HOST}
_STAFF = _RUNNERS | {Who.MODERATOR}


@dataclass(frozen=True, slots=True)
class Verb:
    """`own`: a participant may do it to what is theirs, and nobody else's."""

    may: frozenset[Who]
    to: str
    means: str
    own: bool = False


VERBS: dict[str, Verb] = {
    "enter": Verb(frozenset({Who.NOBODY}), "room", "See the room as its audience does, and become a participant."),
    "vote": Verb(frozenset({Who.PARTICIPANT}), "poll", "Cast, change and withdraw a ballot."),
    "ask": Verb(frozenset({Who.PARTICIPANT}), "room", "Ask questions, vote them up, react, play under a name."),
    "take_back": Verb(frozenset({Who.PARTICIPANT}), "question, text", "Take back what one has written.", own=True),
    "see_shown": Verb(_STAFF | {Who.STAGE_LINK}, "room", "See what hosts have shown on the stage."),
    "steer": Verb(_RUNNERS | {Who.STAGE_LINK}, "room, poll", "The keys of the stage: next, open, close, show, time."),
    "watch": Verb(_STAFF, "room", "See drafts, and results that others may not see yet."),
    "export": Verb(_STAFF, "room", "Download results."),
    "moderate": Verb(_STAFF, "question, text, player", "Approve, hide, edit, pin, answer, archive, merge."),
    "exclude": Verb(_STAFF, "room", "Mute or exclude a voice, and lift that again."),
    "lock": Verb(_STAFF, "room", "Let nobody new come in, and pause questions."),
    "run": Verb(_RUNNERS, "room, poll", "The remote: new rounds, archive, end the room."),
    "edit": Verb(_RUNNERS, "room, poll", "Settings, polls, pictures, the room file, copies."),
    "manage_stage_links": Verb(_RUNNERS, "room", "Hand out the stage link, and revoke it."),
    "manage_entry": Verb(_RUNNERS, "room", "Who may vote: passcode, one-time invitations, signed in."),
    "read_records": Verb(_RUNNERS, "room", "Read and download the record of who did what."),
    "manage_members": Verb(_HOSTS, "room", "Invite people, change their roles, remove them."),
    "leave": Verb(frozenset({Who.HOST, Who.CO_HOST, Who.MODERATOR}), "room", "Give up one's own role."),
    "set_aside": Verb(_HOSTS, "poll", "Leave the ballots of a cohort out of the count, and take them in again."),
    "set_retention": Verb(_HOSTS, "room", "Say how long ballots are kept after the end."),
    "delete": Verb(_HOSTS, "room", "Delete the room with everything in it."),
    "create_room": Verb(frozenset({Who.ACCOUNT}), "installation", "Make a room, and be its host."),
    "operate": Verb(frozenset({Who.OPERATOR}), "installation", "The admin: accounts, every room, abuse, retention."),
}


def markdown_table() -> str:
    """The table as docs/operations/roles.md prints it."""
    heads = ["Verb", "To", *(str(who) for who in Who), "Means"]
    rows = [heads, ["---"] * len(heads)]
    for name, verb in VERBS.items():
        marks = [_mark(who, verb) for who in Who]
        rows.append([f"`{name}`", verb.to, *marks, verb.means])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _mark(who: Who, verb: Verb) -> str:
    if who in verb.may or Who.NOBODY in verb.may:
        return "own" if verb.own else "yes"
    return "yes" if Who.ACCOUNT in verb.may and who in {Who.OPERATOR, *ROLES.values()} else "no"
