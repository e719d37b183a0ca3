"""A socket client that keeps no rule by itself: it sends the bytes it is told to, and reads only when asked to."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.live.doors import PATIENCE_S

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FIN, RSV1 = 0x80, 0x40


def frame(opcode: int, payload: bytes, *, first: int = FIN, masked: bool = True, length: int | None = None) -> bytes:
    """A frame from a client. `first` are the bits beside the opcode; `length` is what it claims to be long."""
    n = len(payload) if length is None else length
    mask_bit = 0x80 if masked else 0
    if n < 126:
        head = bytes((first | opcode, mask_bit | n))
    elif n < 65536:
        head = bytes((first | opcode, mask_bit | 126)) + n.to_bytes(2, "big")
    else:
        head = bytes((first | opcode, mask_bit | 127)) + n.to_bytes(8, "big")
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def text(message: object) -> bytes:
    return frame(TEXT, json.dumps(message).encode())


class RawSocket:
    """After the handshake: bytes out, frames in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def receive(self) -> tuple[int, bytes]:
        """The next frame of the server: its opcode and payload."""
        async with asyncio.timeout(PATIENCE_S):
            head = await self._reader.readexactly(2)
            n = head[1]
            if n >= 126:
                n = int.from_bytes(await self._reader.readexactly(2 if n == 126 else 8), "big")
            return head[0] & 0x0F, await self._reader.readexactly(n)

    async def next(self, *types: str) -> dict[str, Any]:
        """The next message of one of these types."""
        while True:
            opcode, payload = await self.receive()
            assert opcode == TEXT, (opcode, payload)
            message: dict[str, Any] = json.loads(payload)
            if message["type"] in types:
                return message

    async def closed(self) -> int:
        """The code with which the server closes; 1006 when it only hangs up."""
        while True:
            try:
                opcode, payload = await self.receive()
            except (asyncio.IncompleteReadError, ConnectionError):
                return 1006
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big")


@asynccontextmanager
async def raw_socket(url: str, path: str, *, receive_buffer: int | None = None) -> AsyncIterator[RawSocket]:
    """An open socket; with a small `receive_buffer` the server soon notices when nobody reads."""
    parts = urlsplit(url)
    plain = socket.socket()
    if receive_buffer is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, (parts.hostname, parts.port))
    # The stream must not read ahead either.
    reader, writer = await asyncio.open_connection(sock=plain, limit=1024)
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: live-polls.v1\r\n\r\n".encode()
        )
        async with asyncio.timeout(PATIENCE_S):
            answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        yield RawSocket(reader, writer)
    finally:
        writer.transport.abort()
