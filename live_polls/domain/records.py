"""The audit log: who did what in a room or to an account, and when. Written here and nowhere else, once, in the transaction of the deed.

A deed of the domain calls `record` where it has found that something changes, so a deed cannot be done without its
record, and a repeat that changes nothing leaves none. Who does it is known to the edges: they say so once for all they
do (`acting`), and what nobody said anything about was done by the server itself.

Never in it: keys of participants, and what people wrote; a text is named by its number, and a page looks up its
words where everybody may see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Model

from live_polls.models import Account, Cohort, Exclusion, Invitation, Option, Player, Poll, Question, Record, Room, Text

MAX_NAME = 300
SERVER = "server"
STAGE_LINK = "stage link"
COMMAND = "command"
NOBODY = "nobody signed in"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who is signed in, or in words (`by`) what else it was."""

    account_id: int | None = None
    by: str = SERVER


class Named(NamedTuple):
    """What something was called when it was done to: its sort, its code there, and its name, if hosts gave it."""

    sort: str = ""
    code: str = ""
    name: str = ""


# Read when something is recorded, and not before: most requests record nothing, and need not know who asks.
_acting: ContextVar[Callable[[], Actor] | None] = ContextVar("acting", default=None)


@contextmanager
def acting(find: Callable[[], Actor]) -> Iterator[None]:
    """Whatever is recorded inside was done by whom `find` names. The innermost counts."""
    token = _acting.set(find)
    try:
        yield
    finally:
        _acting.reset(token)


@contextmanager
def acting_as(by: str) -> Iterator[None]:
    """As `acting`, for the server, a command or a stage link. A task may have been begun by somebody's request and
    still know them: what the server does by itself says so."""
    with acting(lambda: Actor(by=by)):
        yield


def person(account: Account) -> Actor:
    """The actor that somebody is. The name stays readable when the account is deleted."""
    return Actor(account.pk, str(account)[:80])


def record(room_id: int, verb: str, thing: Model | None = None, **details: object) -> None:
    """Write that the actor did `verb` to `thing` (None: the room itself).

    Call it once, inside the transaction that changes something, before the room is bumped. NOT repeatable: each call
    is a record. `details` is small JSON: numbers, words of closed sets, what hosts wrote; nothing of the audience.
    """
    record_named(room_id, verb, named(thing), **details)


def record_named(room_id: int | None, verb: str, thing: Named, **details: object) -> None:
    """As `record`, for something that is known by name only. Without a room: of an account, or of a room that is gone."""
    find = _acting.get()
    actor = find() if find else Actor()
    Record.objects.create(
        room_id=room_id,
        actor_id=actor.account_id,
        by=actor.by[:80],
        verb=verb,
        object_sort=thing.sort,
        object_code=thing.code,
        object_name=thing.name[:MAX_NAME],
        details=details,
    )


def named(thing: Model | None) -> Named:
    """What the log calls it. People of the audience and what they wrote are numbers."""
    if isinstance(thing, Poll):
        return Named("poll", thing.code, thing.prompt)
    if isinstance(thing, Question):
        return Named("question", thing.code)
    if isinstance(thing, Account):
        return Named("person", str(thing.pk), str(thing))
    if isinstance(thing, Room):
        return Named("room", thing.join_code, thing.title)
    if isinstance(thing, Exclusion):
        return Named("voice", str(thing.pk))
    if isinstance(thing, Invitation):
        return Named("invitation", str(thing.number))
    if isinstance(thing, Cohort):
        return Named("cohort", str(thing.pk), thing.poll.prompt)
    if isinstance(thing, Text | Player | Option):
        return Named(type(thing).__name__.lower(), str(thing.pk))
    return Named()
