from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from channels.layers import channel_layers, get_channel_layer
from django.conf import settings

from live_polls.events import RoomChanged
from live_polls.live import hints as hints_module
from live_polls.live.hints import MAX_VOTERS, Hints

PATIENCE = 10


class Process:
    """Stands for a server process: its hints, and what it hears."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[object] = asyncio.Queue()
        # Apart: whoever else is on the same Redis tells of rights, too.
        self.rights: asyncio.Queue[str] = asyncio.Queue()
        self.missed: list[int] = []
        self.hints = Hints(
            self.heard.put_nowait,
            lambda *presence: self.heard.put_nowait(presence),
            self.missed.append,
            lambda: self.rights.put_nowait("rights"),
        )
        # They share the server of the layer; in memory, where they would tell nobody, the layer itself.
        self.hints._layer = channel_layers.make_backend("default") if settings.REDIS_URLS else get_channel_layer()

    async def told(self) -> None:
        """Wait until all has been sent."""
        await asyncio.gather(*self.hints._tellers.values())

    async def next_rights(self) -> str:
        return await asyncio.wait_for(self.rights.get(), PATIENCE)

    async def next(self) -> Any:
        return await asyncio.wait_for(self.heard.get(), PATIENCE)


class BrokenLayer:
    """A layer whose server is away until it is mended."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.mended: Any = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(*args: Any) -> Any:
            self.calls.append(name)
            if self.mended is None:
                raise ConnectionError("away")
            return await getattr(self.mended, name)(*args)

        return call


@pytest_asyncio.fixture
async def processes() -> AsyncIterator[list[Process]]:
    both = [Process(), Process()]
    for process in both:
        await process.hints.listen(1)
    yield both
    for process in both:
        await process.hints.stop()


async def test_a_hint_reaches_the_other_process_and_not_ones_own(processes):
    one, other = processes
    one.hints.tell(RoomChanged(1, 5, ("alice",)))
    assert await other.next() == RoomChanged(1, 5, ("alice",))

    other.hints.tell(RoomChanged(1, 6))

    assert await one.next() == RoomChanged(1, 6)
    assert one.heard.empty()
    assert other.heard.empty()


async def test_what_is_told_in_the_turn_in_which_the_teller_ends_is_told_too(processes, monkeypatch):
    one, other = processes
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    send = one.hints._send

    async def send_last(*said: Any) -> bool:
        monkeypatch.undo()
        await send(*said)
        await gate
        return True

    monkeypatch.setattr(one.hints, "_send", send_last)
    one.hints.tell(RoomChanged(1, 5))
    assert await other.next() == RoomChanged(1, 5)

    gate.set_result(None)  # the teller goes on in the next turn of the loop, and finds nothing more to tell
    asyncio.get_running_loop().call_soon(one.hints.tell, RoomChanged(1, 6))  # in the same turn, after it

    assert await other.next() == RoomChanged(1, 6)


async def test_of_several_versions_the_newest_is_told_and_of_all_their_voters(processes):
    one, other = processes
    one.hints.tell(RoomChanged(1, 5, ("alice",)))
    one.hints.tell(RoomChanged(1, 7, ("bob",)))
    one.hints.tell(RoomChanged(1, 6))

    assert await other.next() == RoomChanged(1, 7, ("alice", "bob"))
    assert other.heard.empty()


async def test_a_hint_names_a_bounded_number_of_voters(processes):
    one, other = processes
    one.hints.tell(RoomChanged(1, 5, tuple(map(str, range(MAX_VOTERS * 2)))))

    assert len((await other.next()).voters) == MAX_VOTERS
    assert other.missed == [1]  # and says that there were more


async def test_who_misses_a_hint_hears_so_with_the_next(processes):
    one, other = processes
    one.hints.tell(RoomChanged(1, 5, ("alice",)))
    await other.next()
    one.hints._told[1] += 1  # the layer lost one

    one.hints.tell(RoomChanged(1, 7))

    assert await other.next() == RoomChanged(1, 7)
    assert other.missed == [1]
    one.hints.tell(RoomChanged(1, 8))
    assert await other.next() == RoomChanged(1, 8)
    assert other.missed == [1]


async def test_of_processes_that_come_and_go_for_ever_the_last_are_remembered(processes, monkeypatch):
    monkeypatch.setattr(hints_module, "MOST_SENDERS", 2)
    hints = processes[0].hints
    hint = {"type": "hint", "room": 1, "version": 5, "voters": [], "more": False}
    for number, sender in enumerate(("long here", "gone", "long here", "new")):
        hints._take({**hint, "from": sender, "number": number})
    hints._take({**hint, "from": "of a room that was left", "number": 1, "room": 2})

    assert hints._heard == {1: {"long here": 2, "new": 3}}


async def test_who_leaves_says_that_nobody_is_here_any_more(processes):
    one, other = processes

    await one.hints.stop()

    assert await other.next() == (1, one.hints._name, 0)


async def test_presence_is_told_with_the_name_of_the_process(processes):
    one, other = processes
    one.hints.tell_presence(1, 7)
    one.hints.tell_presence(1, 8)

    assert await other.next() == (1, one.hints._name, 8)


async def test_only_rooms_that_are_listened_to_are_heard(processes):
    one, other = processes
    await other.hints.listen(2)
    await other.hints.forget(1)
    one.hints.tell(RoomChanged(1, 5))
    await one.told()

    one.hints.tell(RoomChanged(2, 6))

    assert await other.next() == RoomChanged(2, 6)


@pytest.mark.parametrize(
    "hint", [{}, {"type": "hint", "room": 1}, {"type": "hint", "room": "x", "version": 1, "voters": []}]
)
async def test_nonsense_on_the_layer_harms_nobody(processes, hint, caplog):
    one, other = processes
    await one.hints._layer.group_send("live_polls.room.1", {"type": "hint"} | hint)

    one.hints.tell(RoomChanged(1, 5))

    assert await other.next() == RoomChanged(1, 5)
    assert "A hint was none of ours" in caplog.text


AWAY = ["The channel layer is away, the version poll serves: ConnectionError('away')"]


async def test_a_layer_that_is_away_is_said_once_and_left_alone_for_a_while(caplog):
    process = Process()
    process.hints._layer = layer = BrokenLayer()
    process.hints.tell(RoomChanged(1, 1))
    while not layer.calls:
        await asyncio.sleep(0)
    process.hints.tell(RoomChanged(1, 2))
    process.hints.tell_presence(1, 3)
    await process.hints.stop()

    assert layer.calls == ["group_send"]
    assert [record.message for record in caplog.records] == AWAY


async def test_what_could_not_be_told_is_told_when_the_layer_is_back(processes, monkeypatch):
    monkeypatch.setattr(hints_module, "SILENCE_SECONDS", 0)
    one, other = processes
    real, one.hints._layer = one.hints._layer, BrokenLayer()
    one.hints.tell(RoomChanged(1, 5, ("alice",)))
    while not one.hints._layer.calls:
        await asyncio.sleep(0)
    one.hints.tell(RoomChanged(1, 6, ("bob",)))

    one.hints._layer.mended = real

    told = await other.next()
    assert (told.version, sorted(told.voters)) == (6, ["alice", "bob"])


async def test_rights_that_could_not_be_told_are_told_when_the_layer_is_back(processes, monkeypatch):
    monkeypatch.setattr(hints_module, "SILENCE_SECONDS", 0)
    one, other = processes
    real, one.hints._layer = one.hints._layer, BrokenLayer()
    one.hints.tell_rights()
    while not one.hints._layer.calls:
        await asyncio.sleep(0)

    one.hints._layer.mended = real

    assert await other.next_rights() == "rights"


class SlowLayer:
    """A layer that lets nothing go before it may."""

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.n_sent = 0
        self.may_go = asyncio.Event()

    async def group_send(self, *args: Any) -> None:
        self.n_sent += 1
        await self.layer.group_send(*args)
        await self.may_go.wait()


async def test_rights_that_change_while_others_are_told_are_told_too(processes):
    one, other = processes
    real = one.hints._layer
    one.hints._layer = slow = SlowLayer(real)
    one.hints.tell_rights()
    assert await other.next_rights() == "rights"

    one.hints.tell_rights()  # the first has been sent, and nobody has said so yet
    slow.may_go.set()

    assert await other.next_rights() == "rights"
    assert slow.n_sent == 2
    one.hints._layer = real


async def test_a_layer_that_is_away_keeps_nobody_from_listening_or_leaving(caplog):
    process = Process()
    process.hints._layer = BrokenLayer()

    await process.hints.listen(1)
    await process.hints.forget(1)
    await process.hints.stop()

    assert [record.message for record in caplog.records] == AWAY


async def test_rooms_are_joined_when_the_layer_is_back(processes, monkeypatch):
    monkeypatch.setattr(hints_module, "RETRY_SECONDS", 0)
    one, _ = processes
    process = Process()
    real, process.hints._layer = process.hints._layer, BrokenLayer()
    await process.hints.listen(1)
    await process.hints.listen(2)

    process.hints._layer.mended = real
    assert process.hints._joiner is not None
    await process.hints._joiner

    assert sorted(process.missed) == [1, 2]
    assert [await process.next_rights() for _ in range(2)] == [
        "rights",
        "rights",
    ]  # nobody knows what was missed of these
    one.hints.tell(RoomChanged(2, 5))
    assert await process.next() == RoomChanged(2, 5)
    await process.hints.stop()


async def test_hints_come_again_when_the_layer_is_back(processes, monkeypatch):
    monkeypatch.setattr(hints_module, "RETRY_SECONDS", 0)
    one, _ = processes
    process = Process()
    process.hints._layer, real = BrokenLayer(), process.hints._layer
    channel = await real.new_channel("back")
    receiver = asyncio.ensure_future(process.hints._receive(channel))
    await real.group_add("live_polls.room.1", channel)
    one.hints.tell(RoomChanged(1, 5))
    await one.told()

    process.hints._layer.mended = real

    assert await process.next() == RoomChanged(1, 5)
    receiver.cancel()


async def test_nothing_is_told_where_no_other_process_could_hear_it():
    assert (Hints(print, print, print)._layer is not None) is bool(settings.REDIS_URLS)


async def test_without_a_layer_nothing_is_told_and_nothing_fails(monkeypatch):
    process = Process()
    process.hints._layer = None
    await process.hints.listen(1)
    process.hints.tell(RoomChanged(1, 5))
    process.hints.tell_presence(1, 3)
    await process.hints.forget(1)
    await process.hints.stop()

    assert process.heard.empty()
