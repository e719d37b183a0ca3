"""When somebody's rights go, who looks at once must find that they are gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from live_polls import events
from live_polls.models import Account


@pytest.fixture
def seen() -> Iterator[list[tuple[int, bool]]]:
    """At each announcement: how many sessions there are, and whether it is still part of a transaction."""
    looks: list[tuple[int, bool]] = []

    def look(fact: events.Fact) -> None:
        if isinstance(fact, events.RightsChanged):
            looks.append((Session.objects.count(), connection.in_atomic_block))

    events.subscribe(look)
    yield looks
    events.unsubscribe(look)


@pytest.mark.django_db(transaction=True)
def test_who_looks_when_somebody_signs_out_finds_no_session(seen: list[tuple[int, bool]]):
    client = Client()
    client.force_login(Account.objects.create_user("ada@example.org"))
    assert Session.objects.count() == 1
    seen.clear()

    client.logout()

    assert seen[-1:] == [(0, False)]
