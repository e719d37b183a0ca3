"""uvicorn's WebSocket protocol, guarded: it tells the hub who can be written to, and lets nobody hold the server.

What it adds to `WebSocketsSansIOProtocol`, and why:

* the scope carries the protocol itself (`live_polls.wire`): frames are written as the bytes they are, messages are
  handed to the consumer in the call that received them, with no queue and no task in between;
* a peer that does not drain its buffer within 10 s is aborted; uvicorn alone would wait for ever. Until it drains
  nothing more is read from it, or the answers to what it sends would pile up here;
* pings, pongs and pieces of messages are counted too: the consumer, which counts messages, never hears of them;
* a peer that does not answer pings is aborted, not closed: a close waits for the buffer that never drains;
* a text that came whole goes past the parser (whole_frames.py), as long as it is known where a frame begins;
* after shutdown a peer has one second to take its close frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame as WireFrame
from websockets.http11 import Request
from websockets.protocol import OPEN

from live_polls.live import metrics
from live_polls.live.connections import Connection
from live_polls.live.frames import Frame
from live_polls.live.limits import Allowance
from live_polls.live.messages import CLOSE_TOO_MUCH
from live_polls.live.whole_frames import whole_frame

EXTENSION = "live_polls.wire"
HIGH_WATER_BYTES = 64 * 1024
SLOW_SECONDS = 10.0
SHUTDOWN_SECONDS = 1.0
# Of pings, pongs and continuations. A client pings every few seconds, and one may send a message byte by byte.
PIECES_A_SECOND = 20.0
PIECES_AT_ONCE = 2500.0


class Ear(Protocol):
    """What a consumer is to the wire: told of each message, and of the end, in the call that received it."""

    def hear(self, data: bytes) -> None:
        """A text message."""

    def hear_binary(self) -> None:
        """A message that is no text."""

    def end(self) -> None:
        """The peer is gone. Called once."""


class GuardedProtocol(WebSocketsSansIOProtocol):
    """One socket. `detach` binds the consumer's ear to it, `attach` a connection of the hub."""

    connection: Connection | None = None
    ear: Ear | None = None
    _at_a_frame = False  # what comes next begins with a frame, and no message is under way
    _slow_timer: asyncio.TimerHandle | None = None
    _closing: asyncio.Task[None] | None = None
    _pieces: Allowance | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.conn.handshake_exc is None:
            # The consumer's task was made, but has not run yet: it will find the extension.
            extensions: Any = self.scope["extensions"]
            extensions[EXTENSION] = self
            self._at_a_frame = True

    def data_received(self, data: bytes) -> None:
        at = 0
        while self._at_a_frame and at < len(data):
            frame = whole_frame(data, at, most=self.config.ws_max_size) if self.ear is not None else None
            if frame is None or self.conn.state is not OPEN:
                self._at_a_frame = False  # for good: only the parser could say when it is again
            elif frame.text is not None and self.ear is not None:
                self.ear.hear(frame.text)
                at = frame.end
            else:
                super().data_received(data[at : frame.end])
                at = frame.end
        if at < len(data):
            super().data_received(data[at:] if at else data)

    def attach(self, connection: Connection) -> None:
        """Tell the connection when the wire is full and when it is free."""
        self.connection = connection
        connection.ready = self.writable.is_set()

    def write(self, framed: bytes, frames: Iterable[Frame]) -> None:
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(framed)

    def close(self, code: int) -> None:
        if self._closing is None and not self.disconnected:
            metrics.CLOSES.labels(code).inc()
            message: Any = {"type": "websocket.close", "code": code}
            self._closing = self.loop.create_task(self.send(message))
            self._closing.add_done_callback(_retrieve)

    def drop(self, code: int) -> None:
        """Let the peer go at once, without a close that it need not answer; `code` is for those who watch."""
        metrics.CLOSES.labels(code).inc()
        self.close_sent = True  # or messages that came in the same breath would still be heard
        self.transport.abort()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            # A refused handshake is complete too; uvicorn forgets that and logs an error for each.
            self.handshake_complete = True

    def detach(self, ear: Ear) -> None:
        """Hand all that comes to `ear`. The application may return: no task, and none of its frames, waits for a peer.

        A quarter of the memory of an idle socket was that waiting. What has come already is handed over first.
        """
        self.ear = ear
        held: Any = self
        held.scope = held.request = held.response = None  # as large as what a browser says in its handshake
        while not self.queue.empty():
            event: Any = self.queue.get_nowait()
            if event["type"] == "websocket.receive":
                self._tell(event["text"].encode() if "text" in event else None)
        if self.read_paused:
            self.read_paused = False
            if self.writable.is_set():
                self.transport.resume_reading()
        if self.disconnected:
            self._tell_end()

    async def run_asgi(self) -> None:
        """As uvicorn's, but for a detached socket, which lives on when the application has returned."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except BaseException:
            self.logger.exception("Exception in ASGI application")
            self.send_500_response()
        if self.ear is None and self.close_timer is None and not self.disconnected:
            self.transport.close()

    def stop(self) -> None:
        """Let the connection go. Repeatable."""
        self.connection = None

    def send_receive_event_to_app(self) -> None:
        if self.ear is None:
            super().send_receive_event_to_app()
        elif not self.close_sent:
            data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
            self.frames = []
            self._tell(data if self.curr_msg_data_type == "text" else None)

    def handle_ping(self) -> None:
        if self._take_piece():
            super().handle_ping()

    def handle_pong(self, event: WireFrame) -> None:
        if self._take_piece():
            super().handle_pong(event)

    def handle_cont(self, event: WireFrame) -> None:
        if self._take_piece():
            super().handle_cont(event)

    def _take_piece(self) -> bool:
        """Whether one more is within the allowance; else the peer is gone, with what it sent in the same breath."""
        if self.transport.is_closing():
            return False
        now = self.loop.time()
        if self._pieces is None:  # not before: most sockets never need one
            self._pieces = Allowance(now, rate=PIECES_A_SECOND, burst=PIECES_AT_ONCE)
        if self._pieces.take(now):
            return True
        self.drop(CLOSE_TOO_MUCH)
        return False

    def _tell(self, data: bytes | None) -> None:
        if self.ear is not None and data is not None:
            self.ear.hear(data)
        elif self.ear is not None:
            self.ear.hear_binary()

    def _tell_end(self) -> None:
        ear, self.ear = self.ear, None
        if ear is not None:
            ear.end()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.transport.pause_reading()
        if self.connection is not None:
            self.connection.ready = False
        self._slow_timer = self.loop.call_later(SLOW_SECONDS, self._abort_slow)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_slow_timer()
        if not self.read_paused:  # else the application has not taken yet what came before
            self.transport.resume_reading()
        if self.connection is not None:
            self.connection.resume()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(SHUTDOWN_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_slow_timer()
        super().connection_lost(exc)
        self._tell_end()

    def _abort_slow(self) -> None:
        metrics.SLOW_DISCONNECTS.inc()
        self.transport.abort()

    def _stop_slow_timer(self) -> None:
        if self._slow_timer is not None:
            self._slow_timer.cancel()
            self._slow_timer = None


def _retrieve(task: asyncio.Task[None]) -> None:
    """A socket that is gone cannot be closed any more: that is no error."""
    if not task.cancelled():
        task.exception()
