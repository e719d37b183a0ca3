"""Phones that vote on, whatever happens to the server they are on. They remember what was acknowledged to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from websockets.exceptions import WebSocketException

from tests.live.doors import ClosedError, Line, RefusedError
from tests.live.driver import Socket

N_OPTIONS = 3
GONE = (ClosedError, RefusedError, WebSocketException, OSError, EOFError)


class Door(Protocol):
    async def open(self, path: str) -> Line: ...


@dataclass(slots=True)
class Phone:
    """Casts `n_ballots`, one after the other, each until it is acknowledged. `n_lives` counts its sockets."""

    door: Door
    room: dict[str, Any]
    token: str
    n_ballots: int
    first_option: int
    on_ack: Callable[[], None]
    seq: int = 0
    n_lives: int = 0

    def option(self, seq: int) -> int:
        return (self.first_option + seq) % N_OPTIONS + 1

    async def vote(self) -> None:
        while self.seq < self.n_ballots:
            try:
                await self._live()
            except GONE:
                await asyncio.sleep(0)  # come back at once: nothing is as hard on a server

    async def _live(self) -> None:
        line = await self.door.open(f"/ws/rooms/{self.room['join_code']}")
        self.n_lives += 1
        try:
            socket = Socket(line)
            await socket.hello(token=self.token)
            while self.seq < self.n_ballots:
                if await self._cast(socket, self.seq + 1):
                    self.seq += 1
                    self.on_ack()
        finally:
            await line.hang_up()

    async def _cast(self, socket: Socket, seq: int) -> bool:
        answer = {"option": self.option(seq)}
        code = self.room["polls"][0]["code"]
        await socket.say("ballot.cast", id=str(seq), poll=code, round=1, seq=seq, answer=answer)
        message = await socket.answer(str(seq))
        if message["type"] == "ack":
            return True
        assert message["code"] in {"busy", "rate_limited"}, message
        await asyncio.sleep(message["retry_ms"] / 1000)  # as the protocol asks of phones
        return False


def right_counts(phones: list[Phone]) -> dict[str, int]:
    """The tally that the last acknowledged ballot of each phone makes."""
    options = [phone.option(phone.seq) for phone in phones]
    return {str(option): options.count(option) for option in range(1, N_OPTIONS + 1)}
