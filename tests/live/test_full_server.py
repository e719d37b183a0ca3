"""A server or a room that is full: those who linger without a word make room, those who are in are not disturbed."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack

import pytest
from django.conf import settings

from live_polls.consumers import base
from live_polls.domain.participants import new_token
from live_polls.live.queued_wire import OWN_CODES
from live_polls.models import Poll, Room
from tests.live.doors import QueuedDoor, RefusedError
from tests.live.driver import address, joined, opened, together
from tests.live.installations import Installation
from tests.live.raw import raw_socket, text
from tests.server_process import serving

IN_A_HURRY = ["consumers.room.HELLO_SECONDS=600", "consumers.base.LINGER_SECONDS=0"]


async def test_on_a_full_server_those_who_linger_without_a_hello_make_room_and_nobody_else(
    hub: None, room: Room, poll: Poll, monkeypatch: pytest.MonkeyPatch
):
    door = QueuedDoor(extensions={"websocket.http.response": {}})
    monkeypatch.setattr(settings, "MAX_SOCKETS", base.n_sockets + 4)
    monkeypatch.setattr(base, "LINGER_SECONDS", 0.0)

    async with (
        opened(door, address(room)) as oldest,
        joined(door, room) as voter,
        opened(door, address(room)) as second,
        opened(door, address(room)) as third,
        joined(door, room) as newcomer,
        joined(door, room),
    ):
        assert [await oldest.closed(), await second.closed()] == [OWN_CODES[1013]] * 2
        await third.hello(token=new_token(room.pk))
        with pytest.raises(RefusedError, match="503"):  # all have said hello
            await door.open(address(room))
        for socket in (voter, newcomer, third):
            assert (await socket.cast(poll, {"option": 1}))["type"] == "ack"


async def test_a_hall_gets_into_a_server_that_somebody_fills_with_sockets_that_say_nothing(installation: Installation):
    server, room, n_places = installation.server, installation.room, 20
    server.environment["MAX_SOCKETS"] = str(n_places)
    with serving(server, "-m", "tests.live.hasty", *IN_A_HURRY, "serve"):
        async with AsyncExitStack() as people:
            silent = [await people.enter_async_context(raw_socket(server.url, address(room))) for _ in range(n_places)]
            hall = [await people.enter_async_context(joined(installation.door, room)) for _ in range(n_places - 1)]
            assert await silent[0].closed() == 1006
            acks = await together(*(each.cast(installation.poll, {"option": 1}) for each in hall))
            assert {ack["type"] for ack in acks} == {"ack"}
            await silent[-1].send(text({"type": "hello", "token": new_token(room.pk)}))
            await silent[-1].next("snapshot")


async def test_those_who_say_hello_at_once_do_not_overfill_a_room(
    hub: None, room: Room, monkeypatch: pytest.MonkeyPatch
):
    door, most, n_people = QueuedDoor(), 3, 10
    monkeypatch.setattr(settings, "MAX_SOCKETS_PER_ROOM", most)
    async with AsyncExitStack() as people:
        sockets = [await people.enter_async_context(opened(door, address(room))) for _ in range(n_people)]
        await together(*(socket.say("hello", token=new_token(room.pk)) for socket in sockets))
        answers = await together(*(socket.next("snapshot", "error") for socket in sockets))

        assert Counter(answer.get("code", "in") for answer in answers) == {"in": most, "busy": n_people - most}
        inside = [socket for socket, answer in zip(sockets, answers, strict=True) if answer["type"] == "snapshot"]
        await together(*(socket.hello() for socket in inside))  # a resync needs no other place
