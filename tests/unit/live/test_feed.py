"""One room in one process, without sockets: who is shown what, in which order, at whatever moment they come."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from live_polls.domain import lifecycle
from live_polls.domain.visibility import Viewer
from live_polls.enums import Screen
from live_polls.errors import PollError
from live_polls.live import feed as feeds
from live_polls.live import pacing
from live_polls.live.connections import Connection
from live_polls.live.feed import RoomFeed
from live_polls.models import Room
from tests.factories import make_poll, make_room
from tests.live.driver import act
from tests.unit.live.client import Client
from tests.unit.live.deeds import ALICE, BOB, DEEDS
from tests.unit.live.wires import Wire

PATIENCE = 10


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(pacing, "MIN_INTERVAL", 0.0)
    monkeypatch.setattr(feeds, "RETRY_SECONDS", 0.0)


@pytest.fixture
def room(box):
    return make_room(results="after_vote")


@pytest_asyncio.fixture
async def feed(room):
    feed = RoomFeed(room.pk)
    yield feed
    feed.stop()


class Person:
    """Somebody with a screen: a connection, its wire and the client at the other end."""

    def __init__(self, viewer: Viewer = Viewer.AUDIENCE, participant: str | None = None) -> None:
        self.wire = Wire()
        self.connection = Connection(self.wire, viewer, participant)
        self._client = Client()

    async def join(self, feed: RoomFeed) -> Person:
        assert await feed.join(self.connection)
        return self

    @property
    def screen(self) -> dict[str, Any]:
        return self._client.take_all(self.wire.take()).screen


async def tell(feed: RoomFeed, *voters: str) -> int:
    """Let the feed hear of what was committed; the version it hears."""
    version = await act(lambda: Room.objects.values_list("version", flat=True).get(pk=feed.room_id))
    feed.ballots_changed(voters)
    feed.hear(version)
    return version


async def settle(feed: RoomFeed, *voters: str) -> None:
    """Wait until listeners have been shown all that was committed."""
    version = await tell(feed, *voters)
    await asyncio.wait_for(feed.wait_beyond(version - 1, PATIENCE), PATIENCE)
    assert feed.version >= version


class Gate(pacing.Pace):
    """A pace that the test sets."""

    is_open = True

    def turn(self, feed: RoomFeed, *, is_open: bool) -> None:
        self.is_open = is_open
        feed._urgent.set()

    def delay(self, now: float) -> float:
        return 0.0 if self.is_open else 60.0


# Whatever happens, every screen ends on the fresh snapshot

SETTINGS = [
    (viewer, who) for viewer in Viewer for who in (ALICE, BOB, None) if who is None or viewer is Viewer.AUDIENCE
]


def try_deed(chance: Random, room: Room) -> None:
    poll = chance.choice(list(room.polls.all()) or [make_poll(room)])
    room.refresh_from_db()
    try:
        chance.choice([deed for name, deed in DEEDS.items() if name != "end"])(room, poll)
    except PollError:
        pass  # not every deed is possible in every state


@pytest.mark.parametrize("seed", [0, 1, 10, 12])
async def test_every_screen_ends_on_the_fresh_snapshot_whatever_happens(feed, room, seed):
    chance = Random(seed)
    await act(lambda: [make_poll(room), make_poll(room, kind="ranking"), make_poll(room, is_open=False)])
    people = [await Person(*setting).join(feed) for setting in SETTINGS]
    feed._pace = gate = Gate()
    for _ in range(25):
        await act(try_deed, chance, room)
        gate.turn(feed, is_open=chance.random() < 0.5)
        await tell(feed, ALICE, BOB)
        for person in chance.sample(people, 3):
            if person.connection.ready:
                person.connection.ready = False
            else:
                person.connection.resume()
        if chance.random() < 0.4:
            people.append(await Person(*chance.choice(SETTINGS)).join(feed))
    gate.turn(feed, is_open=True)
    await settle(feed, ALICE, BOB)

    for person in people:
        person.connection.resume()
        fresh = await Person(person.connection.viewer, person.connection.participant).join(feed)
        assert person.screen == fresh.screen


async def test_who_came_between_two_ticks_is_told_of_what_was_undone_by_the_second(feed, room):
    feed._pace = gate = Gate()
    early = await Person().join(feed)
    gate.turn(feed, is_open=False)
    await act(lifecycle.set_screen, room, Screen.BLANK)
    late = await Person().join(feed)
    assert late.screen["room"]["screen"] == "blank"

    await act(lifecycle.set_screen, room, Screen.CONTENT)
    gate.turn(feed, is_open=True)
    await settle(feed)

    assert early.screen["room"]["screen"] == late.screen["room"]["screen"] == "content"
