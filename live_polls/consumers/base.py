"""The loop of a socket: accept, listen, let go. Our own, for the stock one costs six times as much a message.

Channels' `AsyncWebsocketConsumer` goes through `await_many_dispatch` and, for each message, a hop to the one thread
that closes old connections. Sockets of ours hold no connection and no channel name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from live_polls.consumers import origin
from live_polls.errors import BadMessageError, InternalError, PollError, RateLimitedError
from live_polls.live import commands, messages, metrics
from live_polls.live.frames import Frame
from live_polls.live.guarded_protocol import EXTENSION, GuardedProtocol
from live_polls.live.limits import STRIKES, STRIKES_FORGIVEN_A_SECOND, Allowance
from live_polls.live.queued_wire import QueuedWire

logger = logging.getLogger(__name__)

HELLO_SECONDS = 5.0
# Who is one of ours says hello as soon as the socket is open. This is how long a phone and a busy loop may take for it
# before somebody else may have the place, and only where there is no other.
LINGER_SECONDS = 1.0
MAX_FRAME_BYTES = 16 * 1024

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

n_sockets = 0
# Those that have not said hello, and when they were opened; the oldest first.
_silent: dict[Socket, float] = {}


class Socket:
    """One socket: parse, call, answer. Subclasses say what a message does; they never raise out of it."""

    def __init__(self, scope: Scope, wire: GuardedProtocol | QueuedWire) -> None:
        self.scope = scope
        self.wire: GuardedProtocol | QueuedWire = wire
        self._loop = asyncio.get_running_loop()
        self._allowance = Allowance(self._loop.time())
        self._patience: Allowance | None = None  # not before somebody needs it
        self._gave_way = False

    @classmethod
    def as_asgi(cls) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        """The ASGI application that makes one of these for each socket."""

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await receive()  # websocket.connect
            if origin.is_foreign(scope):
                metrics.REFUSED_SOCKETS.labels("foreign_origin").inc()
                await refuse(scope, send, 403, "This page may not open a socket here.")
            elif n_sockets >= settings.MAX_SOCKETS and not _make_room():
                metrics.REFUSED_SOCKETS.labels("full").inc()
                await refuse(scope, send, 503, "This server is full. Try again in a moment.")
            else:
                await cls._serve(scope, receive, send)

        return application

    @classmethod
    async def _serve(cls, scope: Scope, receive: Receive, send: Send) -> None:
        global n_sockets
        subprotocol = messages.SUBPROTOCOL if messages.SUBPROTOCOL in scope["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": subprotocol})
        wire = scope.get("extensions", {}).get(EXTENSION) or QueuedWire(send)
        socket = cls(scope, wire)
        n_sockets += 1
        _silent[socket] = socket._loop.time()
        if isinstance(wire, GuardedProtocol):
            wire.detach(socket)
            return
        try:
            await socket.listen(receive)
        finally:
            socket.end()

    async def listen(self, receive: Receive) -> None:
        """Until the peer is gone. Under the guarded server nothing comes this way."""
        while True:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            text = event.get("text")
            if text is None:
                self.hear_binary()
            elif len(text.encode()) > MAX_FRAME_BYTES:
                self.wire.close(1009)
            else:
                self.hear(text)

    def hear(self, data: bytes | str) -> None:
        """One message: whatever it is, it harms nobody else and the socket stays, unless it is too much."""
        if not self._allowance.take(self._loop.time()):
            self.refuse(RateLimitedError(retry_ms=self._allowance.retry_ms()), commands.id_in(data))
            self._strike(messages.CLOSE_TOO_MUCH)
            return
        try:
            self.obey(commands.decode(data))
        except PollError as error:
            self.refuse(error)
        except Exception:
            logger.exception("A message failed")
            self.refuse(InternalError())

    def hear_binary(self) -> None:
        """A message that is no text is none of ours."""
        self.refuse(BadMessageError("Send text frames."))

    def spoke(self) -> None:
        """It has said hello: it keeps its place. Repeatable."""
        _silent.pop(self, None)

    def give_way(self) -> None:
        """Leave the place to another one, at once: it counts no more, however slowly its peer hangs up. Called once."""
        global n_sockets
        n_sockets -= 1
        self._gave_way = True
        self.spoke()
        self.wire.drop(messages.CLOSE_TRY_AGAIN_LATER)

    def end(self) -> None:
        """The peer is gone. Called once."""
        global n_sockets
        n_sockets -= not self._gave_way
        self.spoke()
        self.wire.stop()
        self.gone()

    def refuse(self, error: PollError, client_id: str | None = None) -> None:
        """Answer with an error; one who sends nothing but nonsense is let go."""
        metrics.REFUSALS.labels(error.code).inc()
        self.answer(Frame(messages.encode(messages.error_message(error, client_id))))
        if isinstance(error, BadMessageError):
            self._strike(messages.CLOSE_BAD_INPUT)

    def _strike(self, code: int) -> None:
        """Forgive it, or close with this code."""
        now = self._loop.time()
        if self._patience is None:
            self._patience = Allowance(now, rate=STRIKES_FORGIVEN_A_SECOND, burst=STRIKES)
        if not self._patience.take(now):
            self.wire.close(code)

    def answer(self, frame: Frame) -> None:
        raise NotImplementedError

    def obey(self, message: commands.ClientMessage) -> None:
        raise NotImplementedError

    def gone(self) -> None:
        """The peer is gone: forget it."""
        raise NotImplementedError


def _make_room() -> bool:
    """Let the oldest of those go that linger without a hello; whether there was one.

    Or a few thousand idle sockets, opened anew every five seconds, would keep everybody out.
    """
    oldest = next(iter(_silent), None)
    if oldest is None or asyncio.get_running_loop().time() - _silent[oldest] < LINGER_SECONDS:
        return False
    oldest.give_way()
    return True


async def refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    """Refuse a handshake with a plain HTTP answer; with 403 where the server cannot send another (daphne)."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"5")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": text.encode()})
