from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from live_polls.domain.participants import is_stage_token
from live_polls.domain.rooms import create_room, end_room
from live_polls.enums import PollState, ResultsVisibility, Role, RoomState
from live_polls.models import Account, Ballot, Membership, Poll, Room
from tests.web.conftest import As

EDITORS = ["host", "co_host", "operator"]
OTHERS = ["moderator", "stranger"]


def address(name: str, *args: str) -> str:
    return reverse(f"live_polls:{name}", args=args)


def room_pages(room: Room) -> list[str]:
    return [address(f"room-{page}", room.join_code) for page in ("edit", "end", "delete")]


# The list


def test_the_list_shows_my_rooms_with_role_state_code_and_links(as_: As, room: Room, poll: Poll):
    page = as_("host").get(address("rooms")).content.decode()

    assert "Keynote" in page
    assert "Host" in page
    assert "Live" in page
    assert "1 poll<" in page
    assert f"{room.join_code[:3]} {room.join_code[3:]}" in page
    for name in ("room-edit", "stage", "remote"):
        assert address(name, room.join_code) in page


def test_the_list_hides_rooms_of_others(as_: As, room: Room):
    assert "Keynote" not in as_("stranger").get(address("rooms")).content.decode()


def test_operators_see_rooms_that_nobody_gave_them(as_: As, room: Room):
    page = as_("operator").get(address("rooms")).content.decode()

    assert "Keynote" in page
    assert "Operator" in page


def test_moderators_get_no_link_they_may_not_follow(as_: As, room: Room):
    page = as_("moderator").get(address("rooms")).content.decode()

    assert address("stage", room.join_code) in page
    assert address("room-edit", room.join_code) not in page
    assert address("remote", room.join_code) not in page


def test_an_empty_list_says_what_a_room_is(as_: As):
    assert "Create your first room" in as_("stranger").get(address("rooms")).content.decode()


def test_the_list_takes_as_many_queries_for_three_rooms_as_for_one(
    as_: As, room: Room, cast: dict[str, Account], django_assert_num_queries, django_assert_max_num_queries
):
    client = as_("host")
    with django_assert_max_num_queries(10) as first:
        client.get(address("rooms"))

    for title in ("Second", "Third"):
        create_room(title=title, owner=cast["host"])

    with django_assert_num_queries(len(first)):
        client.get(address("rooms"))


# Creating


def test_whoever_creates_a_room_hosts_it(as_: As, cast: dict[str, Account]):
    answer = as_("stranger").post(address("room-new"), {"title": "  My\u202e  talk ", "results": "after_vote"})

    room = Room.objects.get()
    assert (room.title, room.results) == ("My talk", ResultsVisibility.AFTER_VOTE)
    assert Membership.objects.get(room=room).role == Role.HOST
    assert answer["Location"] == address("room-edit", room.join_code)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "", "results": "live"}, "Give the room a title."),
        ({"title": "\u200b \u202e", "results": "live"}, "Give the room a title."),
        ({"title": "x" * 121, "results": "live"}, "at most 120"),
        ({"title": "Talk", "results": "never"}, "not one of the available choices"),
    ],
)
def test_a_mistake_is_told_at_its_field_which_gets_the_focus(as_: As, fields: dict[str, str], said: str):
    page = as_("host").post(address("room-new"), fields).content.decode()

    assert said in page
    assert page.count("autofocus") == 1
    assert 'aria-invalid="true"' in page
    assert not Room.objects.exists()


# Editing


@pytest.mark.parametrize("who", EDITORS)
def test_editors_change_title_and_results(as_: As, room: Room, who: str):
    answer = as_(who).post(address("room-edit", room.join_code), {"title": "Closing", "results": "host"})

    room.refresh_from_db()
    assert answer.status_code == 302
    assert (room.title, room.results) == ("Closing", "host")


def test_the_page_of_a_room_takes_as_many_queries_for_three_polls_as_for_one(
    as_: As, room: Room, poll: Poll, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_("host")
    with django_assert_max_num_queries(15) as first:
        client.get(address("room-edit", room.join_code))

    for n in (2, 3):
        Poll.objects.create(room=room, kind="ranking", prompt=f"Poll {n}", position=n)

    with django_assert_num_queries(len(first)):
        client.get(address("room-edit", room.join_code))


def test_the_page_of_a_room_lists_people_with_their_roles(as_: As, room: Room):
    page = as_("co_host").get(address("room-edit", room.join_code)).content.decode()

    for words in ("Alice", "Bob", "Co-host", "Mia", "Moderator"):
        assert words in page


def test_a_join_code_typed_otherwise_is_sent_on_to_the_room(as_: As, room: Room):
    code = room.join_code.lower()
    answer = as_("host").get(address("room-edit", f"{code[:3]} {code[3:]}"))

    assert answer["Location"] == address("room-edit", room.join_code)


# The stage link


def test_revoking_makes_every_stage_link_worthless(as_: As, room: Room):
    page = as_("host").get(address("room-edit", room.join_code)).content.decode()
    link = re.search(rf"{settings.PUBLIC_URL}/stage/{room.join_code}#([\w:-]+)", page)
    assert link is not None
    old = link[1]  # it says when it was made, so one of our own may be another
    assert is_stage_token(old, room_id=room.pk, stage_key=room.stage_key)

    as_("host").post(address("room-stage-link", room.join_code))

    room.refresh_from_db()
    assert not is_stage_token(old, room_id=room.pk, stage_key=room.stage_key)


@pytest.mark.parametrize("who", OTHERS)
def test_others_cannot_revoke_stage_links(as_: As, room: Room, who: str):
    assert as_(who).post(address("room-stage-link", room.join_code)).status_code == 403
    assert Room.objects.get().stage_key == room.stage_key


# Ending


@pytest.mark.parametrize("who", EDITORS)
def test_ending_a_room_closes_it_and_its_polls(as_: As, room: Room, poll: Poll, who: str):
    Poll.objects.update(state=PollState.OPEN)

    as_(who).post(address("room-end", room.join_code))

    room.refresh_from_db()
    poll.refresh_from_db()
    assert (room.state, poll.state) == (RoomState.ENDED, PollState.CLOSED)


def test_the_page_of_an_ended_room_offers_no_remote(as_: As, room: Room):
    end_room(room)

    page = as_("host").get(address("room-edit", room.join_code)).content.decode()

    assert "Ended" in page
    assert address("remote", room.join_code) not in page


# Deleting


def test_the_delete_page_says_what_is_lost(as_: As, room: Room, poll: Poll):
    for n in range(2):
        Ballot.objects.create(poll=poll, round=1, participant=f"{n:032}", seq=1, answer='{"option":1}')

    page = as_("host").get(address("room-delete", room.join_code)).content.decode()

    assert "1 poll<" in page
    assert "2 ballots" in page


def test_a_room_is_deleted_when_its_title_is_typed(as_: As, room: Room, poll: Poll):
    answer = as_("host").post(address("room-delete", room.join_code), {"title": " keynote "})

    assert answer["Location"] == address("rooms")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "The room and everything in it are deleted."
    ]
    assert not Room.objects.exists()
    assert not Poll.objects.exists()


def test_another_title_deletes_nothing(as_: As, room: Room):
    page = as_("host").post(address("room-delete", room.join_code), {"title": "Keynot"}).content.decode()

    assert "Nothing was deleted" in page
    assert Room.objects.exists()


def test_co_hosts_are_not_offered_what_only_hosts_may_do(as_: As, room: Room):
    page = as_("co_host").get(address("room-edit", room.join_code)).content.decode()

    assert address("room-delete", room.join_code) not in page


@pytest.mark.parametrize("who", ["co_host", *OTHERS])
def test_only_hosts_and_operators_delete(as_: As, room: Room, who: str):
    answer = as_(who).post(address("room-delete", room.join_code), {"title": "Keynote"})

    assert answer.status_code == 403
    assert Room.objects.exists()


# Everybody at every door


@pytest.mark.parametrize("who", OTHERS)
def test_others_see_no_page_of_a_room_and_change_nothing(as_: As, room: Room, who: str):
    for url in room_pages(room):
        assert as_(who).get(url).status_code == 403
        answer = as_(who).post(url, {"title": "Keynote", "results": "host"})
        assert answer.status_code == 403
        assert "Alice" not in answer.content.decode()
    room.refresh_from_db()
    assert (room.state, room.results) == (RoomState.LIVE, ResultsVisibility.LIVE)


def test_who_is_signed_out_is_sent_to_sign_in_and_back(client: Client, room: Room):
    for url in [address("rooms"), address("room-new"), *room_pages(room)]:
        for answer in (client.get(url), client.post(url)):
            assert answer["Location"] == f"{reverse('account_login')}?next={url}"


@pytest.mark.parametrize("code", ["ZZZZZZ", "nonsense", "0O1IL0"])
def test_an_unknown_join_code_is_a_page_that_says_so(as_: As, room: Room, code: str):
    for name in ("room-edit", "room-end", "room-delete", "poll-new"):
        answer = as_("host").get(address(name, code))
        assert answer.status_code == 404
        assert "There is no such room" in answer.content.decode()


def test_wrong_methods_are_refused(as_: As, room: Room):
    client = as_("host")

    assert client.post(address("rooms")).status_code == 405
    assert client.get(address("room-stage-link", room.join_code)).status_code == 405
    for url in room_pages(room):
        assert client.delete(url).status_code == 405


def test_a_post_without_csrf_token_changes_nothing(cast: dict[str, Account], room: Room):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast["host"], "django.contrib.auth.backends.ModelBackend")

    answer = client.post(address("room-end", room.join_code))

    assert answer.status_code == 403
    assert Room.objects.get().state == RoomState.LIVE


@pytest.mark.parametrize(
    ("who", "days", "kept"), [("host", "7", 7), ("host", "", None), ("host", "-1", 30), ("co_host", "7", 30)]
)
def test_hosts_say_how_long_people_are_kept(as_, room, who, days, kept):
    Room.objects.update(retention_days=30)

    as_(who).post(f"/rooms/{room.join_code}/retention", {"days": days})

    assert Room.objects.get(pk=room.pk).retention_days == kept
    assert ("Save days" in as_(who).get(f"/rooms/{room.join_code}/edit").content.decode()) == (who == "host")
