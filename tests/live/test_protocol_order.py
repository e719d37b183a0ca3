"""Versions never fall on a connection, presence is true, and heartbeats say exactly where a connection stands.

The driver checks every version that any socket hears; here are the moments in which one could fall.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from live_polls.consumers.room import RoomSocket
from live_polls.domain import lifecycle, polls
from live_polls.domain.participants import new_token
from live_polls.domain.snapshot import read_room
from live_polls.enums import Screen
from live_polls.live import acks, feed
from live_polls.live import hub as hubs
from live_polls.live.ballot_box import get_box
from live_polls.models import Account, Poll, Room
from tests.factories import make_poll
from tests.live.doors import Door, QueuedDoor
from tests.live.driver import act, address, ballot, hosted, joined, opened, staged, together


async def test_a_ping_is_answered_with_where_the_connection_stands(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        await audience.say("ping", id="now")
        heartbeat = await audience.next("heartbeat")

        assert heartbeat == {
            "type": "heartbeat",
            "epoch": room.epoch,
            "version": audience.snapshot["version"],
            "now": heartbeat["now"],
            "id": "now",
        }
        assert 0 <= heartbeat["now"] - audience.snapshot["now"] < 60
        await audience.say("ping")
        assert "id" not in await audience.next("heartbeat")


async def test_heartbeats_come_by_themselves(room: Room, poll: Poll, hub: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hubs, "HEARTBEAT_SECONDS", 0.01)

    async with joined(QueuedDoor(), room) as audience, staged(QueuedDoor(), room) as stage:
        for socket in (audience, stage):
            heartbeat = await socket.next("heartbeat")
            assert (heartbeat["version"], heartbeat.get("id")) == (socket.snapshot["version"], None)


async def test_a_heartbeat_is_not_behind_a_snapshot_that_was_newer_than_what_others_have_seen(
    door: Door, room: Room, alice: Account
):
    draft = await act(make_poll, room, is_open=False)
    async with joined(door, room) as early, hosted(door, room, alice) as host:
        for position in (1, 0):
            await act(make_poll, room, is_open=False)
            await act(polls.move_poll, draft, position=position)  # nothing that the audience could see
        await host.next("poll.changed", where=lambda message: message["position"] == 2)
        async with joined(door, room) as late:
            assert late.snapshot["version"] > early.version
            await late.fence()
            await early.fence()


async def test_a_heartbeat_is_not_behind_counts_that_only_some_could_see(door: Door, room: Room):
    poll = await act(make_poll, room, results="after_vote")
    token = new_token(room.pk)
    async with (
        joined(door, room, token=token) as phone,
        joined(door, room, token=token) as laptop,
        joined(door, room) as other,
    ):
        await phone.cast(poll, {"option": 1})
        await other.next("tally.changed")
        await phone.cast(poll, {"option": 2}, seq=2)
        for screen in (phone, laptop):
            await screen.next("me.changed", where=lambda message: message["ballots"][0]["seq"] == 2)
            await screen.fence()
        assert await other.fence() == []


async def test_what_only_some_could_see_is_told_once(room: Room, hub: None):
    poll = await act(make_poll, room, results="after_vote")
    async with joined(QueuedDoor(), room) as voter, joined(QueuedDoor(), room) as other:
        await voter.cast(poll, {"option": 1})
        await other.next("tally.changed")
        await voter.cast(poll, {"option": 2}, seq=2)
        await voter.next("tally.changed", where=lambda message: message["tally"].get("counts", {}).get("2") == 1)
        await act(lifecycle.set_screen, room, Screen.JOIN)

        assert (await voter.next())["type"] == "room.changed"


async def test_nobodys_heartbeat_runs_ahead_because_somebody_else_voted_without_effect(
    door: Door, room: Room, poll: Poll
):
    async with joined(door, room) as voter, joined(door, room) as other:
        await voter.cast(poll, {"option": 1}, seq=1)
        await other.next("tally.changed")
        stands_at = other.version
        ack = await voter.cast(poll, {"option": 1}, seq=2)
        await voter.next("me.changed", where=lambda message: message["ballots"][0]["seq"] == 2)
        await other.fence()

        assert ack["version"] > stands_at
        assert other.version == stands_at


async def test_versions_never_fall_while_many_vote_and_hosts_act(door: Door, room: Room, poll: Poll, alice: Account):
    """Nobody here waits for anybody: whatever order the server makes of it, the driver would see a version fall."""

    async def vote(n: int) -> int:
        async with joined(door, room) as voter:
            for seq in range(1, 11):
                ack = await voter.cast(poll, {"option": 1 + (seq + n) % 3}, seq=seq)
                assert ack["type"] == "ack", ack
                if seq % 5 == 0:
                    await voter.fence()
            told = [message for message in map(json.loads, voter.heard) if message["type"] == "me.changed"]
            if not any(message["ballots"][0]["seq"] == 10 for message in told):  # it may come before the ack
                await voter.next("me.changed", where=lambda message: message["ballots"][0]["seq"] == 10)
            return voter.version

    async def host() -> None:
        async with hosted(door, room, alice) as remote:
            for screen in (Screen.BLANK, Screen.JOIN, Screen.CONTENT) * 3:
                await act(lifecycle.set_screen, room, screen)
                await remote.next("room.changed")

    async with staged(door, room) as stage:
        versions = await together(host(), *(vote(n) for n in range(12)))
        await stage.next("tally.changed", where=lambda message: message["tally"]["n_ballots"] == 12)
        snapshot = await stage.hello()

    assert sum(snapshot["polls"][0]["tally"]["counts"].values()) == 12
    assert max(version for version in versions if version) <= snapshot["version"]


async def test_an_ack_waits_for_an_older_state_that_is_on_its_way(room: Room, poll: Poll, hub: None, monkeypatch):
    """The read stands still between its look at the database and its result, while a ballot is counted."""
    async with joined(QueuedDoor(), room) as voter, joined(QueuedDoor(), room) as other:
        with held_reads(monkeypatch) as reads:
            await act(lifecycle.set_screen, room, Screen.JOIN)
            await reads.begun()
            await voter.send(ballot(poll, {"option": 1}, id="mine"))
            ack = await voter.answer("mine")  # after a moment's patience it goes without the read
        changed = await voter.next("room.changed")
        tally = await other.next("tally.changed")

    assert ack["version"] <= changed["version"]
    assert ack["version"] <= tally["version"]


async def test_who_asks_for_a_snapshot_while_one_is_made_gets_another_one(
    room: Room, poll: Poll, hub: None, monkeypatch
):
    async with joined(QueuedDoor(), room) as audience, joined(QueuedDoor(), room) as voter:
        with held_reads(monkeypatch) as reads:
            await audience.say("hello")
            await reads.begun()
            await voter.cast(poll, {"option": 1})
            await audience.say("hello")
            await audience.fence()
        snapshots = [await audience.next("snapshot") for _ in range(2)]

    assert snapshots[1]["polls"][0]["tally"]["n_ballots"] == 1


async def test_acks_that_wait_for_a_read_go_before_the_goodbye(room: Room, poll: Poll, hub: None, monkeypatch):
    monkeypatch.setattr(acks, "PATIENCE_SECONDS", 3600)

    async with joined(QueuedDoor(), room) as voter:
        with held_reads(monkeypatch) as reads:
            await act(lifecycle.set_screen, room, Screen.JOIN)
            await reads.begun()
            await voter.send(ballot(poll, {"option": 1}, id="mine"))
            await voter.fence()
            await asyncio.to_thread(get_box().drain)
            await asyncio.sleep(0)
            await hubs.get_hub().goodbye(spread_ms=0)
            assert [(await voter.next())["type"] for _ in range(2)] == ["ack", "bye"]


async def test_presence_counts_participants_and_not_their_screens(door: Door, room: Room, alice: Account):
    token = new_token(room.pk)
    async with staged(door, room) as stage, hosted(door, room, alice):
        assert stage.snapshot["presence"] == 0
        async with joined(door, room, token=token), joined(door, room, token=token), joined(door, room):
            await stage.next("presence.changed", where=lambda message: message == _presence(2))
        await stage.next("presence.changed", where=lambda message: message == _presence(0))


async def test_who_leaves_in_the_middle_of_a_hello_leaves_nothing_behind(
    room: Room, poll: Poll, hub: None, monkeypatch: pytest.MonkeyPatch
):
    async with staged(QueuedDoor(), room) as stage:
        with held_reads(monkeypatch) as reads:
            async with opened(QueuedDoor(), address(room)) as hasty:
                await hasty.say("hello", token=new_token(room.pk))
                await reads.begun()
        snapshot = await stage.hello()

        assert snapshot["presence"] == 0
        assert len(hubs.get_hub()) == 1


async def test_rooms_without_listeners_are_forgotten_but_not_while_somebody_is_on_the_way_in(room: Room, hub: None):
    this = hubs.get_hub()
    for _ in range(2):
        on_the_way = await this.feed(room.join_code)
        await this._sweep()
        assert this.live_feed(room.join_code) is on_the_way
    await this._sweep()
    assert this.live_feed(room.join_code) is None


async def test_whose_way_in_outlasts_an_empty_room_is_told_of_it_all_the_same(
    room: Room, hub: None, monkeypatch: pytest.MonkeyPatch
):
    identify = RoomSocket._identify

    async def slowly(self: RoomSocket, *args: Any) -> Any:
        for _ in range(2):
            await hubs.get_hub()._sweep()
        return await identify(self, *args)

    monkeypatch.setattr(RoomSocket, "_identify", slowly)
    async with staged(QueuedDoor(), room) as stage:
        await stage.hello()

        assert len(hubs.get_hub()) == 1


async def test_who_comes_second_waits_for_the_hints_of_the_room_too(room: Room, hub: None, monkeypatch):
    this, heard = hubs.get_hub(), asyncio.Event()

    async def listen(room_id: int) -> None:
        await heard.wait()

    monkeypatch.setattr(this._hints, "listen", listen)
    coming = [asyncio.ensure_future(this.feed(room.join_code)) for _ in range(2)]
    await until_read(this, room)
    assert not any(each.done() for each in coming)

    heard.set()
    assert len(set(await asyncio.gather(*coming))) == 1


async def until_read(this: hubs.Hub, room: Room) -> None:
    async with asyncio.timeout(10):
        while this.live_feed(room.join_code) is None:
            await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)


def _presence(n: int) -> dict[str, object]:
    return {"type": "presence.changed", "presence": n}


class _HeldReads:
    """The next read of a room has looked at the database and is not let go on."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._go_on = threading.Event()

    def read_room(self, *args: Any, **options: Any) -> Any:
        result = read_room(*args, **options)
        self._loop.call_soon_threadsafe(self._begun.set)
        self._go_on.wait()
        return result

    async def begun(self) -> None:
        await self._begun.wait()

    def let_go(self) -> None:
        self._go_on.set()


@contextmanager
def held_reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[_HeldReads]:
    """Hold every read of a room that is made inside, until the end."""
    reads = _HeldReads()
    with monkeypatch.context() as patch:
        patch.setattr(feed, "read_room", reads.read_room)
        try:
            yield reads
        finally:
            reads.let_go()
