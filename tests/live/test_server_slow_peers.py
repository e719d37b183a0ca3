"""Peers that do not read, or do not answer: they are let go, and nobody waits for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pytest

from live_polls.domain.participants import new_token
from live_polls.models import Poll, Room
from tests.factories import make_poll
from tests.live.doors import GuardedDoor
from tests.live.driver import Message, address, joined, staged
from tests.live.installations import Installation
from tests.live.raw import CLOSE, PING, PONG, RawSocket, frame, raw_socket, text
from tests.server_process import ServerProcess, serving

A_SMALL_BUFFER = 4096
N_FAST = 10


@pytest.fixture
def wide_room(room: Room) -> Room:
    """A snapshot of it is more than the server keeps for a peer that does not read."""
    for _ in range(12):
        make_poll(room, options=[f"{number:03} {'x' * 185}" for number in range(50)])
    return room


async def test_who_never_reads_delays_nobody_and_is_let_go(server: ServerProcess, wide_room: Room, poll: Poll):
    door = GuardedDoor(server.url)
    n_before = await _n_slow(door)
    async with (
        staged(door, wide_room) as stage,
        raw_socket(server.url, address(wide_room), receive_buffer=A_SMALL_BUFFER) as deaf,
    ):
        await deaf.send(text({"type": "hello", "token": new_token(wide_room.pk)}))
        await stage.next("presence.changed", where=_shows(1))
        for n in range(N_FAST):
            async with joined(door, wide_room) as voter:
                assert (await voter.cast(poll, {"option": 1 + n % 3}))["type"] == "ack"
        tally = await stage.next("tally.changed", where=lambda message: message["tally"]["n_ballots"] == N_FAST)
        assert sum(tally["tally"]["counts"].values()) == N_FAST
        await stage.next("presence.changed", where=_shows(0))
    assert await _n_slow(door) == n_before + 1


async def test_who_reads_again_in_time_is_shown_what_is_true_then(server: ServerProcess, wide_room: Room, poll: Poll):
    """Each state once, the newest; what happened while nobody read is not told step by step."""
    door = GuardedDoor(server.url)
    async with (
        joined(door, wide_room) as voter,
        raw_socket(server.url, address(wide_room), receive_buffer=A_SMALL_BUFFER) as slow,
    ):
        await slow.send(text({"type": "hello", "token": new_token(wide_room.pk)}))
        await voter.next("presence.changed", where=_shows(2))
        for seq in range(1, 9):
            await voter.cast(poll, {"option": 1 + seq % 3}, seq=seq)
            await voter.next("tally.changed")
        await slow.send(text({"type": "ping", "id": "at last"}))
        heard = await _messages_until(slow, "at last")

    assert [message["type"] for message in heard if "version" in message] == ["snapshot", "tally.changed", "heartbeat"]
    tally = next(message["tally"] for message in heard if message["type"] == "tally.changed")
    assert tally == {"n_ballots": 1, "counts": {"1": 0, "2": 0, "3": 1}}
    versions = [message["version"] for message in heard if "version" in message]
    assert versions == sorted(versions)


async def test_who_does_not_answer_pings_is_let_go(installation: Installation):
    room, server = installation.room, installation.server
    with serving(server, "-m", "tests.live.hasty", "live.server.PING_SECONDS=1", "serve"):
        async with (
            staged(installation.door, room) as stage,
            raw_socket(server.url, address(room)) as silent,
            raw_socket(server.url, address(room)) as alive,
        ):
            for socket in (silent, alive):
                await socket.send(text({"type": "hello", "token": new_token(room.pk)}))
                await socket.next("snapshot")
            pongs = asyncio.create_task(_answer_pings(alive))
            await stage.next("presence.changed", where=_shows(2))
            await stage.next("presence.changed", where=_shows(1))
            assert not pongs.done()
            pongs.cancel()


async def _n_slow(door: GuardedDoor) -> float:
    """How many peers the server has let go because they did not read."""
    metrics = (await door.request("GET", "/metrics")).body.decode()
    [line] = re.findall(r"^live_polls_slow_disconnects_total (\S+)$", metrics, re.MULTILINE)
    return float(line)


async def _messages_until(socket: RawSocket, client_id: str) -> list[Message]:
    heard: list[Message] = []
    while not heard or heard[-1].get("id") != client_id:
        heard.append(await socket.next("snapshot", "tally.changed", "heartbeat", "presence.changed", "error"))
    return heard


async def _answer_pings(socket: RawSocket) -> None:
    """Until the server closes."""
    while True:
        opcode, payload = await socket.receive()
        if opcode == PING:
            await socket.send(frame(PONG, payload))
        elif opcode == CLOSE:
            return


def _shows(n: int) -> Callable[[Message], bool]:
    return lambda message: message["presence"] == n
