"""The audience page through Django: plain form posts, and the page of somebody who has voted."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from live_polls.domain import lifecycle, rooms
from live_polls.domain.participants import cookie_name, new_token
from live_polls.live.hub import get_hub
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import make_poll, make_room

pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def room(transactional_db) -> Room:
    return make_room()


@pytest.fixture
def poll(room) -> Poll:
    return make_poll(room, options=["Tabs", "Spaces", "Both"])


def phone(room: Room, token: str = "") -> AsyncClient:
    """A browser that has been on the page and has its cookie."""
    client = AsyncClient(raise_request_exception=False)
    client.cookies[cookie_name(room.join_code)] = token or new_token(room.pk)
    return client


def address(room: Room) -> str:
    return f"/j/{room.join_code}"


def ballot_form(poll: Poll, option: int | str = 2, **more: Any) -> dict[str, Any]:
    return {"poll": poll.code, "round": 1, "seq": 1, "deed": "cast", "option": option} | more


def answers() -> list[object]:
    return [json.loads(text) if text else None for text in Ballot.objects.values_list("answer", flat=True)]


async def body(response: Any) -> str:
    return str(response.content.decode())


async def test_a_posted_form_is_counted_and_sent_back_to_the_page(room, poll):
    response = await phone(room).post(address(room), ballot_form(poll))

    assert (response.status_code, response["Location"]) == (302, f"{address(room)}#poll-{poll.code}")
    assert await sync_to_async(answers)() == [{"option": 2}]


async def test_the_page_shows_what_one_has_voted(room, poll):
    client = phone(room)
    await client.post(address(room), ballot_form(poll))

    page = await body(await client.get(address(room)))

    assert "Counted" in page
    assert '<input type="hidden" name="seq" value="2">' in page
    assert page[: page.index("<template")].count("checked") == 1


async def test_the_same_form_sent_twice_counts_once(room, poll):
    client = phone(room)

    statuses = [(await client.post(address(room), ballot_form(poll))).status_code for _ in range(2)]

    assert statuses == [302, 302]
    assert await sync_to_async(answers)() == [{"option": 2}]


async def test_an_older_form_is_refused_and_the_page_shows_what_is_in_force(room, poll):
    client = phone(room)
    await client.post(address(room), ballot_form(poll, 2))

    response = await client.post(address(room), ballot_form(poll, 3))

    assert response.status_code == 409
    assert "You voted elsewhere in the meantime." in await body(response)
    assert await sync_to_async(answers)() == [{"option": 2}]


async def test_a_vote_is_taken_back(room, poll):
    client = phone(room)
    await client.post(address(room), ballot_form(poll))

    await client.post(address(room), ballot_form(poll, seq=2, deed="withdraw"))

    assert await sync_to_async(answers)() == [None]
    assert (await sync_to_async(Tally.objects.get)(poll=poll, counter="n")).n == 0
    assert "Counted" not in (await body(await client.get(address(room)))).split("<template")[0]


async def test_the_highest_number_that_a_program_may_send_leaves_one_for_the_next_form(room, poll):
    client = phone(room)
    path = f"/api/v1/rooms/{room.join_code}/ballots"
    most = {"poll": poll.code, "round": 1, "seq": 2**52, "answer": {"option": 1}}
    for seq, status in ((2**53, 400), (2**52, 200)):
        sent = await client.post(path, json.dumps(most | {"seq": seq}), content_type="application/json")
        assert sent.status_code == status

    page = await body(await client.get(address(room)))
    assert f'name="seq" value="{2**52 + 1}"' in page
    await client.post(address(room), ballot_form(poll, seq=2**52 + 1, option=2))

    assert await sync_to_async(answers)() == [{"option": 2}]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"option": 9}, 422, "does not fit the poll"),
        ({"option": "2; drop"}, 422, "does not fit the poll"),
        ({"option": []}, 422, "does not fit the poll"),
        ({"seq": "x"}, 422, "does not fit the poll"),
        ({"seq": "0" * 99}, 422, "does not fit the poll"),
        ({"seq": "0"}, 422, "does not fit the poll"),
        ({"seq": str(2**53 + 1)}, 422, "does not fit the poll"),
        ({"round": str(2**31)}, 422, "does not fit the poll"),
        ({"round": ""}, 422, "does not fit the poll"),
        ({"poll": "nosuch"}, 404, "started again"),
        ({"round": 7}, 404, "started again"),
    ],
)
async def test_a_form_that_makes_no_sense_changes_nothing_and_says_so(room, poll, fields, status, words):
    response = await phone(room).post(address(room), ballot_form(poll) | fields)

    assert response.status_code == status
    assert words in await body(response)
    assert await sync_to_async(answers)() == []


async def test_after_close_a_form_is_refused_in_words(room, poll):
    await sync_to_async(lifecycle.close_poll)(poll)

    response = await phone(room).post(address(room), ballot_form(poll))

    assert response.status_code == 409
    assert "Voting closed before your vote arrived." in await body(response)


async def test_a_post_without_our_cookie_gets_one_and_counts_nothing(room, poll):
    response = await AsyncClient().post(address(room), ballot_form(poll))

    assert response.status_code == 403
    assert response.cookies[cookie_name(room.join_code)]["samesite"] == "Lax"
    assert await sync_to_async(answers)() == []


@pytest.mark.parametrize("token", ["forged", "0123456789012345678901.0123"])
async def test_a_forged_cookie_is_nobody_and_is_replaced(room, poll, token):
    response = await phone(room, token).post(address(room), ballot_form(poll))

    assert response.status_code == 403
    assert len(response.cookies[cookie_name(room.join_code)].value) == 55


async def test_a_cookie_of_another_room_is_nobody(room, poll):
    other = await sync_to_async(make_room)()

    response = await phone(room, new_token(other.pk)).post(address(room), ballot_form(poll))

    assert response.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 302),
        ({}, 302),
    ],
)
async def test_only_our_own_page_may_post(room, poll, headers, status):
    response = await phone(room).post(address(room), ballot_form(poll), headers=headers)

    assert response.status_code == status


async def test_our_own_origin_may_post(room, poll, settings):
    response = await phone(room).post(
        address(room), ballot_form(poll), headers={"origin": settings.PUBLIC_URL, "sec-fetch-site": "same-origin"}
    )

    assert response.status_code == 302


@pytest.mark.parametrize("typed", [str.lower, lambda code: f"{code[:3]} {code[3:]}"])
async def test_a_code_typed_differently_leads_to_the_same_room(room, typed):
    response = await AsyncClient().get(f"/j/{typed(room.join_code)}")

    assert (response.status_code, response["Location"]) == (302, address(room))


@pytest.mark.parametrize("code", ["222222", "nonsense", "0O1IL0"])
async def test_an_unknown_room_is_said_to_be_unknown(transactional_db, code):
    response = await AsyncClient(raise_request_exception=False).get(f"/j/{code}")

    assert response.status_code == 404
    assert "There is no such room" in await body(response)


async def test_counts_that_are_not_for_the_audience_are_not_in_the_page(room):
    hidden = await sync_to_async(make_poll)(room, results="host")
    client = phone(room)
    await client.post(address(room), ballot_form(hidden))

    page = (await body(await client.get(address(room)))).split("<template")[0]

    assert "1 vote" in page
    assert '"share">100%' not in page


async def test_drafts_are_not_in_the_page(room):
    await sync_to_async(make_poll)(room, prompt="A secret question?", is_open=False)

    assert "secret" not in await body(await phone(room).get(address(room)))


async def test_an_ended_room_takes_no_votes_and_says_goodbye(room, poll):
    await sync_to_async(rooms.end_room)(room)

    page = await body(await phone(room).get(address(room)))
    refused = await phone(room).post(address(room), ballot_form(poll))

    assert "This room has ended." in page
    assert "Send my vote" not in page.split("<template")[0]
    assert refused.status_code == 409


async def test_texts_of_hosts_cannot_become_markup(room):
    await sync_to_async(make_poll)(room, prompt="<script>alert(1)</script>", options=["<b>", "</template>", "{text}"])

    page = await body(await phone(room).get(address(room)))

    assert "<script>alert" not in page
    assert "&lt;/template&gt;" in page


async def test_a_plain_form_reacts_and_is_told_so(room):
    client = phone(room)

    pages = [
        await body(await client.post(address(room), {"deed": "react", "reaction": said})) for said in ("lost", "heart")
    ]

    feed = get_hub().live_feed(room.join_code)
    assert feed is not None
    assert feed.reactions.to_show(asyncio.get_running_loop().time()) == ({"heart": 1}, {"lost": 1})
    assert "Sent: I am lost" in pages[0]
    assert "Sent: Love it" in pages[1]
    assert (await client.post(address(room), {"deed": "react", "reaction": "skull"})).status_code == 422
    assert (await AsyncClient().post(address(room), {"deed": "react", "reaction": "lost"})).status_code == 403


async def test_a_room_without_reactions_has_no_place_for_them(room):
    await sync_to_async(rooms.edit_room)(room, title=room.title, results=room.results, reactions=False)

    page = await body(await phone(room).get(address(room)))

    assert "hidden" in page[page.index('id="reactions"') : page.index("</h2>", page.index('id="reactions"'))]
