"""How much one socket, and one participant, may take."""

from __future__ import annotations

import asyncio
import itertools
import json

import pytest

from live_polls.domain.participants import new_token
from live_polls.live.guarded_protocol import PIECES_AT_ONCE
from live_polls.live.limits import BURST, STRIKES
from live_polls.models import Poll, Room
from tests.live.doors import Door, GuardedDoor
from tests.live.driver import Socket, address, joined, opened, together
from tests.live.raw import CONT, PING, PONG, TEXT, frame, raw_socket, text
from tests.server_process import ServerProcess

MOST = 5


async def test_a_sixth_socket_of_one_participant_takes_the_place_of_the_oldest(door: Door, room: Room, poll: Poll):
    token = new_token(room.pk)
    async with (
        joined(door, room) as neighbour,
        joined(door, room, token=token) as oldest,
        joined(door, room, token=token) as second,
        joined(door, room, token=token),
        joined(door, room, token=token),
        joined(door, room, token=token),
        joined(door, room, token=token) as sixth,
    ):
        assert await oldest.closed() == 4409
        ack = await sixth.cast(poll, {"option": 1})
        assert (await second.next("me.changed"))["ballots"][0]["receipt"] == ack["receipt"]
        assert (await neighbour.cast(poll, {"option": 2}))["type"] == "ack"


async def test_no_more_sockets_stay_when_one_participant_opens_many_at_once(door: Door, room: Room, poll: Poll):
    token, n_opened = new_token(room.pk), 12
    lines = [await door.open(address(room)) for _ in range(n_opened)]
    sockets = [Socket(line) for line in lines]
    try:
        await together(*(socket.say("hello", token=token) for socket in sockets))
        ends = {asyncio.create_task(socket.closed()): socket for socket in sockets}
        for end in itertools.islice(asyncio.as_completed(ends), n_opened - MOST):
            assert await end == 4409
        staying = [socket for task, socket in ends.items() if task.cancel()]
        await asyncio.wait(ends)
        acks = [await socket.cast(poll, {"option": 1}) for socket in staying]
        assert [ack["type"] for ack in acks] == ["ack"] * MOST
    finally:
        await together(*(line.hang_up() for line in lines))


async def test_a_resync_replaces_nobody(door: Door, room: Room):
    token = new_token(room.pk)
    async with (
        joined(door, room, token=token) as first,
        joined(door, room, token=token),
        joined(door, room, token=token),
        joined(door, room, token=token),
        joined(door, room, token=token) as fifth,
    ):
        await fifth.hello()
        await first.fence()


async def test_who_talks_too_fast_is_told_so_and_then_let_go(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as flood, joined(door, room) as neighbour:
        n_allowed = int(BURST) - 1  # hello was one
        await flood.send(*({"type": "ping", "id": str(n)} for n in range(10 * STRIKES)))
        assert await flood.closed() == 4429

        answers = [json.loads(text) for text in flood.heard[1:] if '"presence.changed"' not in text]
        assert [answer["id"] for answer in answers] == [str(n) for n in range(len(answers))]
        assert {answer["type"] for answer in answers[:n_allowed]} == {"heartbeat"}
        refused = [answer for answer in answers if answer["type"] == "error"]
        assert len(refused) > STRIKES
        assert {answer["code"] for answer in refused} == {"rate_limited"}
        assert all(0 < answer["retry_ms"] <= 1000 for answer in refused)
        assert (await neighbour.cast(poll, {"option": 1}))["type"] == "ack"


async def test_a_ballot_that_came_too_fast_is_not_counted_and_may_be_sent_again(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as hasty, joined(door, room) as neighbour:
        await hasty.send(*([{"type": "ping"}] * int(BURST)))
        refused = await hasty.cast(poll, {"option": 2})
        assert (refused["type"], refused["code"]) == ("error", "rate_limited")
        assert (await neighbour.hello())["polls"][0]["tally"]["n_ballots"] == 0

        await asyncio.sleep(refused["retry_ms"] / 1000)  # as told
        assert (await hasty.cast(poll, {"option": 2}))["type"] == "ack"
        assert (await neighbour.hello())["polls"][0]["tally"]["n_ballots"] == 1


async def test_who_sends_nothing_but_nonsense_is_let_go(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as neighbour:
        async with opened(door, address(room)) as babbler:
            for n in range(10 * STRIKES):
                await babbler.line.send(f"nonsense {n}")
            assert await babbler.closed() in {4400, 4429}
            assert {json.loads(text)["code"] for text in babbler.heard} == {"bad_message", "rate_limited"}
        assert (await neighbour.cast(poll, {"option": 1}))["type"] == "ack"


@pytest.mark.parametrize(
    "piece",
    [frame(PING, b"x" * 125), frame(PONG, b"x"), frame(CONT, b"", first=0)],
    ids=["pings", "pongs", "pieces of nothing"],
)
async def test_who_floods_beside_messages_is_let_go_and_its_neighbour_votes(
    server: ServerProcess, hub: None, room: Room, poll: Poll, piece: bytes
):
    n_more = 1000
    async with joined(GuardedDoor(server.url), room) as neighbour, raw_socket(server.url, address(room)) as flood:
        await flood.send(text({"type": "hello", "token": new_token(room.pk)}))
        await flood.next("snapshot")
        try:
            await flood.send(frame(TEXT, b"", first=0) + piece * (int(PIECES_AT_ONCE) + n_more))
        except ConnectionError:
            pass  # it was let go in the middle
        assert await flood.closed() == 1006
        assert (await neighbour.cast(poll, {"option": 1}))["type"] == "ack"


async def test_pings_now_and_then_are_answered(server: ServerProcess, hub: None, room: Room, poll: Poll):
    async with raw_socket(server.url, address(room)) as socket:
        for n in range(200):
            await socket.send(frame(PING, str(n).encode()))
            assert await socket.receive() == (PONG, str(n).encode())
