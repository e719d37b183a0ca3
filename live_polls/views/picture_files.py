"""Pictures, answered before Django is asked.

A hall asks for the same few pictures within seconds, so the last ones stay in memory. Their address is a digest of
their bytes: whoever knows it may have them, also while the poll is a draft, and browsers keep them for good.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from live_polls.domain.pictures import read_picture
from live_polls.live.readers import read_for_one

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PREFIX = "/pictures/"
NAME = re.compile(r"([0-9a-f]{32})\.webp")
KEPT_BYTES = 16 * 1024 * 1024
# A picture that was purged is gone from memory, too, after so long.
KEPT_SECONDS = 3600.0


class PictureFiles:
    """ASGI application that answers what is under /pictures/ and hands everything else on."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._reading: dict[str, asyncio.Task[bytes | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        status, headers, body = await self._answer(scope)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, scope: Scope) -> tuple[int, Headers, bytes]:
        if scope["method"] not in {"GET", "HEAD"}:
            return _plain(405, b"Only GET and HEAD.\n", (b"allow", b"GET, HEAD"))
        name = NAME.fullmatch(scope["path"][len(PREFIX) :])
        data = await self._picture(name[1]) if name else None
        if name is None or data is None:
            return _plain(404, b"There is no such picture.\n", (b"cache-control", b"no-store"))
        etag = f'"{name[1]}"'.encode()
        headers: Headers = [
            (b"content-type", b"image/webp"),
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"etag", etag),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]
        if etag in dict(scope["headers"]).get(b"if-none-match", b""):
            return 304, headers, b""
        return 200, [*headers, (b"content-length", str(len(data)).encode())], data

    async def _picture(self, digest: str) -> bytes | None:
        read_at, data = self._kept.get(digest, (0.0, b""))
        if data and time.monotonic() - read_at < KEPT_SECONDS:
            self._kept.move_to_end(digest)
            return data
        if digest not in self._reading:
            task = asyncio.get_running_loop().create_task(self._read(digest))
            task.add_done_callback(lambda _: self._reading.pop(digest, None))
            self._reading[digest] = task
        # Shielded: who asked first may go away, others wait for the same reading.
        return await asyncio.shield(self._reading[digest])

    async def _read(self, digest: str) -> bytes | None:
        data = await read_for_one(read_picture, digest)
        self._kept.pop(digest, None)
        if data is not None:
            self._kept[digest] = (time.monotonic(), data)
            while sum(len(kept) for _, kept in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return data


def _plain(status: int, body: bytes, header: tuple[bytes, bytes]) -> tuple[int, Headers, bytes]:
    length = (b"content-length", str(len(body)).encode())
    return status, [(b"content-type", b"text/plain; charset=utf-8"), length, header], body
