"""Requests that never end, or are larger than any of ours: cut off by the server itself, and nobody waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from live_polls.domain.participants import new_token
from live_polls.models import Poll, Room
from tests.live.doors import PATIENCE_S, GuardedDoor
from tests.live.driver import joined
from tests.server_process import ServerProcess

HOST = b"Host: 127.0.0.1\r\n"
N_SLOW = 50


class Connection:
    """Bytes out, bytes in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, *data: bytes) -> None:
        try:
            for some in data:
                self._writer.write(some)
                await self._writer.drain()
        except ConnectionError:
            pass  # `answer` and `rest` tell

    async def answer(self) -> bytes:
        """The head of the next answer; its body is read and forgotten."""
        async with asyncio.timeout(PATIENCE_S):
            head = await self._reader.readuntil(b"\r\n\r\n")
            [length] = [line[15:] for line in head.lower().splitlines() if line.startswith(b"content-length:")]
            await self._reader.readexactly(int(length))
        return head

    async def rest(self) -> bytes:
        """All that comes until the server lets go."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                return await self._reader.read()
            except ConnectionError:
                return b""


@asynccontextmanager
async def connected(server: ServerProcess) -> AsyncIterator[Connection]:
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.transport.abort()


SLOW = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "half a header": b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Slow: ",
    "half a body": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 20\r\n\r\njoin_code=",
    "half a chunk": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\njo",
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
async def test_a_request_that_never_ends_is_cut_off(server: ServerProcess, sent: bytes):
    async with connected(server) as slow:
        await slow.send(sent)
        assert await slow.rest() == b""


async def test_a_drop_now_and_then_does_not_buy_time(server: ServerProcess):
    async with connected(server) as slow, connected(server) as other:
        await slow.send(b"GET /healthz HTTP/1.1\r\n" + HOST)
        cut_off = asyncio.create_task(slow.rest())
        while not cut_off.done():  # it has a deadline of its own
            await other.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
            await other.answer()
            await slow.send(b"X: y\r\n")
        assert cut_off.result() == b""


async def test_many_that_never_end_hold_nobody_up(server: ServerProcess, hub: None, room: Room, poll: Poll):
    slow = [connected(server) for _ in range(N_SLOW)]
    held = [await one.__aenter__() for one in slow]
    for one in held:
        await one.send(SLOW["half a header"])
    async with joined(GuardedDoor(server.url), room) as voter:
        assert (await voter.cast(poll, {"option": 1}))["type"] == "ack"
    assert [await one.rest() for one in held] == [b""] * N_SLOW
    for done in slow:
        await done.__aexit__(None, None, None)


async def test_who_waits_for_news_is_not_slow(server: ServerProcess, hub: None, room: Room, poll: Poll):
    async with (
        joined(GuardedDoor(server.url), room, token=new_token(room.pk)) as voter,
        connected(server) as waiting,
        connected(server) as slow,
    ):
        since = f"{voter.snapshot['epoch']}.{voter.snapshot['version']}".encode()
        path = b"/api/v1/rooms/" + room.join_code.encode() + b"/state?since=" + since
        await waiting.send(b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        assert await slow.rest() == b""  # so a header's time is over, and a body's
        await voter.cast(poll, {"option": 1})
        assert (await waiting.answer()).startswith(b"HTTP/1.1 200 ")
        await waiting.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (await waiting.answer()).startswith(b"HTTP/1.1 200 ")


LARGE = {
    "a hundred thousand headers": (b"GET / HTTP/1.1\r\n" + HOST + b"X-Many: yes\r\n" * 100_000, b"431"),
    "one endless header": (b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"x" * 2_000_000, b"431"),
    "an endless path": (b"GET /" + b"x" * 2_000_000, b"431"),
    "a body that says so": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000,
        b"413",
    ),
    "a body that does not say so": (
        b"POST / HTTP/1.1\r\n"
        + HOST
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 40,
        b"413",
    ),
}


async def test_a_form_with_pictures_may_be_larger_and_nothing_else(server: ServerProcess):
    async with connected(server) as upload, connected(server) as other:
        body = HOST + b"Content-Length: 2000000\r\n\r\n" + b"x" * 2_000_000
        await upload.send(b"POST /rooms/ABCDEF/polls/new HTTP/1.1\r\n" + body)
        assert not (await upload.answer()).startswith(b"HTTP/1.1 413")
        await other.send(b"POST /j/rooms/ABCDEF/polls/new HTTP/1.1\r\n" + body)
        rest = await other.rest()
        assert rest == b"" or rest.startswith(b"HTTP/1.1 413"), rest[:200]


@pytest.mark.parametrize(("sent", "status"), LARGE.values(), ids=LARGE)
async def test_a_request_that_is_too_large_is_cut_off(server: ServerProcess, sent: bytes, status: bytes):
    async with connected(server) as large, connected(server) as other:
        await large.send(*(sent[start : start + 16384] for start in range(0, len(sent), 16384)))
        rest = await large.rest()
        assert rest == b"" or rest.startswith(b"HTTP/1.1 " + status), rest[:200]
        await other.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (await other.answer()).startswith(b"HTTP/1.1 200 ")
