"""Phones that vote on through every trouble, each ballot until it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from tests.live.doors import ClosedError, RefusedError
from tests.live.driver import Socket
from tests.nodes.hall import HallRoom, coming
from tests.server_process import ServerProcess

GONE = (ClosedError, RefusedError, WebSocketException, OSError, EOFError, AssertionError)
AGAIN = {"busy", "internal", "rate_limited"}


@dataclass(slots=True)
class Crowd:
    """What has been acknowledged to whom, and what else was heard."""

    room: HallRoom
    seqs: list[int] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    is_over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def n_acks(self) -> int:
        return sum(self.seqs)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return when the phones have got so far."""
        while not is_so():
            await self._news.wait()
            self._news.clear()

    def hear(self, phone: int, seq: int) -> None:
        self.seqs[phone] = seq
        self._news.set()

    def refuse(self, why: str) -> None:
        self.refusals.append(why)
        self._news.set()

    def counts(self) -> dict[str, int]:
        """The tally that the newest acknowledged ballots make."""
        options = [option(phone, seq) for phone, seq in enumerate(self.seqs) if seq]
        return {str(n): options.count(n) for n in (1, 2, 3)}


def option(phone: int, seq: int) -> int:
    return (phone + seq) % 3 + 1


@asynccontextmanager
async def voting(nodes: list[ServerProcess], room: HallRoom, n_phones: int) -> AsyncIterator[Crowd]:
    """Phones that change their ballots all the time, half of them at each node; afterwards each has its last ack."""
    crowd = Crowd(room, [0] * n_phones)
    tokens = [await room.token(nodes[0]) for _ in range(n_phones)]
    async with asyncio.TaskGroup() as phones:
        for n, token in enumerate(tokens):
            phones.create_task(_vote(crowd, nodes[n % len(nodes)], n, token))
        try:
            yield crowd
        finally:
            crowd.is_over = True


async def _vote(crowd: Crowd, node: ServerProcess, phone: int, token: str) -> None:
    while not crowd.is_over:
        try:
            async with coming(node, crowd.room, token=token) as socket:
                while not crowd.is_over:
                    await _cast(crowd, socket, phone, crowd.seqs[phone] + 1)
        except GONE as error:
            crowd.refuse(repr(error))
            await asyncio.sleep(0.05)  # as a phone would, only sooner


async def _cast(crowd: Crowd, socket: Socket, phone: int, seq: int) -> None:
    """Send the same until it is acknowledged: only then the next."""
    while True:
        message = await socket.cast(crowd.room.poll, {"option": option(phone, seq)}, seq=seq)
        if message["type"] == "ack":
            crowd.hear(phone, seq)
            return
        assert message["code"] in AGAIN, message
        crowd.refuse(message["code"])
        await asyncio.sleep(message.get("retry_ms", 100) / 1000)
