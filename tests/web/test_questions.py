"""Questions by plain forms, without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from live_polls.domain import question_moderation as desk
from live_polls.domain.participants import cookie_name, new_token
from live_polls.enums import Asking, Role, Screen
from live_polls.models import Account, Membership, Question, Room
from tests.asking import RANKED, make_asked, make_asking_room, make_ranked
from tests.web.conftest import As


@pytest.fixture
def room(hub) -> Room:
    return make_asking_room()


def phone(room: Room) -> AsyncClient:
    client = AsyncClient(raise_request_exception=False)
    client.cookies[cookie_name(room.join_code)] = new_token(room.pk)
    return client


async def post(client: AsyncClient, room: Room, **fields: Any) -> Any:
    return await client.post(f"/j/{room.join_code}", fields)


async def page_of(client: AsyncClient, room: Room, query: str = "") -> str:
    page = str((await client.get(f"/j/{room.join_code}{query}")).content.decode())
    return page[: page.index("<template")]


def asked_on(page: str) -> list[str]:
    """The questions of a page, from the top."""
    return re.findall(r'data-text dir="auto">([^<]*)<', page)


async def test_a_question_is_asked_shown_and_taken_back(room):
    client = phone(room)
    seq = re.search(r'id="ask".*?name="seq" value="(\d+)"', await page_of(client, room), re.DOTALL)
    assert seq is not None
    response = await post(client, room, deed="ask", seq=seq[1], text="Why <b>not</b>?", name="Ada")
    assert (response.status_code, response["Location"]) == (302, f"/j/{room.join_code}#questions")
    again = await post(client, room, deed="ask", seq=seq[1], text="Why <b>not</b>?", name="Ada")
    assert again.status_code == 302
    question = await Question.objects.aget()
    page = await page_of(client, room)
    assert "Why &lt;b&gt;not&lt;/b&gt;?" in page
    assert page.count("data-question=") == 1
    await post(client, room, deed="take_back", question=question.code)
    assert "data-question=" not in await page_of(client, room)


async def test_votes_go_up_and_come_back(room):
    client, question = phone(room), await sync_to_async(make_asked)(room)
    await post(client, room, deed="upvote", question=question.code)
    assert 'aria-pressed="true"' in await page_of(client, room)
    await post(client, room, deed="unvote", question=question.code)
    assert 'aria-pressed="true"' not in await page_of(client, room)


@pytest.mark.parametrize("query", RANKED)
async def test_plain_links_sort_and_say_how_it_is_sorted(room, query):
    await sync_to_async(make_ranked)(room)
    page = await page_of(phone(room), room, query)
    assert asked_on(page) == RANKED[query]
    order = query.partition("=")[2].replace("loudest", "") or "votes"
    assert re.findall(r'href="\?sort=(\w+)#questions" data-order="\w+"\s+aria-current="true"', page) == [order]
    assert re.findall(r'href="\?sort=(\w+)#questions"', page) == ["votes", "new", "rising"]


async def test_a_vote_by_a_form_leaves_the_order_as_it_is(room):
    question = await sync_to_async(make_asked)(room)
    client, fields = phone(room), {"deed": "upvote", "question": question.code}
    response = await client.post(f"/j/{room.join_code}?sort=new", fields)
    assert response["Location"] == f"/j/{room.join_code}?sort=new#questions"
    refused = await client.post(f"/j/{room.join_code}?sort=new", fields | {"question": "nothing"})
    assert 'data-order="new" aria-current="true"' in refused.content.decode()


async def test_the_page_that_stands_still_is_looked_at_anew_in_the_same_order(room):
    assert f'href="/j/{room.join_code}?sort=new">Show what is new' in await page_of(phone(room), room, "?sort=new")


async def test_what_is_held_is_on_its_authors_page_only(room):
    await Room.objects.filter(pk=room.pk).aupdate(hold_questions=True)
    author, other = phone(room), phone(room)
    await post(author, room, deed="ask", seq=1, text="Secret plan?")
    assert "Waiting for a moderator" in await page_of(author, room)
    assert "Secret plan?" not in await page_of(other, room)
    question = await Question.objects.aget()
    await sync_to_async(desk.approve_question)(question)
    assert "Secret plan?" in await page_of(other, room)
    await sync_to_async(desk.hide_question)(question)
    assert "Secret plan?" not in await page_of(other, room)
    assert "a moderator has hidden it" in await page_of(author, room)


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"deed": "ask", "seq": 1, "text": " "}, 422, "at most 500 characters"),
        ({"deed": "ask", "seq": "x", "text": "Why?"}, 422, "Why?</textarea>"),
        ({"deed": "upvote", "question": "nothing"}, 404, "not here any more"),
    ],
)
async def test_a_refusal_is_said_at_the_form_and_keeps_what_was_typed(room, fields, status, said):
    response = await post(phone(room), room, **fields)
    assert response.status_code == status
    assert said in response.content.decode()


async def test_who_has_no_cookie_is_told_so(room):
    response = await post(AsyncClient(), room, deed="ask", seq=1, text="Why?")
    assert response.status_code == 403
    assert "Why?</textarea>" in response.content.decode()
    assert await Question.objects.acount() == 0


async def test_another_site_cannot_ask(room):
    client = phone(room)
    response = await client.post(
        f"/j/{room.join_code}", {"deed": "ask", "seq": 1, "text": "Why?"}, headers={"Origin": "https://evil.example"}
    )
    assert response.status_code == 403
    assert await Question.objects.acount() == 0


@pytest.mark.parametrize(
    ("verb", "stand"),
    [
        ("hide_question", {"state": "hidden"}),
        ("approve_question", {"state": "shown"}),
        ("archive_question", {"state": "archived"}),
        ("answer_question", {"answered": True}),
        ("reopen_question", {"answered": False}),
        ("reply_question", {"reply": "So."}),
    ],
)
def test_moderators_decide_from_the_remote_and_nobody_else(as_: As, db, verb: str, stand: dict[str, object]):
    room = make_asking_room()
    question = make_asked(room)
    Membership.objects.create(room=room, account=Account.objects.get(email="mia@example.org"), role=Role.MODERATOR)
    fields = {"verb": verb, "question": question.code, "reply": "So."}
    for who, status in (("nobody", 403), ("stranger", 403), ("moderator", 204), ("moderator", 204)):
        response = as_(who).post(f"/rooms/{room.join_code}/act", fields, headers={"accept": "application/json"})
        assert response.status_code == status
    assert Question.objects.filter(pk=question.pk, **stand).exists()


def test_a_question_goes_on_stage_and_off_again_in_its_own_room(as_: As, db):
    room, elsewhere = make_asking_room(), make_asked(make_asking_room())
    question, client, address = make_asked(room), as_("operator"), f"/rooms/{room.join_code}/act"
    script = {"accept": "application/json"}
    assert client.post(address, {"verb": "pin_question", "question": elsewhere.code}, headers=script).status_code == 404
    assert client.post(address, {"verb": "pin_question", "question": question.code}, headers=script).status_code == 204
    assert Room.objects.get(pk=room.pk).current_question == question
    assert client.post(address, {"verb": "unpin_question"}, headers=script).status_code == 204
    assert Room.objects.get(pk=room.pk).current_question_id is None


def test_a_button_of_the_remote_puts_the_top_questions_on_stage_and_takes_them_off(as_: As, db):
    room, client = make_asking_room(), as_("operator")
    remote, act = f"/remote/{room.join_code}", f"/rooms/{room.join_code}/act"
    pressed = re.compile(r'id="deed-questions" name="verb" value="(\w+)" aria-pressed="(\w+)"')
    assert pressed.findall(client.get(remote).content.decode()) == [("questions", "false")]
    assert client.post(act, {"verb": "questions"}).status_code == 302
    assert pressed.findall(client.get(remote).content.decode()) == [("content", "true")]
    assert Room.objects.get(pk=room.pk).screen == Screen.QUESTIONS
    Room.objects.update(asking=Asking.OFF)
    assert pressed.findall(client.get(remote).content.decode()) == []


def test_the_editor_says_whether_and_how_people_ask(as_: As, db):
    room, client = make_asking_room(asking=Asking.OFF), as_("operator")
    form = {"title": room.title, "results": "live", "reactions": "on"}
    address = f"/rooms/{room.join_code}/edit"
    said = {"asking": "paused", "hold_questions": "on", "names": "required"}
    assert client.post(address, form | said).status_code == 302
    room.refresh_from_db()
    assert (room.asking, room.hold_questions, room.names) == ("paused", True, "required")
    assert 'value="paused" selected' in client.get(address).content.decode()
