"""Everything that a Redis is asked, as its own MONITOR tells it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.stores.redis import RedisServer


class Monitored:
    """The commands between the beginning and `end`."""

    def __init__(self, redis: RedisServer, reader: asyncio.StreamReader) -> None:
        self._redis = redis
        self._reader = reader

    async def end(self) -> list[str]:
        """The commands so far, one a line."""
        mark = secrets.token_hex(8)
        await asyncio.to_thread(self._say, mark)
        lines = []
        while mark not in (line := (await self._reader.readline()).decode(errors="replace")):
            lines.append(line)
        return lines

    def _say(self, mark: str) -> None:
        with self._redis.client() as client:
            client.echo(mark)


@asynccontextmanager
async def monitored(redis: RedisServer) -> AsyncIterator[Monitored]:
    reader, writer = await asyncio.open_connection("127.0.0.1", redis.port, limit=2**20)
    writer.write(b"MONITOR\r\n")
    assert await reader.readline() == b"+OK\r\n"
    try:
        yield Monitored(redis, reader)
    finally:
        writer.close()
        await writer.wait_closed()
