"""The wire for servers that only know `await send(...)`: order, backpressure, and peers that never read."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from live_polls.domain.visibility import Viewer
from live_polls.live import queued_wire
from live_polls.live.connections import Connection
from live_polls.live.frames import Frame
from live_polls.live.queued_wire import QueuedWire


class Server:
    """Takes what is sent, one event at a time, whenever the peer reads."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.took = asyncio.Event()
        self.error: Exception | None = None

    async def send(self, event: dict[str, Any]) -> None:
        await self.reads.wait()
        if self.error is not None:
            raise self.error
        self.sent.append(event["text"] if event["type"] == "websocket.send" else f"close {event['code']}")
        self.took.set()

    async def has(self, *texts: str) -> None:
        """Return when exactly this was sent."""
        async with asyncio.timeout(10):
            while self.sent != list(texts):
                self.took.clear()
                await self.took.wait()


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def wire(server: Server) -> QueuedWire:
    return QueuedWire(server.send)


def frame(text: str) -> Frame:
    return Frame(json.dumps(text).encode())


def write(wire: QueuedWire, *texts: str) -> None:
    wire.write(b"", [frame(text) for text in texts])


async def test_frames_leave_in_order(server: Server, wire: QueuedWire):
    write(wire, "a", "b")
    write(wire, "c")

    await server.has('"a"', '"b"', '"c"')


async def test_a_connection_is_ready_again_when_all_was_sent(server: Server, wire: QueuedWire):
    connection = Connection(wire, Viewer.AUDIENCE)
    wire.attach(connection)
    server.reads.clear()
    connection.answer(frame("first"))
    assert not connection.ready
    connection.show([(("tally", "x"), frame("old"))])
    connection.answer(frame("ack"))
    connection.show([(("tally", "x"), frame("new"))])

    server.reads.set()

    await server.has('"first"', '"ack"', '"new"')


async def test_a_close_waits_for_what_has_to_be_said_and_nothing_follows_it(server: Server, wire: QueuedWire):
    connection = Connection(wire, Viewer.AUDIENCE)
    wire.attach(connection)
    server.reads.clear()
    connection.answer(frame("first"))
    connection.answer(frame("last words"))
    wire.close(4429)
    wire.close(4400)
    server.reads.set()

    await server.has('"first"', '"last words"', "close 4429")
    connection.answer(frame("too late"))
    assert wire._writer is not None
    assert wire._writer.done()


@pytest.mark.parametrize(("code", "sent"), [(1009, 4400), (1013, 4408), (4401, 4401)])
async def test_codes_that_daphne_cannot_send_become_our_own(server: Server, wire: QueuedWire, code: int, sent: int):
    wire.close(code)

    await server.has(f"close {sent}")


async def test_a_peer_that_never_reads_is_let_go(server: Server, wire: QueuedWire, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queued_wire, "SLOW_SECONDS", 0.01)
    connection = Connection(wire, Viewer.AUDIENCE)
    wire.attach(connection)
    server.reads.clear()
    connection.answer(frame("unread"))
    assert wire._writer is not None
    await wire._writer
    server.reads.set()

    await server.has("close 4408")
    connection.answer(frame("too late"))
    assert server.sent == ["close 4408"]


async def test_a_peer_that_is_gone_is_no_error(server: Server, wire: QueuedWire):
    server.error = ConnectionResetError()
    write(wire, "a", "b")
    assert wire._writer is not None
    await wire._writer
    wire.close(4401)
    assert wire._closing is not None
    await wire._closing

    assert server.sent == []
