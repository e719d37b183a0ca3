"""Results in another page."""

from __future__ import annotations

import pytest
from django.test import Client

from live_polls.domain import lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.models import Room
from tests.factories import make_cast, make_poll, make_room

pytestmark = pytest.mark.django_db(transaction=True)

SITE = "https://news.example.org"


@pytest.fixture(autouse=True)
def site(settings) -> None:
    settings.EMBED_ORIGINS = [SITE]


@pytest.fixture
def room() -> Room:
    room = make_room()
    poll = make_poll(room, prompt="Tabs or spaces?")
    cast_batch([make_cast(poll, {"option": 1})])
    return room


def page_of(room: Room) -> str:
    return Client().get(f"/embed/{room.join_code}").content.decode()


def test_the_page_may_stand_in_frames_of_those_sites_alone_and_sets_no_cookie(room):
    response = Client().get(f"/embed/{room.join_code}")

    assert response.status_code == 200
    assert f"frame-ancestors {SITE};" in f"{response['Content-Security-Policy']};"
    assert "X-Frame-Options" not in response
    assert not response.cookies
    assert "nonce-" in response["Content-Security-Policy"]


def test_it_shows_the_poll_on_stage_and_asks_for_nothing(room):
    page = page_of(room)

    assert "Tabs or spaces?" in page
    assert "1 vote" in page
    assert "<form" not in page


def test_it_shows_no_counts_that_an_anonymous_stage_may_not_see():
    room = make_room(results="after_close")
    poll = make_poll(room)
    cast_batch([make_cast(poll, {"option": 1})])

    assert "Results are not shown yet." in page_of(room)
    assert 'class="chart' not in page_of(room)

    lifecycle.close_poll(poll)
    assert "Results are not shown yet." not in page_of(room)


def test_there_is_no_such_page_where_no_site_is_named(room, settings):
    settings.EMBED_ORIGINS = []

    assert Client(raise_request_exception=False).get(f"/embed/{room.join_code}").status_code == 404


def test_a_room_with_a_passcode_is_shown_nowhere_else(room):
    Room.objects.update(passcode="anything")

    assert Client(raise_request_exception=False).get(f"/embed/{room.join_code}").status_code == 403


def test_all_other_pages_stay_out_of_frames(room):
    response = Client().get(f"/stage/{room.join_code}")

    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
