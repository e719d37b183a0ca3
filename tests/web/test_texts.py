"""What people write, on pages: forms without scripts, cards, and the list of held texts on the remote."""

from __future__ import annotations

import html
import re

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse

from live_polls.domain import moderation
from live_polls.domain.ballots import cast_batch
from live_polls.enums import TextState
from live_polls.models import Ballot, Poll, Room, Text
from tests.factories import make_cast, make_poll, make_room
from tests.web.conftest import As
from tests.web.test_audience import phone

pytestmark = pytest.mark.django_db

ATTACK = "<script>alert(1)</script>"
RUNNERS = ["host", "co_host", "operator"]


def make_wall(room: Room, **settings: object) -> Poll:
    return make_poll(room, kind="open_text", options=(), settings=settings)


def say(poll: Poll, *texts: str) -> None:
    cast_batch([make_cast(poll, {"texts": list(texts)})])


def act(client: Client, room: Room, verb: str, text: Text) -> int:
    fields = {"verb": verb, "poll": text.poll.code, "round": text.round, "key": text.key}
    answer = client.post(
        reverse("live_polls:act", args=[room.join_code]), fields, headers={"Accept": "application/json"}
    )
    return answer.status_code


def page(client: Client, name: str, room: Room) -> str:
    answer = client.get(reverse(f"live_polls:{name}", args=[room.join_code]))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("who", RUNNERS)
def test_a_held_text_is_shown_and_hidden_on_the_remote_and_either_may_be_repeated(as_: As, room: Room, who: str):
    poll = make_wall(room, hold=True)
    say(poll, "a thought")
    client, text = as_(who), Text.objects.get()
    assert "a thought" in page(client, "remote", room)
    assert "a thought" not in page(client, "stage", room)

    assert [act(client, room, "show_text", text) for _ in range(2)] == [204, 204]
    assert "a thought" in page(client, "stage", room)
    assert [act(client, room, "hide_text", text) for _ in range(2)] == [204, 204]

    assert "a thought" not in page(client, "stage", room)
    assert "a thought" not in page(client, "remote", room)


def test_a_text_that_was_taken_back_is_said_to_be(as_: As, room: Room):
    poll = make_wall(room, hold=True)
    say(poll, "a thought")
    text = Text.objects.get()
    Text.objects.all().delete()

    assert act(as_("host"), room, "show_text", text) == 404


@pytest.mark.parametrize("fields", [{}, {"round": "x"}, {"round": "1", "key": "\0"}, {"round": "1", "key": "x" * 5000}])
def test_what_names_no_text_is_refused(as_: As, room: Room, fields: dict[str, str]):
    poll = make_wall(room)
    post = {"verb": "hide_text", "poll": poll.code} | fields

    answer = as_("host").post(
        reverse("live_polls:act", args=[room.join_code]), post, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 404


def test_a_text_of_another_room_is_out_of_reach(as_: As, room: Room):
    elsewhere = make_wall(make_poll().room)
    say(elsewhere, "a thought")

    assert act(as_("host"), room, "hide_text", Text.objects.get()) == 404
    assert Text.objects.get().state == TextState.SHOWN


def test_strangers_do_nothing(as_: As, room: Room):
    poll = make_wall(room, hold=True)
    say(poll, "a thought")

    assert act(as_("stranger"), room, "show_text", Text.objects.get()) in {403, 404}
    assert Text.objects.get().state == TextState.HELD


@pytest.mark.parametrize("kind", ["open_text", "word_cloud"])
def test_markup_is_text_on_every_page(as_: As, room: Room, kind: str):
    poll = make_poll(room, kind=kind, options=())
    say(poll, ATTACK)
    client = as_("host")

    for name in ("stage", "remote"):
        assert ATTACK not in page(client, name, room)
        assert html.escape(ATTACK) in page(client, name, room)


@pytest.fixture
def hall(transactional_db: None) -> Room:
    return make_room()


@pytest.fixture
def wall(hall: Room) -> Poll:
    return make_wall(hall)


def own_form(poll: Poll, *texts: str) -> dict[str, object]:
    return {"poll": poll.code, "round": 1, "seq": 1, "deed": "cast", "texts": list(texts)}


@pytest.mark.usefixtures("hub")
async def test_a_form_without_scripts_gives_texts_and_shows_them_as_ones_own(hall: Room):
    poll = await sync_to_async(make_poll)(hall, kind="word_cloud", options=())
    client, address = phone(hall), f"/j/{hall.join_code}"

    answer = await client.post(address, own_form(poll, "Python", "", ATTACK))

    assert answer.status_code == 302
    assert (await Ballot.objects.aget()).answer == f'{{"texts":["Python","{ATTACK}"]}}'
    mine = (await client.get(address)).content.decode()
    assert re.findall(r'name="texts"\s+value="(.*?)"', mine)[:3] == ["Python", html.escape(ATTACK), ""]
    assert ATTACK not in mine


@pytest.mark.usefixtures("hub")
async def test_a_form_with_nothing_in_it_is_refused(hall: Room, wall: Poll):
    answer = await phone(hall).post(f"/j/{hall.join_code}", own_form(wall, "", " "))

    assert answer.status_code == 422
    assert not await Ballot.objects.aexists()


@pytest.mark.usefixtures("hub")
async def test_hidden_texts_are_in_no_page_and_their_author_still_sees_their_own(hall: Room, wall: Poll):
    client, address = phone(hall), f"/j/{hall.join_code}"
    await client.post(address, own_form(wall, "rude"))

    await sync_to_async(moderation.hide_text)(wall, 1, (await Text.objects.aget()).key)

    assert "rude" in (await client.get(address)).content.decode()
    assert "rude" not in (await phone(hall).get(address)).content.decode()
