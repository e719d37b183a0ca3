"""People in a room, as tests speak of them: `async with joined(door, room) as audience:`.

Whatever a socket hears is checked on the way for what holds for every message of every test: it is one JSON object
with its `type` first, of the room's epoch, and its version is never older than one that this socket has heard before.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.test import Client

from live_polls.domain.participants import cookie_name, new_token
from live_polls.models import Account, Poll, Room
from tests.live.doors import ClosedError, Door, Headers, Line

P = ParamSpec("P")
T = TypeVar("T")
Message = dict[str, Any]

_ids = itertools.count(1)


class Socket:
    """One socket of somebody. `heard` is every frame so far, as text; `next` takes them one by one.

    An answer may come before or after the states that it goes with. So who waits for an answer takes that alone, and
    leaves the states to be taken later.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.heard: list[str] = []
        self.snapshot: Message = {}
        self.version = 0
        self._untaken: deque[Message] = deque()

    async def say(self, kind: str, **fields: Any) -> None:
        await self.send({"type": kind, **fields})

    async def send(self, *messages: Message) -> None:
        """Send without waiting for what comes back."""
        for message in messages:
            await self.line.send(json.dumps(message))

    async def next(self, *types: str, where: Callable[[Message], bool] = lambda _: True) -> Message:
        """The next message of one of these types; what came before it is only kept in `heard`."""
        while True:
            if not self._untaken:
                await self._hear(*types)
            message = self._untaken.popleft()
            if (not types or message["type"] in types) and where(message):
                return message

    async def closed(self) -> int:
        """The code with which the server closes; what it still says before is kept in `heard`."""
        while True:
            try:
                await self._hear("close")
            except ClosedError as closed:
                return closed.code

    async def fence(self) -> list[Message]:
        """All that had been sent when the server answered a ping and is not taken yet: more comes if more happens."""
        mark = f"fence {next(_ids)}"
        await self.say("ping", id=mark)
        await self._answer(mark, "heartbeat")
        untaken = list(self._untaken)
        self._untaken.clear()
        return untaken

    async def hello(self, **fields: Any) -> Message:
        """Say hello and take the snapshot; the second time it is a resync."""
        await self.say("hello", **fields)
        return await self.next("snapshot")

    async def cast(self, poll: Poll, answer: object, /, **more: Any) -> Message:
        """Send a ballot and return what it is answered with; `ballot` says which fields have defaults."""
        message = ballot(poll, answer, **more)
        await self.send(message)
        return await self.answer(message["id"])

    async def answer(self, client_id: str) -> Message:
        """The ack or error with this id."""
        return await self._answer(client_id, "ack", "error")

    async def _answer(self, client_id: str, *types: str) -> Message:
        n_looked_at = 0
        while True:
            for message in list(self._untaken)[n_looked_at:]:
                if message["type"] in types and message.get("id") == client_id:
                    self._untaken.remove(message)
                    return message
            n_looked_at = len(self._untaken)
            await self._hear(*types)

    async def _hear(self, *waited_for: str) -> None:
        try:
            text = await self.line.receive()
        except TimeoutError:
            last = [text[:200] for text in self.heard[-5:]]
            raise AssertionError(f"No {' or '.join(waited_for)} came after {last}") from None
        self.heard.append(text)
        message: Message = json.loads(text)
        assert text.startswith('{"type":"'), text
        if "version" in message:
            assert message["version"] >= self.version, (self.version, text)
            assert message["epoch"] == self.snapshot.get("epoch", message["epoch"]), text
            self.version = message["version"]
        if message["type"] == "snapshot":
            self.snapshot = message
        self._untaken.append(message)


def ballot(
    poll: Poll, answer: object, /, *, seq: int = 1, id: str = "", round: int | None = None, **more: Any
) -> Message:
    """A `ballot.cast`, or a withdrawal when the answer is None."""
    message = {
        "type": "ballot.withdraw" if answer is None else "ballot.cast",
        "id": id or f"ballot {next(_ids)}",
        "poll": poll.code,
        "round": poll.round if round is None else round,
        "seq": seq,
    }
    return message | ({} if answer is None else {"answer": answer}) | more


def address(room: Room) -> str:
    return f"/ws/rooms/{room.join_code}"


@asynccontextmanager
async def opened(door: Door, path: str, headers: Headers = ()) -> AsyncIterator[Socket]:
    """A socket that has said nothing yet."""
    line = await door.open(path, headers)
    try:
        yield Socket(line)
    finally:
        await line.hang_up()


@asynccontextmanager
async def joined(door: Door, room: Room, *, token: str = "", **hello: Any) -> AsyncIterator[Socket]:
    """A participant, a new one unless a token is given, with a snapshot."""
    async with opened(door, address(room)) as socket:
        await socket.hello(token=token or new_token(room.pk), **hello)
        yield socket


@asynccontextmanager
async def staged(door: Door, room: Room, *, stage_token: str = "") -> AsyncIterator[Socket]:
    """A stage, anonymous unless it comes by a link, with a snapshot."""
    async with opened(door, address(room)) as socket:
        await socket.hello(role="stage", **({"stage_token": stage_token} if stage_token else {}))
        yield socket


@asynccontextmanager
async def hosted(door: Door, room: Room, account: Account, *, role: str = "host") -> AsyncIterator[Socket]:
    """Somebody who is signed in, on one of our pages, with a snapshot."""
    headers = await act(signed_in, door, account)
    async with opened(door, address(room), headers) as socket:
        await socket.hello(role=role)
        yield socket


def signed_in(door: Door, account: Account) -> Headers:
    """The headers of a page of ours in the browser of this person. In a thread: it writes the database."""
    client = Client()
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    return page_of(door, **{settings.SESSION_COOKIE_NAME: key})


def participant_page(door: Door, room: Room, token: str) -> Headers:
    """The headers of an audience page that carries a participant's cookie."""
    return page_of(door, **{cookie_name(room.join_code): token})


def page_of(door: Door, **cookies: str) -> Headers:
    """The headers of a page of ours with these cookies."""
    headers = [("Origin", door.origin)]
    if cookies:
        headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())))
    return headers


async def act(deed: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something to the database, in a thread and on a connection of its own."""

    def do() -> T:
        try:
            return deed(*args, **kwargs)
        finally:
            connections.close_all()

    return await sync_to_async(do, thread_sensitive=False)()


async def together(*deeds: Any) -> list[Any]:
    """All of these at once."""
    return list(await asyncio.gather(*deeds))
