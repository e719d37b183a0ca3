"""Several servers on one SQLite file, one killed, workers without Redis, and Django's own development server."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Callable

import pytest

from live_polls.domain.participants import new_token
from tests.live.doors import GuardedDoor, RefusedError
from tests.live.driver import Message, address, joined, opened, staged, together
from tests.live.installations import Installation, await_end, await_words
from tests.server_process import await_ready, serving, started

WAITS = "Another server uses this database. Waiting up to"
WARNS = "Another server still uses this database. Both go on"


async def test_a_second_server_waits_for_one_that_drains(installation: Installation):
    beside = installation.beside()
    with serving(installation.server) as first, started(beside) as second:
        async with joined(installation.door, installation.room) as audience:
            ack = await audience.cast(installation.poll, {"option": 1})
            await_words(beside, second, f"{WAITS} 15 seconds")
            first.send_signal(signal.SIGTERM)
            await audience.next("bye")
            assert await audience.closed() == 1012
        await_end(first, 12)
        await_ready(beside, second)
        async with joined(GuardedDoor(beside.url), installation.room) as audience:
            assert audience.snapshot["version"] >= ack["version"]
            assert _n_ballots(audience.snapshot) == 1

    assert WARNS not in beside.said


async def test_a_second_server_warns_and_goes_on_by_the_version_poll(installation: Installation):
    beside = installation.beside()
    room, poll, token = installation.room, installation.poll, new_token(installation.room.pk)
    with serving(installation.server), serving(beside, "manage.py", "serve", "--wait", "0.2"):
        assert f"{WAITS} 0.2 seconds" in beside.said
        assert WARNS in beside.said
        async with (
            joined(installation.door, room, token=token) as here,
            joined(GuardedDoor(beside.url), room, token=token) as there,
            staged(GuardedDoor(beside.url), room) as stage,
        ):
            ack = await here.cast(poll, {"option": 2})
            for screen in (there, stage):
                await screen.next("tally.changed", where=lambda message: message["tally"]["n_ballots"] == 1)
            assert (await there.cast(poll, {"option": 2}))["receipt"] == ack["receipt"]
            stale = await there.cast(poll, {"option": 3})
            assert (stale["code"], stale["answer"]) == ("stale", {"option": 2})
            await there.cast(poll, {"option": 3}, seq=2)
            await here.next(
                "tally.changed", where=lambda message: message["tally"]["counts"] == {"1": 0, "2": 0, "3": 1}
            )

    assert list(installation.ballots().values()) == [(2, '{"option":3}')]
    assert installation.server.manage("recount").returncode == 0


async def test_a_server_that_was_killed_holds_nobody_up(installation: Installation):
    room, poll = installation.room, installation.poll
    with serving(installation.server) as first:
        async with joined(installation.door, room) as audience:
            acks = [await audience.cast(poll, {"option": 1 + seq % 3}, seq=seq) for seq in range(1, 6)]
            first.kill()
            await_end(first, 12)
            assert await audience.closed() == 1006
    beside = installation.beside()
    with serving(beside):
        async with staged(GuardedDoor(beside.url), room) as stage:
            assert _n_ballots(stage.snapshot) == 1
            assert stage.snapshot["version"] >= acks[-1]["version"]

    assert WAITS not in beside.said
    [(seq, answer)] = installation.ballots().values()
    assert (seq, answer) == (5, '{"option":3}')


async def test_workers_without_redis_say_so_and_show_the_same(installation: Installation):
    room, poll = installation.room, installation.poll
    with serving(installation.server, "manage.py", "serve", "--workers", "2") as process:
        assert "Several workers without REDIS_URL" in installation.server.said
        async with staged(installation.door, room) as stage:
            voters = [joined(installation.door, room) for _ in range(16)]
            sockets = [await voter.__aenter__() for voter in voters]
            try:
                acks = await together(*(socket.cast(poll, {"option": 1 + n % 3}) for n, socket in enumerate(sockets)))
                assert {ack["type"] for ack in acks} == {"ack"}
                for socket in [*sockets, stage]:
                    await socket.next("tally.changed", where=_has_all_of(len(sockets)))
            finally:
                for voter in voters:
                    await voter.__aexit__(None, None, None)
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(await_end, process, 12)

    assert len(installation.ballots()) == len(sockets)
    assert "Traceback" not in installation.server.said, installation.server.said


async def test_djangos_development_server_serves_a_room(installation: Installation):
    """Under daphne everything goes through the queued wire."""
    port = installation.server.url.rpartition(":")[2]
    room, poll = installation.room, installation.poll
    with serving(installation.server, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"):
        door = installation.door
        async with joined(door, room) as voter, staged(door, room) as stage:
            assert voter.line.subprotocol == "live-polls.v1"
            ack = await voter.cast(poll, {"option": 2})
            tally = await stage.next("tally.changed")
            assert (ack["type"], tally["tally"]["counts"]) == ("ack", {"1": 0, "2": 1, "3": 0})
            await voter.line.send("nonsense")
            assert (await voter.next("error"))["code"] == "bad_message"
            await voter.line.send("x" * (16 * 1024 + 1))
            assert await voter.closed() == 4400
            await stage.fence()
        async with opened(door, address(room)) as stranger:
            await stranger.say("hello", token="none")
            assert await stranger.closed() == 4401
        with pytest.raises(RefusedError) as refused:
            await door.open(address(room), [("Origin", "http://evil.example")])
        assert refused.value.status == 403
        page = await door.request("GET", f"/j/{room.join_code}")
        assert (page.status, "Tabs or spaces?" in page.body.decode()) == (200, True)
        [stylesheet, *_] = re.findall(rb'href="(/static/[^"]+\.css)"', page.body)
        assert (await door.request("GET", stylesheet.decode())).status == 200

    assert "Traceback" not in installation.server.said, installation.server.said


def _n_ballots(snapshot: Message) -> int:
    [poll] = snapshot["polls"]
    return int(poll["tally"]["n_ballots"])


def _has_all_of(n: int) -> Callable[[Message], bool]:
    return lambda message: message["tally"]["n_ballots"] == n
