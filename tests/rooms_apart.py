"""Somebody else's room with one of everything in it, and all its rows: nothing that is done in another may change one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils import timezone

from live_polls.domain.role_links import make_role_link
from live_polls.enums import Role
from live_polls.models import (
    Account,
    Ballot,
    Exclusion,
    Invitation,
    Option,
    Player,
    Poll,
    Question,
    RoleLink,
    Room,
    Tally,
    Text,
    Upvote,
)
from tests.factories import make_poll, make_room

SECRET = "Secret of theirs"


@dataclass(frozen=True)
class Theirs:
    """One of everything in the other room."""

    room: Room
    host: Account
    poll: Poll
    question: Question
    text: Text
    player: Player
    link: RoleLink
    invitation: Invitation


def make_theirs(host: Account) -> Theirs:
    room = make_room(SECRET, owner=host)
    poll = make_poll(room, prompt=SECRET, options=(f"{SECRET} 1", f"{SECRET} 2"), is_open=False)
    Ballot.objects.create(poll=poll, round=1, participant="f" * 32, seq=1, answer='{"option":1}')
    Tally.objects.create(poll=poll, round=1, counter="n", n=1)
    question = Question.objects.create(
        room=room, author="e" * 32, seq=1, text=SECRET, state="held", asked_at=timezone.now()
    )
    Upvote.objects.create(question=question, voice="d" * 32)
    Exclusion.objects.create(room=room, voice="c" * 32)
    make_role_link(room, Role.MODERATOR, by=host)
    return Theirs(
        room=room,
        host=host,
        poll=poll,
        question=question,
        text=Text.objects.create(poll=poll, round=1, key="theirs", author="e" * 32, text=SECRET, state="held"),
        player=Player.objects.create(room=room, voice="e" * 32, name=SECRET, name_key="secret", state="held"),
        link=RoleLink.objects.get(room=room),
        invitation=Invitation.objects.create(room=room, number=1, code_hash="a" * 64),
    )


def rows_of(room: Room) -> dict[str, list[Any]]:
    """Every row of every table that belongs to the room, as it is now."""
    rows = {}
    for model in apps.get_app_config("live_polls").get_models():
        mine = _rows(model, room)
        if mine is not None:
            rows[model.__name__] = sorted(map(repr, mine.values_list()))
    assert {"Room", "Poll", "Option", "Ballot", "Question", "Upvote", "Membership", "RoleLink", "Record"} <= rows.keys()
    return rows


def _rows(model: type[Model], room: Room) -> QuerySet[Any] | None:
    names = {field.name for field in model._meta.get_fields()}
    rows = model._default_manager
    if model is Room:
        return rows.filter(pk=room.pk)
    for name, path in (("room", "room"), ("poll", "poll__room"), ("question", "question__room")):
        if name in names and not (model is Option and name == "room"):
            return rows.filter(**{path: room})
    return None
