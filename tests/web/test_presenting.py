"""Copies, ready-made polls, rounds compared and mending, by plain pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from live_polls.domain import lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.participants import stage_token
from live_polls.domain.rooms import create_room
from live_polls.domain.rounds import show_rounds
from live_polls.domain.starters import LABELS
from live_polls.models import Account, Poll, Room
from tests.factories import make_cast
from tests.web.conftest import As

EDITORS = ["host", "co_host", "operator"]
OTHERS = ["moderator", "stranger"]


def address(name: str, *args: str) -> str:
    return reverse(f"live_polls:{name}", args=args)


def page_of(answer: Any) -> str:
    return str(answer.content.decode())


def vote(poll: Poll, *options: int) -> None:
    """One ballot an option, by people who stay the same from round to round."""
    casts = [make_cast(poll, {"option": option}, participant=f"voter {n}") for n, option in enumerate(options)]
    cast_batch(casts)


@pytest.fixture
def voted_twice(room: Room, poll: Poll) -> Poll:
    """Two rounds that are over: of five who chose the first option, all but one stayed."""
    for options in ([1, 1, 1, 1, 1, 2, 2, 2], [1, 1, 1, 1, 2, 2, 2, 2]):
        lifecycle.open_poll(poll)
        vote(poll, *options)
        lifecycle.close_poll(poll)
    return poll


# Copies


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", EDITORS)
def test_a_duplicate_is_a_draft_right_behind_and_the_page_comes_back_to_it(
    as_: As, room: Room, voted_twice: Poll, who: str
):
    answer = as_(who).post(address("poll-duplicate", room.join_code, voted_twice.code))

    copy = room.polls.exclude(pk=voted_twice.pk).get()
    assert answer["Location"] == f"{address('room-edit', room.join_code)}#poll-{copy.code}"
    assert (copy.prompt, copy.state, copy.round) == (voted_twice.prompt, "draft", 1)


def test_a_poll_is_copied_into_another_room_of_ones_own_only(as_: As, room: Room, poll: Poll, cast: dict[str, Account]):
    mine = create_room(title="Mine", owner=cast["host"])
    theirs = create_room(title="Theirs", owner=cast["stranger"])
    page = page_of(as_("host").get(address("room-edit", room.join_code)))
    into = f'<option value="{mine.join_code}">Mine</option>'

    done = as_("host").post(address("poll-duplicate", room.join_code, poll.code), {"room": mine.join_code})
    refused = as_("host").post(address("poll-duplicate", room.join_code, poll.code), {"room": theirs.join_code})

    assert into in page
    assert theirs.join_code not in page
    assert done["Location"].startswith(address("room-edit", mine.join_code))
    assert (mine.polls.get().prompt, refused.status_code, theirs.polls.count()) == (poll.prompt, 403, 0)


@pytest.mark.parametrize("name", sorted(LABELS))
def test_an_empty_room_offers_ready_made_polls_one_press_away(as_: As, room: Room, name: str):
    host = as_("host")
    assert f'name="starter" value="{name}"' in page_of(host.get(address("room-edit", room.join_code)))

    host.post(address("polls-start", room.join_code), {"starter": name})

    assert room.polls.count() >= 2
    assert set(room.polls.values_list("state", flat=True)) == {"draft"}


@pytest.mark.parametrize("name", ["", "none", "../deck"])
def test_ready_made_polls_that_are_not_there_add_nothing(as_: As, room: Room, name: str):
    answer = as_("host").post(address("polls-start", room.join_code), {"starter": name})

    assert 400 <= answer.status_code < 500
    assert not room.polls.exists()


@pytest.mark.parametrize("who", [*OTHERS, "nobody"])
def test_others_copy_and_start_nothing(as_: As, room: Room, poll: Poll, who: str):
    for name, args in (("poll-duplicate", (room.join_code, poll.code)), ("polls-start", (room.join_code,))):
        assert as_(who).post(address(name, *args), {"starter": "lecture"}).status_code in {302, 403, 404}
    assert room.polls.count() == 1


# Rounds compared


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", [*EDITORS, "moderator"])
def test_rounds_stand_side_by_side_and_nobody_can_be_told_from_the_moves(
    as_: As, room: Room, voted_twice: Poll, who: str
):
    page = page_of(as_(who).get(address("poll-rounds", room.join_code, voted_twice.code)))

    assert "Rounds side by side" in page
    assert "Who moved where" in page
    assert "fewer than 3" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "query", ["?first=2&second=1", "?first=1&second=9", "?first=x&second=", "?first=²", "?first=-1"]
)
def test_rounds_that_cannot_be_compared_are_no_error(as_: As, room: Room, voted_twice: Poll, query: str):
    answer = as_("host").get(address("poll-rounds", room.join_code, voted_twice.code) + query)

    assert answer.status_code == 200


def test_a_poll_of_one_round_has_a_page_that_says_so(as_: As, room: Room, poll: Poll):
    answer = as_("host").get(address("poll-rounds", room.join_code, poll.code))

    assert answer.status_code == 200
    assert "Who moved where" not in page_of(answer)


def test_strangers_see_no_rounds(as_: As, room: Room, poll: Poll):
    assert as_("stranger").get(address("poll-rounds", room.join_code, poll.code)).status_code in {403, 404}
    assert as_("nobody").get(address("poll-rounds", room.join_code, poll.code)).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_stage_gets_the_figure_while_a_host_shows_it(client: Client, room: Room, voted_twice: Poll):
    Room.objects.update(results="host")
    piece, trusted = address("stage-rounds", room.join_code), {"X-Stage-Token": stage_token(room)}
    assert client.get(piece, headers=trusted).status_code == 403

    show_rounds(room, voted_twice)

    assert "Rounds side by side" in page_of(client.get(piece, headers=trusted))
    assert client.get(piece).status_code == 403
    assert client.get(piece, headers={"X-Stage-Token": "none"}).status_code == 403


# Mending


FIELDS: dict[str, Any] = {
    "prompt": "Tabs or spaces?", "kind": "single_choice", "option": ["Tabs", "Spaces"], "seconds": "", "results": "",
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [{"prompt": "Tabs or spaces, then?"}, {"option": ["Tabs!", "Spaces"]}, {"option": ["Tabs", "Spaces", "Both"]}],
)
def test_words_that_people_answered_to_are_mended_when_a_host_says_that_they_mean_the_same(
    as_: As, room: Room, voted_twice: Poll, change: dict[str, Any]
):
    place = address("poll-edit", room.join_code, voted_twice.code)

    asked = as_("host").post(place, FIELDS | change)
    assert asked.status_code == 200
    assert 'name="same_meaning"' in page_of(asked)
    voted_twice.refresh_from_db()
    assert (voted_twice.prompt, voted_twice.options.count()) == ("Tabs or spaces?", 2)

    done = as_("host").post(place, FIELDS | change | {"same_meaning": "1"})
    assert done.status_code == 302
    voted_twice.refresh_from_db()
    wanted = FIELDS | change
    assert voted_twice.prompt == wanted["prompt"]
    assert list(voted_twice.options.values_list("text", flat=True)) == wanted["option"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [{"option": ["Spaces", "Tabs"]}, {"option": ["Tabs", ""]}, {"kind": "ranking"}])
def test_what_would_falsify_ballots_is_refused_with_the_reason_whatever_a_host_says(
    as_: As, room: Room, voted_twice: Poll, change: dict[str, Any]
):
    place = address("poll-edit", room.join_code, voted_twice.code)

    answer = as_("host").post(place, FIELDS | change | {"same_meaning": "1"})

    assert answer.status_code == 200
    voted_twice.refresh_from_db()
    assert voted_twice.kind == "single_choice"
    assert list(voted_twice.options.values_list("text", flat=True)) == ["Tabs", "Spaces"]
