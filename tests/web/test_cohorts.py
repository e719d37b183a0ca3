"""Ballots that came together in a suspicious way: told to hosts, who set them aside and take them back in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from live_polls.domain import cohorts, lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.rooms import create_room
from live_polls.live.patterns import get_patterns
from live_polls.models import Account, Ballot, Cohort, Poll, Record, Room
from tests.factories import make_cast
from tests.web.conftest import As

ASIDE = "12 ballots set aside by a host."


@pytest.fixture
def cohort(room: Room, poll: Poll) -> Cohort:
    """Twelve of forty-two, of a round that is over."""
    lifecycle.open_poll(poll)
    cast_batch([make_cast(poll, {"option": 1 if n < 30 else 2}) for n in range(42)])
    lifecycle.close_poll(poll)
    lifecycle.show_results(poll)
    lifecycle.put_on_stage(room, poll)
    twelve = Ballot.objects.filter(answer__contains="2").values_list("pk", flat=True)
    return cohorts.flag_cohort(poll, 1, list(twelve), n_equal=12, seconds=4)


def do(client: Client, room: Room, verb: str, cohort: Cohort | str) -> Any:
    results = reverse("live_polls:results", args=[room.join_code])
    number = cohort if isinstance(cohort, str) else cohort.pk
    fields = {"verb": verb, "cohort": number, "next": results}
    return client.post(reverse("live_polls:act", args=[room.join_code]), fields, headers={"accept": "text/html"})


def page(client: Client, name: str, room: Room) -> str:
    return client.get(reverse(f"live_polls:{name}", args=[room.join_code])).content.decode()


@pytest.mark.parametrize("who", ["host", "operator"])
def test_a_host_is_told_sets_aside_and_takes_back_in(as_: As, room: Room, cohort: Cohort, who):
    before = page(as_(who), "results", room)
    assert "12 ballots with the same answer came from people who joined at one address within 4 seconds." in before
    assert 'value="set_aside"' in before
    assert ASIDE not in before

    for _ in range(2):
        answer = do(as_(who), room, "set_aside", cohort)
        assert (answer.status_code, answer["Location"]) == (302, reverse("live_polls:results", args=[room.join_code]))
    aside = page(as_(who), "results", room)
    assert ASIDE in aside
    assert "30 votes" in aside
    assert 'value="take_back_in"' in aside

    for _ in range(2):
        do(as_(who), room, "take_back_in", cohort)
    assert page(as_(who), "results", room).count(ASIDE) == 0
    records = Record.objects.filter(room=room, object_sort="cohort").order_by("pk").values_list("verb", "actor__name")
    name = {"host": "Alice", "operator": "Olga"}[who]
    assert list(records) == [("aside", name), ("back_in", name)]


@pytest.mark.django_db(transaction=True)
def test_everybody_sees_how_many_were_set_aside(as_: As, room: Room, cohort: Cohort):
    places = (("moderator", "results"), ("host", "stage"), ("nobody", "audience"))
    for who, name in places:
        assert ASIDE not in page(as_(who), name, room), name
    cohorts.set_aside(cohort)
    for who, name in places:
        assert ASIDE in page(as_(who), name, room), name
    state = as_("nobody").get(f"/api/v1/rooms/{room.join_code}/state").json()
    assert state["polls"][0]["aside"] == 12


@pytest.mark.parametrize("who", ["co_host", "moderator", "stranger", "nobody"])
@pytest.mark.parametrize("verb", ["set_aside", "take_back_in"])
def test_nobody_else_is_shown_the_buttons_or_may_press_them(as_: As, room: Room, cohort: Cohort, who, verb):
    assert 'value="set_aside"' not in page(as_(who), "results", room)
    assert do(as_(who), room, verb, cohort).status_code == 403
    cohort.refresh_from_db()
    assert not cohort.is_aside


@pytest.mark.parametrize("number", ["", "0", "x", "999999", "9" * 40])
def test_a_cohort_that_is_not_there_is_said_to_be_missing(as_: As, room: Room, cohort: Cohort, number):
    host = as_("host")
    assert do(host, room, "set_aside", number).status_code == 302
    assert "There is no such group of ballots in this room." in page(host, "results", room)


def test_a_host_of_another_room_cannot_reach_it(as_: As, cast: dict[str, Account], cohort: Cohort):
    other = create_room(title="Elsewhere", owner=cast["stranger"])
    do(as_("stranger"), other, "set_aside", cohort)
    cohort.refresh_from_db()
    assert not cohort.is_aside


def test_where_fewer_than_five_would_be_left_it_says_so(as_: As, room: Room, cohort: Cohort):
    rest = Ballot.objects.filter(answer__contains="1").values_list("pk", flat=True)[:28]
    more = cohorts.flag_cohort(cohort.poll, 1, list(rest), n_equal=28, seconds=4)
    host = as_("host")
    do(host, room, "set_aside", cohort)
    do(host, room, "set_aside", more)
    assert "could be read" in page(host, "results", room)


@pytest.mark.django_db(transaction=True)
def test_new_participants_are_noted_wherever_they_get_a_token(as_: As, room: Room):
    as_("nobody").get(reverse("live_polls:audience", args=[room.join_code]))
    as_("nobody").post(f"/api/v1/rooms/{room.join_code}/join")
    assert len(get_patterns()) == 2
