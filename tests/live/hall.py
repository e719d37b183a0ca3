"""Somebody of every kind who looks at one room, each with a mirror: what a screen is told must lead to what is true."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from live_polls.domain.participants import Participant, new_token, stage_token
from live_polls.models import Account, Room
from tests.factories import make_participant
from tests.live.doors import Door
from tests.live.driver import Message, Socket, act, hosted, joined, staged
from tests.live.mirror import Mirror

Deed = Callable[[], Awaitable[object]]
Entrance = Callable[[], Any]


@dataclass(slots=True)
class Watcher:
    """Somebody with a socket that is never asked for a snapshot again, and a way in for a look with fresh eyes."""

    name: str
    entrance: Entrance
    socket: Socket
    mirror: Mirror = field(default_factory=Mirror)

    async def check(self, after: str) -> None:
        """The messages lead to what a fresh socket is shown."""
        async with self.entrance() as fresh:
            expected = Mirror()
            expected.take(fresh.snapshot)
            while self.mirror.state != expected.state:
                try:
                    await self.hear()
                except AssertionError as silence:
                    raise AssertionError(self._wrong(expected, after)) from silence
        for message in await self.socket.fence():
            self.mirror.take(message)
        assert self.mirror.state == expected.state, self._wrong(expected, after)

    def _wrong(self, expected: Mirror, after: str) -> str:
        told, true = self.mirror.state, expected.state
        differences = {part: (told[part], true[part]) for part in true if told[part] != true[part]}
        return f"{self.name}, after {after}: (told, true) is {differences}"

    async def hear(self) -> None:
        self.mirror.take(await self.socket.next())


class Hall:
    """All kinds of viewers of one room. `voter` is the one who votes, known to the database as `who`."""

    def __init__(self, watchers: list[Watcher], who: Participant) -> None:
        self._watchers, self.who = watchers, who

    @property
    def voter(self) -> Socket:
        """A socket of the voter that nobody mirrors: who waits for an ack takes messages away from others."""
        return self._watchers[0].socket

    async def does(self, name: str, deed: Deed) -> None:
        await deed()
        for watcher in self._watchers[1:]:
            await watcher.check(name)

    async def lives(self, deeds: Mapping[str, Deed]) -> None:
        """One deed after the other."""
        for name, deed in deeds.items():
            await self.does(name, deed)


@asynccontextmanager
async def hall_of(door: Door, room: Room, alice: Account) -> AsyncIterator[Hall]:
    token, other = new_token(room.pk), new_token(room.pk)
    link = await act(stage_token, room)
    entrances: dict[str, Entrance] = {
        "phone that votes": partial(joined, door, room, token=token),
        "laptop of the voter": partial(joined, door, room, token=token),
        "somebody else": partial(joined, door, room, token=other),
        "anonymous stage": partial(staged, door, room),
        "trusted stage": partial(staged, door, room, stage_token=link),
        "host": partial(hosted, door, room, alice),
    }
    async with AsyncExitStack() as stack:
        watchers = []
        for name, entrance in entrances.items():
            watcher = Watcher(name, entrance, await stack.enter_async_context(entrance()))
            watcher.mirror.take(watcher.socket.snapshot)
            watchers.append(watcher)
        yield Hall(watchers, await act(make_participant, room, token))


def on(deed: Callable[..., object], *args: Any, **kwargs: Any) -> Deed:
    """A deed of the domain, done to the database by itself."""
    return partial(act, deed, *args, **kwargs)


async def say(socket: Socket, kind: str, **fields: Any) -> Message:
    """Say something that is acknowledged."""
    await socket.say(kind, id="said", **fields)
    answer = await socket.answer("said")
    assert answer["type"] == "ack", answer
    return answer
