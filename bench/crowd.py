"""A crowd of phones in one room: connects within bounds, counts what arrives, leaves together.

The room may be served by several nodes, and the phones may come from several addresses of this machine: one address
has no more than some 28,000 ports.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from typing import Self

from picows import WSError, WSTransport, ws_connect

from bench import wire
from bench.phone import Phone

AT_ONCE = 50
JOIN_SECONDS = 60.0
# A phone reads frames of a few hundred bytes: thousands of them need not hold 16 KB each.
READ_BUFFER = 2048

OnPayload = Callable[[Phone, bytes], None]
OnPhone = Callable[[Phone], None]


class CrowdError(Exception):
    """The crowd could not do what was asked within its bounds."""


class Crowd:
    """Phones on one room's addresses, by turns."""

    def __init__(self, *urls: str, sources: Sequence[str] = ()) -> None:
        self.urls = urls
        self.sources = sources
        self.phones: list[Phone] = []
        self.snapshot = wire.Snapshot()
        self.refusals: Counter[str] = Counter()
        self.on_ack: OnPayload | None = None
        self.on_tally: OnPayload | None = None
        self.on_upvotes: OnPayload | None = None
        self.on_refused: OnPayload | None = None
        self.on_snapshot: OnPayload | None = None
        self.on_lost: OnPhone | None = None
        self.n_tallies = 0
        self.n_tally_bytes = 0
        self._n_ready = 0
        self._leaving = False
        self._numbers = count()
        self._goal: tuple[int, asyncio.Future[None]] | None = None
        self._all_ready = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def join(self, tokens: Sequence[str | None]) -> None:
        """Connect one phone a token, a few at a time, and wait for every snapshot."""
        self._all_ready.clear()
        gate = asyncio.Semaphore(AT_ONCE)
        n_wanted = len(self.phones) + len(tokens)
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await asyncio.gather(*(self._connect(token, gate) for token in tokens))
                while self._n_ready < n_wanted and not self.refusals:
                    self._all_ready.clear()
                    await self._all_ready.wait()
        except (TimeoutError, OSError, WSError) as error:
            raise CrowdError(self._report(n_wanted)) from error
        if self.refusals:
            raise CrowdError(self._report(n_wanted))

    async def _connect(self, token: str | None, gate: asyncio.Semaphore) -> None:
        phone = Phone(self, next(self._numbers), token)
        async with gate:
            await self.connect(phone)
        self.phones.append(phone)

    async def connect(self, phone: Phone) -> None:
        """Open the socket of a phone: its first, or another after that is gone."""
        source = (self.sources[phone.number % len(self.sources)], 0) if self.sources else None
        await ws_connect(
            lambda: phone,
            self.urls[phone.number % len(self.urls)],
            websocket_handshake_timeout=JOIN_SECONDS,
            extra_headers={"Sec-WebSocket-Protocol": wire.SUBPROTOCOL},
            read_buffer_init_size=READ_BUFFER,
            local_addr=source,
        )

    def on_frame(self, phone: Phone, payload: bytes) -> None:
        """Count one frame and hand it to whoever measures it."""
        match wire.frame_type(payload):
            case b"tally.changed":
                self._count_tally(phone, payload)
            case b"ack":
                if self.on_ack is not None:
                    self.on_ack(phone, payload)
            case b"upvotes.changed":
                if self.on_upvotes is not None:
                    self.on_upvotes(phone, payload)
            case b"snapshot":
                self._count_snapshot(phone, payload)
            case b"error":
                self._count_refusal(phone, payload)

    def _count_tally(self, phone: Phone, payload: bytes) -> None:
        self.n_tallies += 1
        self.n_tally_bytes += len(payload)
        if self.on_tally is not None:
            self.on_tally(phone, payload)
        if self._goal is not None and self.n_tallies >= self._goal[0]:
            self._reach_goal()

    def _count_snapshot(self, phone: Phone, payload: bytes) -> None:
        if not self._n_ready:
            self.snapshot = wire.read_snapshot(payload)
        self._n_ready += 1
        self._all_ready.set()
        if self.on_snapshot is not None:
            self.on_snapshot(phone, payload)

    def _count_refusal(self, phone: Phone, payload: bytes) -> None:
        self.refusals[f"error {wire.read_code(payload)}"] += 1
        self._all_ready.set()
        if self.on_refused is not None:
            self.on_refused(phone, payload)

    def on_gone(self, phone: Phone) -> None:
        """Remember a phone that the server let go; whoever brings it back is told instead."""
        if self._leaving:
            return
        if self.on_lost is not None:
            self.on_lost(phone)
        else:
            self.refusals["connection lost"] += 1
            self._all_ready.set()

    async def wait_for_tallies(self, n: int, *, seconds: float) -> bool:
        """Wait until `n` tallies have arrived in all; say whether they did in time."""
        if self.n_tallies >= n:
            return True
        future = asyncio.get_running_loop().create_future()
        self._goal = (n, future)
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return False
        finally:
            self._goal = None
        return True

    def _reach_goal(self) -> None:
        if self._goal is not None and not self._goal[1].done():
            self._goal[1].set_result(None)

    async def leave(self) -> None:
        """Close every socket; wait a moment for the server to notice."""
        self._leaving = True
        transports = [phone.transport for phone in self.phones if phone.transport is not None]
        for transport in transports:
            transport.send_close()
            transport.disconnect()
        await asyncio.gather(*map(_wait_gone, transports))

    def _report(self, n_wanted: int) -> str:
        return f"{self._n_ready} of {n_wanted} phones joined {self.urls[0]}; {dict(self.refusals)}"


async def _wait_gone(transport: WSTransport) -> None:
    try:
        async with asyncio.timeout(5):
            await transport.wait_disconnected()
    except TimeoutError:
        transport.disconnect(graceful=False)
