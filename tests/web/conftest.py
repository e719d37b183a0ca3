"""The cast of a room, and a client for each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from live_polls.domain.polls import PollDraft, add_poll
from live_polls.domain.rooms import create_room
from live_polls.enums import Role
from live_polls.models import Account, Membership, Poll, Room

CAST = ("host", "co_host", "moderator", "stranger", "operator")

As = Callable[[str], Client]


@pytest.fixture
def cast(db: None) -> dict[str, Account]:
    """Alice hosts, Bob helps her, Mia moderates, Charlie has no business here, Olga operates the server."""
    names = dict(zip(CAST, ("Alice", "Bob", "Mia", "Charlie", "Olga"), strict=True))
    return {
        who: Account.objects.create(
            email=f"{name.lower()}@example.org", name=name, is_staff=who == "operator", is_superuser=who == "operator"
        )
        for who, name in names.items()
    }


@pytest.fixture
def room(cast: dict[str, Account]) -> Room:
    room = create_room(title="Keynote", owner=cast["host"])
    for who in ("co_host", "moderator"):
        Membership.objects.create(room=room, account=cast[who], role=Role(who))
    return room


@pytest.fixture
def poll(room: Room) -> Poll:
    return add_poll(room, PollDraft(kind="single_choice", prompt="Tabs or spaces?", options=["Tabs", "Spaces"]))


@pytest.fixture
def as_(cast: dict[str, Account]) -> As:
    """A client signed in as one of the cast; "nobody" is signed out."""

    def client_of(who: str) -> Client:
        client = Client(raise_request_exception=False)
        if who != "nobody":
            client.force_login(cast[who], "django.contrib.auth.backends.ModelBackend")
        return client

    return client_of
