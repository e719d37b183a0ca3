"""The way of phones to a server over a bad network: everything comes late, some of it later, and connections break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from urllib.parse import urlsplit

ONE_WAY_S = 0.15
# What a lost packet costs: TCP sends it again, and whatever came after it waits.
SHARE_LOST = 0.05
AGAIN_AFTER_S = 0.3
LIFE_S = 3.0
CHUNK = 4096


@asynccontextmanager
async def bad_lines(urls: Sequence[str], rng: Random) -> AsyncIterator[list[str]]:
    """An address for each server that leads there over a bad line, until the block ends."""
    async with AsyncExitStack() as lines:
        yield [await lines.enter_async_context(_bad_line(url, rng)) for url in urls]


@asynccontextmanager
async def _bad_line(url: str, rng: Random) -> AsyncIterator[str]:
    behind = urlsplit(url)
    relays: set[asyncio.Task[None]] = set()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        relays.add(task)
        ends = {writer}
        try:
            far_reader, far_writer = await asyncio.open_connection(behind.hostname, behind.port)
            ends.add(far_writer)
            async with asyncio.timeout(rng.expovariate(1 / LIFE_S)), asyncio.TaskGroup() as pumps:
                pumps.create_task(_pump(reader, far_writer, rng))
                pumps.create_task(_pump(far_reader, writer, rng))
        except (OSError, TimeoutError, ExceptionGroup, asyncio.CancelledError):
            pass
        finally:
            relays.discard(task)
            for end in ends:
                end.transport.abort()

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in list(relays):
            task.cancel()
        await asyncio.gather(*relays, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rng: Random) -> None:
    """Pass everything on in its order, each piece so much later than it came."""
    loop, due, flights = asyncio.get_running_loop(), 0.0, asyncio.Queue[tuple[float, bytes]]()

    async def land() -> None:
        while True:
            at, data = await flights.get()
            await asyncio.sleep(at - loop.time())
            writer.write(data)
            if not data:
                writer.close()
                return
            await writer.drain()

    landing = asyncio.create_task(land())
    try:
        while True:
            data = await reader.read(CHUNK)
            late = ONE_WAY_S + (AGAIN_AFTER_S if rng.random() < SHARE_LOST else 0.0)
            due = max(due, loop.time() + late)
            flights.put_nowait((due, data))
            if not data:
                break
        await landing
    finally:
        landing.cancel()
