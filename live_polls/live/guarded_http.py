"""uvicorn's HTTP protocol, guarded: a request may be so large and take so long, also where no proxy says so.

uvicorn waits for ever for the end of a header or a body, keeps a header of any size in memory, and Django would write
a body of any size to the disk before it looks at it. Nor does uvicorn mind a request that names two hosts or none,
which a proxy in front may read in another way than we do.
"""

from __future__ import annotations

import asyncio
import re

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from live_polls.live import metrics

HEADER_SECONDS = 10.0
# A quarter of a megabyte, the largest form, over the slowest of networks.
BODY_SECONDS = 40.0
MAX_HEADER_BYTES = 32 * 1024
MAX_BODY_BYTES = 1024 * 1024
# A host's form of a poll may carry pictures: a few of 5 MB. Django writes them to the disk as they come.
MAX_UPLOAD_BYTES = 16 * 1024 * 1024
UPLOADS = re.compile(rb"/rooms/[^/?]{1,12}/polls/[^?]{1,24}(\?|$)")


class GuardedHttp(HttpToolsProtocol):
    """One connection. A clock runs while a request is on its way in, and never while it is answered."""

    _clock: asyncio.TimerHandle | None = None
    _n_bytes = 0
    _most_bytes = MAX_BODY_BYTES
    _in_header = True
    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._allow(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_header and not self.transport.is_closing():
            self._n_bytes += len(data)
            if self._n_bytes > MAX_HEADER_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")

    def handle_websocket_upgrade(self) -> None:
        if self._is_refused:
            return
        self._stop_clock()
        self._in_header = False
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_header, self._n_bytes = True, 0
        self._allow(HEADER_SECONDS)

    def on_headers_complete(self) -> None:
        self._in_header, self._n_bytes = False, 0
        self._most_bytes = MAX_UPLOAD_BYTES if UPLOADS.match(self.url) else MAX_BODY_BYTES
        self._allow(BODY_SECONDS)
        if self._names_one_host():
            super().on_headers_complete()
        else:
            self._refuse(b"400 Bad Request", reason="host")

    def on_body(self, body: bytes) -> None:
        self._n_bytes += len(body)
        if self._is_refused:
            return
        if self._n_bytes <= self._most_bytes:
            super().on_body(body)
        elif not self.transport.is_closing():
            self._refuse(b"413 Content Too Large")

    def on_message_complete(self) -> None:
        self._stop_clock()
        if not self._is_refused:
            super().on_message_complete()

    def _names_one_host(self) -> bool:
        n_hosts = sum(name == b"host" for name, _ in self.headers)
        return n_hosts == 1 or (n_hosts == 0 and self.parser.get_http_version() == "1.0")

    def _allow(self, seconds: float) -> None:
        self._stop_clock()
        self._clock = self.loop.call_later(seconds, self._abort_slow)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _abort_slow(self) -> None:
        metrics.REFUSED_REQUESTS.labels("slow").inc()
        self.transport.abort()

    def _refuse(self, status: bytes, *, reason: str = "large") -> None:
        metrics.REFUSED_REQUESTS.labels(reason).inc()
        self._is_refused = True
        self._stop_clock()
        self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()
