"""Who opened a socket: the participant of a token, a stage, or a person who is signed in."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import get_user

from live_polls.domain import participants
from live_polls.domain.access import Person, can
from live_polls.domain.participants import Participant, StageLink
from live_polls.domain.room_view import RoomView
from live_polls.models import Room


def participant_of(token: str, view: RoomView) -> Participant | None:
    """The participant of a token of this room, or None. Needs no database."""
    return participants.read_token(
        token,
        room_id=view.id,
        ballot_key=view.secrets.ballot_key,
        voice_key=view.secrets.voice_key,
    )


def is_trusted_stage(token: str, view: RoomView) -> bool:
    """Whether the token is a stage link of this room. Needs no database."""
    if not participants.is_stage_token(token, room_id=view.id, stage_key=view.secrets.stage_key):
        return False
    return can(StageLink(view.id), "see_shown", Room(pk=view.id))


def may_watch(session_key: str, room_id: int) -> bool:
    """Whether the person signed in under this session has a role in the room. Reads the database."""
    return can(person_of(session_key), "watch", Room(pk=room_id))


def person_of(session_key: str) -> Person:
    """The signed-in person, by Django's own rules (a changed password ends the session)."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return get_user(cast("Any", SimpleNamespace(session=store)))
