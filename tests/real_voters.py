"""Phones that vote over real sockets, in bad conditions. Imports nothing of live_polls: it speaks the protocol."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

AT_ONCE = 40
CUT_SHARE = 0.3
PATIENCE_S = 60


Answers = Mapping[str, object]  # of one participant, by the codes of the polls


@dataclass(slots=True)
class Conditions:
    """What happened on the way, so that a test can say that it was bad enough."""

    n_sent: int = 0
    n_cut: int = 0


async def vote_all(url: str, join_code: str, phones: Sequence[Answers], *, seed: int) -> tuple[list[str], Conditions]:
    """Vote every ballot of every phone, in random order, each at least twice; the receipts, one a ballot."""
    chance, conditions, door = Random(seed), Conditions(), asyncio.Semaphore(AT_ONCE)

    async def vote(phone: Answers, own_chance: Random) -> list[str]:
        async with door:
            token = await asyncio.to_thread(_join, url, join_code)
            line = _Line(url, join_code, token, conditions)
            try:
                return [
                    await line.cast(code, answer, is_cut=own_chance.random() < CUT_SHARE)
                    for code, answer in own_chance.sample(list(phone.items()), k=len(phone))
                ]
            finally:
                await line.hang_up()

    order = chance.sample(list(phones), k=len(phones))
    receipts = await asyncio.gather(*(vote(phone, Random(chance.random())) for phone in order))
    return [receipt for own in receipts for receipt in own], conditions


def read_state(url: str, join_code: str, since: str = "") -> dict[str, Any]:
    """The snapshot object that anybody may read; with `since`, once it is newer (or after 25 s)."""
    address = f"{url}/api/v1/rooms/{join_code}/state?since={since}"
    with build_opener(ProxyHandler({})).open(address, timeout=60) as response:
        return dict(json.load(response))


def await_state(url: str, join_code: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first state of which `is_so` is true; the server itself says when there is a newer one."""
    state = read_state(url, join_code)
    deadline = time.monotonic() + PATIENCE_S
    while not is_so(state):
        assert time.monotonic() < deadline, state
        state = read_state(url, join_code, f"{state['epoch']}.{state['version']}")
    return state


def _join(url: str, join_code: str) -> str:
    address = f"{url}/api/v1/rooms/{join_code}/join"
    request = Request(address, data=b"", method="POST")
    with build_opener(ProxyHandler({})).open(request, timeout=60) as response:
        return str(json.load(response)["token"])


class _Line:
    """A participant's connection, made anew when it was cut."""

    def __init__(self, url: str, join_code: str, token: str, conditions: Conditions) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/ws/rooms/{join_code}"
        self._token = token
        self._conditions = conditions
        self._socket: ClientConnection | None = None
        self._n_sent = 0

    async def cast(self, poll: str, answer: object, *, is_cut: bool) -> str:
        """Send one ballot twice, on two connections when it is cut between send and ack; its receipt."""
        if is_cut:
            socket = await self._connected()
            await self._send(socket, poll, answer)
            # No goodbye and no reading: the server may have counted the ballot or not, the phone cannot know.
            socket.transport.abort()
            self._socket = None
            self._conditions.n_cut += 1
        socket = await self._connected()
        ids = [await self._send(socket, poll, answer) for _ in range(1 if is_cut else 2)]
        receipts = {await self._receipt(socket, message_id) for message_id in ids}
        [receipt] = receipts
        return receipt

    async def hang_up(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _connected(self) -> ClientConnection:
        if self._socket is None:
            protocol = Subprotocol("live-polls.v1")
            self._socket = await connect(
                self._url, subprotocols=[protocol], compression=None, proxy=None, open_timeout=60
            )
            await self._socket.send(json.dumps({"type": "hello", "token": self._token}))
            await _first(self._socket, "snapshot")
        return self._socket

    async def _send(self, socket: ClientConnection, poll: str, answer: object) -> str:
        self._n_sent += 1
        self._conditions.n_sent += 1
        message_id = str(self._n_sent)
        cast = {"type": "ballot.cast", "id": message_id, "poll": poll, "round": 1, "seq": 1, "answer": answer}
        await socket.send(json.dumps(cast))
        return message_id

    async def _receipt(self, socket: ClientConnection, message_id: str) -> str:
        ack = await _first(socket, "ack", "error")
        assert (ack["type"], ack["id"]) == ("ack", message_id), ack
        return str(ack["receipt"])


async def _first(socket: ClientConnection, *types: str) -> dict[str, Any]:
    while True:
        message = json.loads(await socket.recv())
        if message["type"] in types:
            return dict(message)
