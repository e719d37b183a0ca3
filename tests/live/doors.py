"""Two doors to the same rooms: the ASGI application called directly, and a real server process.

Behind the first a socket writes through the queued wire, as under daphne; behind the second through the guarded one,
as under `serve`. Both stand on the database of the tests, so whatever a test does to a room reaches either.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

from channels.testing import HttpCommunicator, WebsocketCommunicator
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from live_polls.live import messages
from project.asgi import application

# Every deadline of these tests is a multiple of this. It bounds failures; nothing ever waits for it to pass.
PATIENCE_S = 10.0 * float(os.environ.get("TEST_PATIENCE", "1"))

Headers = Sequence[tuple[str, str]]


class RefusedError(Exception):
    """The handshake was answered with this HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class ClosedError(Exception):
    """The server closed the socket with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from a request; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


class Line(Protocol):
    """One open socket."""

    subprotocol: str | None

    async def send(self, data: str | bytes) -> None: ...

    async def receive(self) -> str: ...

    async def hang_up(self) -> None: ...


class Door(Protocol):
    """Where sockets are opened; `origin` is one whose pages may."""

    name: str
    origin: str

    async def open(self, path: str, headers: Headers = ()) -> Line: ...

    async def request(self, method: str, path: str, body: bytes = b"", headers: Headers = ()) -> Answer: ...


class QueuedLine:
    """A socket of the application in this process."""

    def __init__(self, communicator: WebsocketCommunicator, subprotocol: str | None) -> None:
        self.subprotocol = subprotocol
        self._communicator = communicator

    async def send(self, data: str | bytes) -> None:
        kind = "text" if isinstance(data, str) else "bytes"
        await self._communicator.send_input({"type": "websocket.receive", kind: data})

    async def receive(self) -> str:
        event = await self._communicator.receive_output(PATIENCE_S)
        if event["type"] == "websocket.close":
            raise ClosedError(event["code"])
        assert event.keys() == {"type", "text"}, event
        return str(event["text"])

    async def hang_up(self) -> None:
        await self._communicator.disconnect(timeout=PATIENCE_S)


class QueuedDoor:
    """The application itself. The scope is as bare as daphne's: no extensions."""

    name = "queued"

    def __init__(self, extensions: dict[str, Any] | None = None) -> None:
        self.origin = settings.ALLOWED_ORIGINS[0]
        self._extensions = extensions

    async def open(self, path: str, headers: Headers = ()) -> Line:
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        communicator = WebsocketCommunicator(application, path, raw, [messages.SUBPROTOCOL])
        if self._extensions is not None:
            communicator.scope["extensions"] = self._extensions
        await communicator.send_input({"type": "websocket.connect"})
        event = await communicator.receive_output(PATIENCE_S)
        if event["type"] != "websocket.accept":
            await communicator.wait(PATIENCE_S)
            raise RefusedError(event.get("status", 403))  # a close before accept is a 403 on every server
        return QueuedLine(communicator, event["subprotocol"])

    async def request(self, method: str, path: str, body: bytes = b"", headers: Headers = ()) -> Answer:
        named = [("host", urlsplit(self.origin).netloc), ("content-length", str(len(body))), *headers]
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in named]
        communicator = HttpCommunicator(application, method, path, body, raw)
        answer = await communicator.get_response(PATIENCE_S)
        await communicator.wait(PATIENCE_S)  # until the application has let go of the request
        return Answer(answer["status"], {k.decode().lower(): v.decode() for k, v in answer["headers"]}, answer["body"])


class GuardedLine:
    """A socket of a server process."""

    def __init__(self, socket: ClientConnection) -> None:
        self.subprotocol: str | None = socket.subprotocol
        self._socket = socket

    async def send(self, data: str | bytes) -> None:
        try:
            await self._socket.send(data)
        except ConnectionClosed:
            pass  # `receive` tells how

    async def receive(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE_S):
                text = await self._socket.recv()
        except ConnectionClosed as closed:
            raise ClosedError(closed.rcvd.code if closed.rcvd else 1006) from None
        assert isinstance(text, str)
        return text

    async def hang_up(self) -> None:
        await self._socket.close()


class GuardedDoor:
    """A server process at this address."""

    name = "guarded"

    def __init__(self, url: str) -> None:
        self.origin = url

    async def open(self, path: str, headers: Headers = ()) -> Line:
        try:
            socket = await connect(
                self.origin.replace("http", "ws", 1) + path,
                additional_headers=headers,
                subprotocols=[Subprotocol(messages.SUBPROTOCOL)],
                compression=None,
                proxy=None,
                open_timeout=PATIENCE_S,
                close_timeout=PATIENCE_S,
                max_queue=None,
            )
        except InvalidStatus as refused:
            raise RefusedError(refused.response.status_code) from None
        return GuardedLine(socket)

    async def request(self, method: str, path: str, body: bytes = b"", headers: Headers = ()) -> Answer:
        return await asyncio.to_thread(self._request, method, path, body, headers)

    def _request(self, method: str, path: str, body: bytes, headers: Headers) -> Answer:
        connection = HTTPConnection(urlsplit(self.origin).netloc, timeout=PATIENCE_S)
        try:
            connection.putrequest(method, path)
            for name, value in (("Content-Length", str(len(body))), *headers):
                connection.putheader(name, value)
            try:
                connection.endheaders(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # a server need not read all of what it refuses
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()
