"""What a feed makes of hints that are late, lost or lies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import pytest_asyncio

from live_polls.domain import snapshot
from live_polls.domain.ballots import Counted, cast_batch
from live_polls.domain.versions import bump_layout
from live_polls.domain.visibility import Viewer
from live_polls.live import feed as feeds
from live_polls.live import pacing
from live_polls.live.connections import Connection
from live_polls.live.feed import RoomFeed
from live_polls.models import Poll, Room
from tests.factories import make_cast, make_poll, make_room, voice_of
from tests.live.driver import act
from tests.unit.live.wires import Wire

PATIENCE = 10


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(pacing, "MIN_INTERVAL", 0.0)
    monkeypatch.setattr(feeds, "HINT_SECONDS", 0.0)


@pytest.fixture
def room(box) -> Room:
    return make_room()


@pytest.fixture
def poll(room) -> Poll:
    return make_poll(room)


@pytest_asyncio.fixture
async def feed(room):
    feed = RoomFeed(room.pk)
    yield feed
    feed.stop()


class Tab:
    """A screen of a participant."""

    def __init__(self, participant: str) -> None:
        self.wire = Wire()
        self.connection = Connection(self.wire, Viewer.AUDIENCE, participant)

    async def join(self, feed: RoomFeed) -> Tab:
        assert await feed.join(self.connection)
        self.wire.take()
        return self

    @property
    def answers(self) -> list[object]:
        """The own answers that it was told since the last look."""
        frames = [frame for frame in self.wire.take() if frame["type"] == "me.changed"]
        return [ballot["answer"] for frame in frames for ballot in frame["ballots"]]


async def elsewhere(poll: Poll, who: str, option: int, *, seq: int = 1) -> tuple[str, int]:
    """A ballot that another process counts; where the room stands after it."""
    [counted] = await act(cast_batch, [make_cast(poll, {"option": option}, participant=who, seq=seq)])
    assert isinstance(counted, Counted)
    return counted.epoch, counted.version


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0)


async def settled(feed: RoomFeed, version: int) -> None:
    await until(lambda: feed._hint_is_due is None and not feed._voters)
    await asyncio.wait_for(feed.wait_beyond(version - 1, PATIENCE), PATIENCE)
    assert feed._task is not None
    await asyncio.wait_for(feed._task, PATIENCE)


async def test_who_voted_elsewhere_is_told_though_the_hint_is_lost(feed, poll):
    alice, bob = await Tab("alice").join(feed), await Tab("bob").join(feed)
    epoch, version = await elsewhere(poll, "alice", 2)

    feed.hear_stand(epoch, version)
    await settled(feed, version)

    assert (alice.answers, bob.answers) == ([{"option": 2}], [])


async def test_who_knows_already_is_not_told_again(feed, poll):
    alice = await Tab("alice").join(feed)
    epoch, version = await elsewhere(poll, "alice", 2)
    for _ in range(3):
        feed.hear_stand(epoch, version)
        feed.look_after_all()
        await settled(feed, version)

    assert alice.answers == [{"option": 2}]


async def test_a_hint_that_comes_in_time_spares_the_others_a_look(feed, poll, monkeypatch):
    alice = await Tab("alice").join(feed)
    looks: list[None] = []
    monkeypatch.setattr(feed, "look_after_all", lambda: looks.append(None))
    epoch, version = await elsewhere(poll, "alice", 2)

    feed.hear_stand(epoch, version)
    feed.ballots_changed(["alice"])
    feed.hear(version)
    await settled(feed, version)

    assert alice.answers == [{"option": 2}]
    assert looks == []


async def test_a_voter_is_found_by_the_voice_key_too(feed, poll):
    await act(lambda: (Poll.objects.filter(pk=poll.pk).update(points=10), bump_layout(poll.room_id)))
    alice = Tab("alice")
    alice.connection.voice = voice_of("alice")
    await alice.join(feed)
    _, version = await elsewhere(poll, "alice", 2)

    feed.ballots_changed([voice_of("alice")])
    feed.hear(version)
    await feed.wait_beyond(version - 1, PATIENCE)

    assert alice.answers == [{"option": 2}]


async def test_the_first_look_at_a_room_is_no_lost_hint(feed, poll, monkeypatch):
    looks: list[None] = []
    monkeypatch.setattr(feed, "look_after_all", lambda: looks.append(None))
    epoch, version = await elsewhere(poll, "alice", 2)
    await Tab("alice").join(feed)

    feed.hear_stand(epoch, version)
    await until(lambda: feed._hint_is_due is None)

    assert looks == []


async def test_a_hint_that_lies_about_the_version_is_looked_into_and_forgotten(feed, poll, monkeypatch):
    alice = await Tab("alice").join(feed)
    n_reads = 0
    read_room = snapshot.read_room

    def counting(*args, **options):
        nonlocal n_reads
        n_reads += 1
        return read_room(*args, **options)

    monkeypatch.setattr(feeds, "read_room", counting)

    feed.hear(2**60)
    assert feed._task is not None
    await asyncio.wait_for(feed._task, PATIENCE)

    assert 1 <= n_reads <= 2
    assert feed.lag == 0
    epoch, version = await elsewhere(poll, "alice", 2)
    feed.hear_stand(epoch, version)
    await settled(feed, version)
    assert alice.answers == [{"option": 2}]
