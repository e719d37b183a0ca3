"""The hub's own work: who is told of a commit, and what its timers do."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from threading import Thread

import pytest
import pytest_asyncio
from django.utils import timezone

from live_polls import events
from live_polls.domain import clock, exclusions, lifecycle, rooms
from live_polls.domain.ballots import cast_batch
from live_polls.domain.visibility import Viewer
from live_polls.errors import RoomNotFoundError
from live_polls.events import RoomChanged
from live_polls.live import hub as hubs
from live_polls.live import metrics
from live_polls.live.connections import Connection
from live_polls.live.hub import Hub, drop_hub, get_hub
from live_polls.live.load import Shed
from live_polls.live.patterns import get_patterns
from live_polls.models import Cohort, Poll, Room, Tally
from tests.factories import make_cast, make_participant, make_poll, make_room
from tests.live.driver import act
from tests.unit.live.wires import Wire

PATIENCE = 10
TIMERS = [name for name in vars(hubs) if name.endswith("_SECONDS")]


@pytest.fixture(autouse=True)
def no_timers(monkeypatch):
    """Timers ring when a test calls what they call."""
    for name in TIMERS:
        monkeypatch.setattr(hubs, name, 3600.0)


@pytest.fixture
def room(box):
    return make_room()


@pytest_asyncio.fixture
async def the_hub(room, hub):
    return get_hub()


class Listener:
    def __init__(self, viewer: Viewer = Viewer.HOST, participant: str | None = None) -> None:
        self.wire = Wire()
        self.connection = Connection(self.wire, viewer, participant)

    @property
    def types(self) -> list[str]:
        return [frame["type"] for frame in self.wire.take()]


async def listen(hub: Hub, room: Room, viewer: Viewer = Viewer.HOST, participant: str | None = None) -> Listener:
    listener = Listener(viewer, participant)
    await (await hub.feed(room.join_code)).join(listener.connection)
    assert listener.types == ["snapshot"]
    return listener


async def shown(hub: Hub, room: Room) -> int:
    """Wait until the room has been shown as it stands in the database; its version."""
    version = await act(lambda: Room.objects.values_list("version", flat=True).get(pk=room.pk))
    feed = hub.live_feed(room.join_code)
    assert feed is not None
    await asyncio.wait_for(feed.wait_beyond(version - 1, PATIENCE), PATIENCE)
    return version


# Rooms


async def test_a_room_has_one_feed(the_hub, room):
    assert await the_hub.feed(room.join_code) is await the_hub.feed(room.join_code)
    assert the_hub.live_feed(room.join_code) is await the_hub.feed(room.join_code)


async def test_a_room_that_does_not_exist_has_none(the_hub):
    assert the_hub.live_feed("AAAAAA") is None
    with pytest.raises(RoomNotFoundError):
        await the_hub.feed("AAAAAA")


async def test_a_loop_has_one_hub_until_it_is_dropped(the_hub):
    assert get_hub() is the_hub
    await drop_hub()
    await drop_hub()

    assert get_hub() is not the_hub


async def test_hub_counts_all_connections(the_hub, room):
    await listen(the_hub, room)
    await listen(the_hub, await act(make_room))

    assert len(the_hub) == 2


# Commits


async def test_a_commit_in_any_thread_is_shown(the_hub, room):
    listener = await listen(the_hub, room)
    await act(make_poll, room)
    await shown(the_hub, room)

    assert set(listener.types) == {"room.changed", "poll.changed", "tally.changed"}


async def test_a_fact_of_a_room_without_listeners_is_nothing(the_hub, room):
    events.announce(RoomChanged(room.pk + 1, 2))
    await asyncio.sleep(0)

    assert len(the_hub) == 0


def test_a_hub_whose_loop_is_closed_is_history(monkeypatch):
    monkeypatch.setattr(events, "_subscribers", [])

    async def make() -> Hub:
        hub = Hub()
        for task in hub._tasks:
            task.cancel()
        return hub

    hub = asyncio.run(make())
    assert events._subscribers == [hub._on_fact]
    announcing = Thread(target=events.announce, args=[RoomChanged(1, 1)])
    announcing.start()
    announcing.join()

    assert events._subscribers == []


async def test_a_commit_that_nobody_told_of_is_found_by_the_version_poll(the_hub, room):
    listener = await listen(the_hub, room)
    await act(lambda: Room.objects.update(version=9, layout_version=9, title="Attic"))

    await the_hub._poll_versions()
    await shown(the_hub, room)

    assert listener.types == ["room.changed"]


async def test_a_deleted_room_is_found_by_the_version_poll(the_hub, room):
    listener = await listen(the_hub, room)
    await act(rooms.delete_room, room)
    feed = the_hub.live_feed(room.join_code)

    await the_hub._poll_versions()
    await feed.wait_beyond(feed.version, PATIENCE)

    assert listener.wire.closed == [4404]
    assert the_hub.live_feed(room.join_code) is None


async def test_version_poll_asks_nothing_when_nobody_listens(the_hub, monkeypatch):
    monkeypatch.setattr(hubs, "read", None)

    await the_hub._poll_versions()
    await the_hub._close_overdue()


async def test_the_time_is_asked_before_the_first_ballot_and_with_every_version_poll(the_hub, room, monkeypatch):
    real = time.time
    monkeypatch.setattr(clock, "_offset", 0.0)
    for hours in (1, -2):  # this process's clock is wrong, and is then set to another time
        monkeypatch.setattr(time, "time", lambda hours=hours: real() + hours * 3600)
        if hours == 1:
            await the_hub.feed(room.join_code)
        else:
            await the_hub._poll_versions()
        assert clock.now() == pytest.approx(real(), abs=60)


# Timers


async def test_overdue_polls_are_closed_where_somebody_looks(the_hub, room):
    poll = await act(make_poll, room, seconds=30)
    listener = await listen(the_hub, room)
    await act(lambda: Poll.objects.update(deadline=timezone.now() - timedelta(hours=1)))

    await the_hub._close_overdue()
    await shown(the_hub, room)

    assert "poll.changed" in listener.types
    assert await act(lambda: Poll.objects.get(pk=poll.pk).state) == "closed"


async def test_rounds_that_are_over_are_looked_at_for_floods_also_where_nobody_listens(the_hub, room):
    def flood() -> None:
        poll = make_poll(room)
        cast_batch([make_cast(poll, {"option": 1}) for _ in range(30)])
        people = [make_participant(room) for _ in range(12)]
        for each in people:
            get_patterns().note(each, "203.0.113.7", now=1000)
        cast_batch([make_cast(poll, {"option": 2}, participant=each) for each in people])
        lifecycle.close_poll(poll)

    await act(flood)
    await the_hub._look_for_patterns()

    assert await act(lambda: Cohort.objects.get().n) == 12


async def test_overdue_polls_are_closed_where_nobody_is(the_hub, room):
    poll = await act(make_poll, room, seconds=30)
    await act(lambda: Poll.objects.update(deadline=timezone.now() - timedelta(hours=1)))

    await the_hub._close_forgotten()

    assert await act(lambda: Poll.objects.get(pk=poll.pk).state) == "closed"


async def test_presence_is_shown_when_it_changes(the_hub, room):
    listener = await listen(the_hub, room)
    await listen(the_hub, room, Viewer.AUDIENCE, "alice")
    for _ in range(2):
        await the_hub._show_presence()

    assert [frame["presence"] for frame in listener.wire.take()] == [1]


@pytest.mark.parametrize("is_heard", [True, False])
async def test_presence_is_told_where_somebody_can_hear_it(the_hub, room, monkeypatch, is_heard):
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(type(the_hub._hints), "reaches_others", is_heard)
    monkeypatch.setattr(the_hub._hints, "tell_presence", lambda *presence: told.append(presence))
    await the_hub.feed(room.join_code)

    await the_hub._show_presence()

    assert told == ([(room.pk, 0)] if is_heard else [])


async def test_presence_includes_what_other_processes_say(the_hub, room):
    listener = await listen(the_hub, room)
    the_hub._hear_presence(room.pk, "other", 7)
    the_hub._hear_presence(room.pk + 1, "other", 7)
    await the_hub._show_presence()

    assert [frame["presence"] for frame in listener.wire.take()] == [7]


async def test_the_head_count_waits_while_the_loop_has_too_much_to_do(the_hub, room):
    listener = await listen(the_hub, room)
    the_hub._lag = 60.0
    await the_hub._weigh()
    await the_hub._show_presence()
    assert listener.types == []
    assert metrics.SHED._value.get() == the_hub.load.level == Shed.TALLIES

    for _ in range(4):
        await the_hub._weigh()
    await the_hub._show_presence()

    assert listener.types == ["presence.changed"]
    assert metrics.SHED._value.get() == 0


async def test_screens_of_a_room_keep_the_pace_of_the_load(the_hub, room):
    listener = await listen(the_hub, room)
    feed = the_hub.live_feed(room.join_code)
    the_hub.load.measure(lag=60.0, waited=0.0)
    assert feed._pace.delay(asyncio.get_running_loop().time(), the_hub.load.level) > 0

    await act(make_poll, room)
    await shown(the_hub, room)

    assert "poll.changed" in listener.types


@pytest.mark.parametrize("bar", [exclusions.mute, exclusions.exclude])
async def test_nothing_is_shown_of_what_somebody_barred_taps(the_hub, room, bar):
    stage, feed = await listen(the_hub, room), await the_hub.feed(room.join_code)
    for voice in ("loud", "quiet"):
        the_hub.react(feed, voice, "lost")
    await the_hub._show_reactions()
    assert stage.wire.take()[-1]["pulse"] == {"lost": 2}

    await act(bar, room, "loud")
    await shown(the_hub, room)
    for said in ("heart", "lost"):
        the_hub.react(feed, "loud", said)
    the_hub.react(feed, "quiet", "wow")
    await the_hub._show_reactions()
    told = stage.wire.take()[-1]
    assert (told["type"], told["counts"], told["pulse"]) == ("reactions.changed", {"wow": 1}, {"lost": 1})

    await act(exclusions.lift, room, "loud")
    await shown(the_hub, room)
    the_hub.react(feed, "loud", "heart")
    await the_hub._show_reactions()
    assert stage.wire.take()[-1]["counts"] == {"heart": 1}


async def test_heartbeats_go_to_everybody(the_hub, room):
    listeners = [await listen(the_hub, room, viewer) for viewer in Viewer]

    await the_hub._show_heartbeats()

    assert [listener.types for listener in listeners] == [["heartbeat"]] * 3


async def test_rooms_in_which_nobody_listens_are_forgotten(the_hub, room):
    listener = await listen(the_hub, room)
    for _ in range(3):
        await the_hub._sweep()
    assert the_hub.live_feed(room.join_code) is not None

    (await the_hub.feed(room.join_code)).leave(listener.connection)
    await the_hub._sweep()  # somebody may be on the way in
    assert the_hub.live_feed(room.join_code) is not None
    await the_hub._sweep()

    assert the_hub.live_feed(room.join_code) is None


async def test_of_rooms_that_are_forgotten_nothing_is_kept(the_hub, room):
    listener = await listen(the_hub, room)
    await act(lambda: lifecycle.close_poll(make_poll(room)))
    await the_hub._recount_one()
    for n, room_id in enumerate((room.pk, room.pk + 1)):
        events.announce(RoomChanged(room_id, 50 + n))
    if the_hub._hints._layer is None:
        the_hub._hints._told.update([room.pk, room.pk + 1])
    await asyncio.sleep(0)
    await asyncio.gather(*the_hub._hints._tellers.values())
    the_hub._hints._take(
        {"type": "hint", "from": "x", "room": room.pk, "number": 1, "version": 1, "voters": [], "more": 0}
    )
    assert the_hub._recounted.keys() == the_hub._hints._heard.keys() == {room.pk}
    assert the_hub._hints._told.keys() == {room.pk, room.pk + 1}

    (await the_hub.feed(room.join_code)).leave(listener.connection)
    for _ in range(3):
        await the_hub._sweep()

    assert (the_hub._recounted, the_hub._hints._heard, dict(the_hub._hints._told)) == ({}, {}, {})
    assert the_hub.n_kept == 0


async def test_a_wrong_tally_of_a_closed_poll_is_found_once_a_round(the_hub, room, caplog):
    poll = await act(make_poll, room)
    await act(lifecycle.close_poll, poll)
    await act(lambda: Tally.objects.create(poll=poll, round=1, counter="1", n=9))
    await listen(the_hub, room)
    for _ in range(3):
        await the_hub._recount_one()

    assert [record.message for record in caplog.records] == [f"Poll {poll.code}, round 1: 1 counters are wrong"]


async def test_right_tallies_are_counted_in_silence_one_a_time(the_hub, room, caplog):
    for _ in range(2):
        await act(lambda: lifecycle.close_poll(make_poll(room)))
    await listen(the_hub, room)

    counts = []
    for _ in range(3):
        await the_hub._recount_one()
        counts.append(len(the_hub._recounted[room.pk]))

    assert counts == [1, 2, 2]
    assert not caplog.records


async def test_a_timer_outlives_what_fails(the_hub, caplog):
    calls: asyncio.Queue[int] = asyncio.Queue()

    async def fail() -> None:
        calls.put_nowait(1)
        raise ZeroDivisionError("away")

    timer = asyncio.ensure_future(the_hub._every(0, fail))
    for _ in range(2):
        await asyncio.wait_for(calls.get(), PATIENCE)
    timer.cancel()

    assert caplog.records[0].message == "fail failed: away"


async def test_measures_are_taken_of_all_rooms(the_hub, room):
    await listen(the_hub, room, Viewer.AUDIENCE, "alice")
    await the_hub._measure()

    gauges = (metrics.SOCKETS, metrics.ROOMS, metrics.PARTICIPANTS, metrics.VERSION_LAG)
    assert [gauge._value.get() for gauge in gauges] == [1, 1, 1, 0]


# The end


async def test_goodbye_sends_everybody_away_for_different_times(the_hub, room):
    listeners = [await listen(the_hub, room) for _ in range(5)]

    await the_hub.goodbye(spread_ms=1000)

    byes = [frame for listener in listeners for frame in listener.wire.take()]
    assert {bye["type"] for bye in byes} == {"bye"}
    assert all(500 <= bye["retry_ms"] <= 1500 for bye in byes)
    assert len({bye["retry_ms"] for bye in byes}) > 1


async def test_long_polls_are_woken(the_hub, room, monkeypatch):
    await listen(the_hub, room)
    feed = the_hub.live_feed(room.join_code)
    waiting = asyncio.ensure_future(feed.wait_beyond(feed.version, PATIENCE))
    await asyncio.sleep(0)
    monkeypatch.setattr(feed, "gone", True)

    the_hub.wake_waiting()

    await asyncio.wait_for(waiting, PATIENCE)


async def test_stop_may_be_repeated(the_hub):
    await the_hub.stop()
    await the_hub.stop()

    assert all(task.done() for task in the_hub._tasks)
