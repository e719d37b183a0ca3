"""One room in one process, without sockets: who is shown what, in which order, at whatever moment they come."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from django.db import OperationalError

from live_polls.domain import lifecycle, polls, rooms
from live_polls.domain.ballots import Counted, cast_batch
from live_polls.domain.polls import PollDraft
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.enums import Screen
from live_polls.errors import PollError
from live_polls.live import feed as feeds
from live_polls.live import pacing
from live_polls.live.connections import Connection
from live_polls.live.feed import RoomFeed
from live_polls.live.load import Shed
from live_polls.models import Room
from tests.factories import make_cast, make_poll, make_room
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

    def delay(self, now: float, level: Shed = Shed.NOTHING) -> float:
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


@pytest.mark.parametrize("viewer", Viewer)
async def test_what_is_done_and_undone_is_shown_both_times(feed, room, viewer):
    person, seen = await Person(viewer).join(feed), []
    for screen in (Screen.BLANK, Screen.CONTENT, Screen.BLANK):
        await act(lifecycle.set_screen, room, screen)
        await settle(feed)
        seen.append(person.screen["room"]["screen"])

    assert seen == ["blank", "content", "blank"]


async def test_counts_that_only_some_see_are_shown_to_them_also_when_a_vote_goes_back(feed, room):
    poll = await act(make_poll, room)
    people = [await Person(participant=who).join(feed) for who in (ALICE, BOB, None)]
    for who, option, seq in [(ALICE, 1, 1), (BOB, 1, 1), (BOB, 2, 2), (BOB, 1, 3)]:
        await act(cast_batch, [make_cast(poll, {"option": option}, participant=who, seq=seq)])
        await settle(feed, who)

    seen = [person.screen["polls"][0]["tally"].get("counts") for person in people]
    assert seen == [{"1": 2, "2": 0, "3": 0}, {"1": 2, "2": 0, "3": 0}, None]


async def test_a_ballot_in_one_poll_takes_away_nothing_that_another_has_made_visible(feed, room):
    one, other = await act(make_poll, room), await act(make_poll, room)
    alice = await Person(participant=ALICE).join(feed)
    for poll in (one, other):
        await act(cast_batch, [make_cast(poll, {"option": 1}, participant=ALICE)])
        feed.ballots_changed([ALICE], frozenset({poll.pk}))
        await settle(feed)
    await act(cast_batch, [make_cast(one, {"option": 1}, participant=BOB)])
    await settle(feed)

    tallies = {poll["code"]: poll["tally"] for poll in alice.screen["polls"]}
    assert tallies[one.code]["counts"] == {"1": 2, "2": 0, "3": 0}
    assert tallies[other.code]["counts"] == {"1": 1, "2": 0, "3": 0}
    assert alice.connection.told.keys() == {(one.code, 1), (other.code, 1)}


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


# Reads


def fail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next read of a room fails as when the database is away."""

    def fail(*args: object, **options: object) -> None:
        monkeypatch.setattr(feeds, "read_room", read_room)
        raise OperationalError

    monkeypatch.setattr(feeds, "read_room", fail)


async def test_a_read_that_fails_is_done_again_and_loses_nobody(feed, room, monkeypatch, caplog):
    poll = await act(make_poll, room)
    voter = await Person(participant=ALICE).join(feed)
    await act(lambda: cast_batch([make_cast(poll, {"option": 1}, participant=ALICE)]))
    fail_once(monkeypatch)
    await tell(feed, ALICE)
    late = await Person().join(feed)

    assert voter.screen["ballots"][poll.code]["answer"] == {"option": 1}
    assert late.screen["polls"][0]["tally"] == {"n_ballots": 1}
    assert [record.message for record in caplog.records] == [f"Room {room.pk} could not be read or shown"]


async def test_a_read_overtaken_by_an_ack_is_done_again(feed, room, monkeypatch):
    person = await Person().join(feed)
    n_reads = 0

    def commit_during_the_third(*args: Any, **options: Any) -> Any:
        nonlocal n_reads
        n_reads += 1
        if n_reads == 3:
            lifecycle.set_screen(room, Screen.BLANK)
        return read_room(*args, **options)

    monkeypatch.setattr(feeds, "read_room", commit_during_the_third)
    counted = Counted("receipt", 1, room.epoch, feed.version + 1, changed=True)
    feed.acknowledge(person.connection, "1", counted)
    feed.hear(feed.version + 1)
    await feed.wait_beyond(feed.version, PATIENCE)

    assert n_reads == 3
    assert person.screen["room"]["screen"] == "blank"


async def test_an_ack_is_not_behind_the_newest_view(feed, room):
    await act(make_poll, room)
    alice = await Person(participant=ALICE).join(feed)
    alice.wire.take()
    alice.connection.version = 0  # nothing of what has changed since was for these eyes
    assert feed.view.version > 1

    feed.acknowledge(alice.connection, "7", Counted("receipt", 1, feed.view.epoch, 1, changed=True))

    assert [frame["version"] for frame in alice.wire.take()] == [feed.view.version]


async def test_an_ack_that_waited_for_a_read_goes_out_with_the_state(feed, room, monkeypatch):
    alice = await Person(participant=ALICE).join(feed)
    loop, version, n_writes = asyncio.get_running_loop(), feed.version, alice.wire.n_writes
    counted = Counted("receipt", 1, room.epoch, version + 1, changed=True)

    def acknowledge_meanwhile(*args: Any, **options: Any) -> Any:
        loop.call_soon_threadsafe(feed.acknowledge, alice.connection, "1", counted)
        return read_room(*args, **options)

    await act(lifecycle.set_screen, room, Screen.BLANK)
    monkeypatch.setattr(feeds, "read_room", acknowledge_meanwhile)
    feed.hear(version + 1)
    await feed.wait_beyond(version, PATIENCE)

    assert [frame["type"] for frame in alice.wire.take()][-2:] == ["room.changed", "ack"]
    assert alice.wire.n_writes == n_writes + 1


async def test_many_who_come_at_once_share_few_reads(feed, room, monkeypatch):
    reads: list[int] = []

    def note(room_id: int, known: Any, participants: dict[str, str], **options: Any) -> Any:
        reads.append(len(participants))
        return read_room(room_id, known, participants, **options)

    monkeypatch.setattr(feeds, "read_room", note)
    await asyncio.gather(*(Person(participant=str(n)).join(feed) for n in range(100)))

    assert sum(reads) == 100
    assert len(reads) <= 2


async def test_a_read_asks_for_a_bounded_number_of_participants(feed, monkeypatch):
    monkeypatch.setattr(feeds, "MAX_PARTICIPANTS_A_READ", 2)

    await asyncio.gather(*(Person(participant=str(n)).join(feed) for n in range(5)))

    assert len(feed.audience) == 5


async def test_current_view_is_read_once_for_all_who_come_first_at_once(feed, monkeypatch):
    reads: list[int] = []

    def note(room_id: int) -> Any:
        reads.append(room_id)
        return read_room(room_id)

    monkeypatch.setattr(feeds, "read_room", note)
    impatient = asyncio.ensure_future(feed.current_view())
    await asyncio.sleep(0)
    patient = asyncio.gather(*(feed.current_view() for _ in range(50)))
    await asyncio.sleep(0)
    impatient.cancel()
    views = await patient

    assert len(reads) == 1
    assert set(map(id, views)) == {id(feed.view)}


async def test_current_view_is_read_once(feed, room, monkeypatch):
    view = await feed.current_view()
    monkeypatch.setattr(feeds, "read_room", None)

    assert view is not None
    assert view.title == room.title
    assert await feed.current_view() is view


# The end of rooms, links and epochs


async def test_a_deleted_room_lets_everybody_go(feed, room):
    person = await Person().join(feed)
    waiting = asyncio.ensure_future(feed.wait_beyond(feed.version, PATIENCE))
    await act(rooms.delete_room, room)
    feed.hear(feed.version + 1)
    await waiting

    assert person.wire.closed == [4404]
    assert feed.gone


async def test_nobody_joins_a_room_that_was_deleted_meanwhile(feed, room):
    await act(rooms.delete_room, room)

    assert not await feed.join(Person().connection)
    assert await feed.current_view() is None


async def test_revoked_stage_links_close_stages_and_nobody_else(feed, room):
    stage, host, phone = [
        await Person(viewer).join(feed) for viewer in (Viewer.TRUSTED_STAGE, Viewer.HOST, Viewer.AUDIENCE)
    ]
    await act(rooms.revoke_stage_links, room)
    await settle(feed)

    assert [person.wire.closed for person in (stage, host, phone)] == [[4401], [], []]


async def test_restored_backup_tells_its_epoch_and_starts_over(feed, room):
    person = await Person().join(feed)
    await act(lambda: Room.objects.update(epoch="restored", version=0, title="Restored"))
    feed.hear_stand("restored", 0)
    feed.hear_stand("restored", 1)
    late = await Person().join(feed)

    assert late.screen["room"]["title"] == "Restored"
    beats = [frame for frame in person.wire.take() if frame["type"] == "heartbeat"]
    assert {(beat["epoch"], beat["version"]) for beat in beats} == {("restored", 0)}


async def test_stop_lets_everybody_go_who_waits(feed, room, monkeypatch):
    monkeypatch.setattr(feeds, "read_room", fail_forever)
    joining = asyncio.ensure_future(feed.join(Person().connection))
    waiting = asyncio.ensure_future(feed.wait_beyond(0, PATIENCE))
    await asyncio.sleep(0)
    assert not feed.idle

    feed.stop()
    feed.stop()

    with pytest.raises(asyncio.CancelledError):
        await joining
    waiting.cancel()


def fail_forever(*args: object, **options: object) -> None:
    raise OperationalError


# Where everybody stands


async def test_heartbeat_says_what_each_connection_was_told(feed, room):
    draft = await act(make_poll, room, is_open=False)
    phone, host = [await Person(viewer).join(feed) for viewer in (Viewer.AUDIENCE, Viewer.HOST)]
    stands = feed.version
    await act(polls.edit_poll, draft, PollDraft(kind="ranking", prompt="?", options=["A", "B"]))
    await settle(feed)
    assert [frame["type"] for frame in phone.wire.take()] == ["snapshot"]
    host.wire.take()

    feed.screens.show_heartbeats()

    assert [person.wire.take()[0]["version"] for person in (phone, host)] == [stands, feed.version]
    assert feed.version > stands


async def test_lag_is_what_was_heard_and_not_shown(feed):
    await Person().join(feed)
    assert feed.lag == 0
    feed._pace = Gate()
    feed._pace.is_open = False

    feed.hear(feed.version + 3)

    assert feed.lag == 3


async def test_waiting_beyond_a_version_ends_with_its_time(feed):
    await Person().join(feed)

    await feed.wait_beyond(feed.version, 0)
    await feed.wait_beyond(feed.version, 0.001)
    await feed.wait_beyond(feed.version - 1, PATIENCE)


async def test_countdown_is_known_of_the_newest_view(feed, room):
    assert not feed.has_countdown
    await act(make_poll, room, seconds=30)
    await Person().join(feed)

    assert feed.has_countdown
