"""Guessing join codes over pages and requests; and that an ended room is no room to strangers."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from channels.testing import HttpCommunicator
from django.test import Client

from live_polls.domain import rooms
from live_polls.domain.participants import cookie_name, new_token
from live_polls.live.addresses import QUIET
from live_polls.models import Account, Room
from project.asgi import application
from tests.factories import make_poll, make_room
from tests.live.doors import Answer

pytestmark = pytest.mark.usefixtures("hub")

FREE = int(QUIET.free) + 1
# More than what fades away, and is free again, while a slow machine asks so often.
SURELY_TOO_MANY = FREE + 20
DOORS = ["/j/{code}", "/stage/{code}", "/api/v1/rooms/{code}/state", "/embed/{code}"]


@pytest.fixture(autouse=True)
def site(settings) -> None:
    settings.EMBED_ORIGINS = ["https://news.example.org"]


@pytest.fixture
def room(transactional_db) -> Room:
    room = make_room()
    make_poll(room)
    return room


async def get(path: str, address: str, **cookies: str) -> Answer:
    """A request from this address, through all of the application."""
    headers = [("host", "127.0.0.1"), ("cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))]
    raw = [(name.encode(), value.encode()) for name, value in headers]
    communicator = HttpCommunicator(application, "GET", path, b"", raw)
    communicator.scope |= {"client": (address, 5000), "scheme": "http"}
    answer = await communicator.get_response(10)
    await communicator.wait(10)
    return Answer(answer["status"], {k.decode().lower(): v.decode() for k, v in answer["headers"]}, answer["body"])


@pytest.mark.parametrize("door", DOORS)
async def test_who_guesses_is_refused_before_anything_is_looked_up(room, door):
    wrong, right = door.format(code="222222"), door.format(code=room.join_code)
    statuses = [(await get(wrong, "198.51.100.9")).status for _ in range(FREE)]
    assert set(statuses) == {404}

    refused, also_refused = await get(wrong, "198.51.100.9"), await get(right, "198.51.100.9")

    assert (refused.status, also_refused.status) == (429, 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert (await get(right, "203.0.113.7")).status == 200


@pytest.mark.parametrize("known", DOORS)
async def test_looking_at_a_room_one_knows_earns_no_guesses(room, known):
    cookie = {cookie_name(room.join_code): new_token(room.pk)}
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < SURELY_TOO_MANY:
        assert (await get(known.format(code=room.join_code), "198.51.100.9", **cookie)).status == 200
        statuses.append((await get("/j/222222", "198.51.100.9")).status)

    assert statuses[-1] == 429


async def test_each_phone_that_comes_back_to_its_room_counts_as_a_right_code(room):
    for _ in range(4 * 5):
        phone = {cookie_name(room.join_code): new_token(room.pk)}
        assert (await get(f"/j/{room.join_code}", "203.0.113.7", **phone)).status == 200
    statuses = {(await get("/j/222222", "203.0.113.7")).status for _ in range(FREE + 4)}

    assert statuses == {404}  # four more than are free


async def test_who_is_in_the_room_is_never_refused(room):
    token = new_token(room.pk)
    for _ in range(FREE):
        await get("/j/222222", "198.51.100.9")

    page = await get(f"/j/{room.join_code}", "198.51.100.9", **{cookie_name(room.join_code): token})

    assert page.status == 200
    forged = {cookie_name(room.join_code): token[:-1] + ("0" if token[-1] != "0" else "1")}
    assert (await get(f"/j/{room.join_code}", "198.51.100.9", **forged)).status == 429


def test_the_front_door_slows_down_guessing_and_still_lets_a_hall_in(room):
    guesser = Client(REMOTE_ADDR="198.51.100.9", raise_request_exception=False)
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < SURELY_TOO_MANY:
        guesser.post("/", {"join_code": room.join_code})
        statuses.append(guesser.post("/", {"join_code": "222222"}).status_code)

    assert statuses[-1] == 429
    for n in range(600):
        phone = Client(REMOTE_ADDR="203.0.113.7", raise_request_exception=False)
        if n % 7 == 0:
            assert phone.post("/", {"join_code": "22222Z"}).status_code == 404
        came = phone.post("/", {"join_code": room.join_code}, follow=True)
        assert (came.status_code, cookie_name(room.join_code) in phone.cookies) == (200, True)


async def test_to_a_stranger_a_room_that_has_ended_is_no_room(room):
    token = new_token(room.pk)
    await sync_to_async(rooms.end_room)(room)
    code = room.join_code

    for path in ("/j/{}", "/api/v1/rooms/{}/state"):
        ended, none = await get(path.format(code), ""), await get(path.format("222222"), "")
        assert (ended.status, none.status) == (404, 404)
        assert ended.body.replace(code.encode(), b"222222") == none.body
    assert (await get(f"/j/{code}", "", **{cookie_name(code): token})).status == 200


def test_the_front_door_asks_the_same_of_the_database_for_an_ended_room_and_for_none(room, django_assert_num_queries):
    rooms.end_room(room)
    client = Client()

    with django_assert_num_queries(1):
        ended = client.post("/", {"join_code": room.join_code})
    with django_assert_num_queries(1):
        none = client.post("/", {"join_code": "222222"})

    assert ended.status_code == none.status_code == 404
    assert ended.content.replace(room.join_code.encode(), b"222222") == none.content


def test_who_is_signed_in_is_not_taken_for_a_guesser(room):
    account = Account.objects.create(email="host@example.org")
    client = Client(REMOTE_ADDR="198.51.100.9", raise_request_exception=False)
    for _ in range(FREE):
        client.get("/stage/222222")
    assert client.get(f"/stage/{room.join_code}").status_code == 429

    client.force_login(account, "django.contrib.auth.backends.ModelBackend")

    assert client.get(f"/stage/{room.join_code}").status_code == 200
