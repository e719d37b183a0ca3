"""A wire for servers that only know `await send(...)`, such as daphne: one task a socket, the same slots."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from live_polls.live import messages, metrics
from live_polls.live.connections import Connection
from live_polls.live.frames import Frame

SLOW_SECONDS = 10.0
# Servers built on autobahn, as daphne is, send no code of the protocol's own range but 1000.
OWN_CODES = {1009: messages.CLOSE_BAD_INPUT, 1013: messages.CLOSE_TOO_SLOW}

Send = Callable[[dict[str, Any]], Awaitable[None]]


class QueuedWire:
    """Writes in its own task; the connection is not `ready` until all that was given has been sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._frames: deque[Frame] = deque()
        self._connection: Connection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._closed = False

    def attach(self, connection: Connection) -> None:
        """Tell the connection when the wire is busy and when it is free."""
        self._connection = connection

    def write(self, framed: bytes, frames: Iterable[Frame]) -> None:
        if self._closed:
            return
        self._frames.extend(frames)
        if self._connection is not None:
            self._connection.ready = False
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write())

    def close(self, code: int) -> None:
        if self._closing is None:
            metrics.CLOSES.labels(code).inc()
            self._closing = asyncio.get_running_loop().create_task(self._close(OWN_CODES.get(code, code)))

    def drop(self, code: int) -> None:
        """As `close`: such servers take the time that they take."""
        self.close(code)

    def stop(self) -> None:
        """The socket is gone. Repeatable."""
        for task in (self._writer, self._closing):
            if task is not None:
                task.cancel()

    async def _write(self) -> None:
        try:
            while self._frames:
                async with asyncio.timeout(SLOW_SECONDS):
                    await self._send({"type": "websocket.send", "text": self._frames.popleft().payload.decode()})
                if not self._frames and self._connection is not None:
                    self._connection.resume()
        except TimeoutError:
            self._frames.clear()
            self.close(messages.CLOSE_TOO_SLOW)
        except OSError:  # how servers say that the peer is gone; the listener hears of it too
            self._frames.clear()

    async def _close(self, code: int) -> None:
        if self._writer is not None:
            await asyncio.wait([self._writer], timeout=SLOW_SECONDS)
        self._closed = True
        try:
            await self._send({"type": "websocket.close", "code": code})
        except OSError:  # the peer was faster
            pass
