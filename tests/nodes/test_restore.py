"""A copy is restored while people vote: screens follow into the new epoch, and no version falls within one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from live_polls.models import Poll, Room
from tests.live.doors import PATIENCE_S, ClosedError, GuardedDoor
from tests.live.driver import address, ballot
from tests.nodes.hall import Hall, HallRoom, running
from tests.operations.rooms import load_room
from tests.server_process import ServerProcess, running_server

N_PHONES = 6
N_ACKS = 3
BUSY_S = 0.15  # as often as a participant may change their mind


@dataclass(slots=True)
class Phone:
    """Votes on and on; `heard` is all that had a version: one list a connection."""

    node: ServerProcess
    room: HallRoom
    token: str
    heard: list[list[tuple[str, int]]] = field(default_factory=list)
    n_acks: dict[str, int] = field(default_factory=dict)
    states: set[str] = field(default_factory=set)  # epochs of which it has seen a state
    closed: list[int] = field(default_factory=list)
    seq: int = 0

    async def live(self) -> None:
        while True:
            try:
                await self._stay()
            except ClosedError as error:
                self.closed.append(error.code)

    async def _stay(self) -> None:
        line = await GuardedDoor(self.node.url).open(address(self.room.room), ())
        self.heard.append([])
        try:
            await line.send(json.dumps({"type": "hello", "token": self.token}))
            while True:
                await self._take(line, json.loads(await line.receive()))
        finally:
            await line.hang_up()

    async def _take(self, line: Any, message: dict[str, Any]) -> None:
        epoch = message.get("epoch", "")
        if "version" in message:
            self.heard[-1].append((epoch, message["version"]))
        if message["type"] == "heartbeat" and epoch not in self.states:
            await line.send(json.dumps({"type": "hello", "token": self.token}))
        is_greeted = message["type"] == "snapshot" and len(self.heard[-1]) == 1
        if message["type"] in {"snapshot", "tally.changed"}:
            self.states.add(epoch)
        if message["type"] == "ack":
            self.n_acks[epoch] = self.n_acks.get(epoch, 0) + 1
        if is_greeted or message["type"] == "ack" or message.get("code") in {"busy", "internal", "rate_limited"}:
            await asyncio.sleep(message.get("retry_ms", BUSY_S * 1000) / 1000)
            await self._cast(line)
        else:
            assert message["type"] != "error", message

    async def _cast(self, line: Any) -> None:
        self.seq += 1
        await line.send(json.dumps(ballot(self.room.poll, {"option": self.seq % 3 + 1}, seq=self.seq)))

    def has_voted_in(self, epoch: str) -> bool:
        return epoch in self.states and self.n_acks.get(epoch, 0) >= N_ACKS


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[list[ServerProcess], HallRoom]]:
    """One server on SQLite, or two nodes on PostgreSQL, and a room."""
    with ExitStack() as servers:
        if request.param == "sqlite":
            server = servers.enter_context(running_server(tmp_path))
            loaded = load_room(server)
            poll = Poll(code=loaded["polls"][0]["code"], round=1)
            yield [server], HallRoom(loaded, Room(join_code=loaded["join_code"]), poll)
        else:
            hall: Hall = request.getfixturevalue("hall")
            room, nodes = hall.new_room(), [hall.node(), hall.node()]
            for node in nodes:
                servers.enter_context(running(node))
            yield nodes, room


async def test_screens_follow_into_a_new_epoch_and_no_version_falls_within_one(place, tmp_path: Path):
    nodes, room = place
    copy = tmp_path / "before.copy"
    phones = [Phone(nodes[n % len(nodes)], room, await room.token(nodes[0])) for n in range(N_PHONES)]
    living = [asyncio.create_task(phone.live()) for phone in phones]
    try:
        async with asyncio.timeout(6 * PATIENCE_S):
            await together_in(phones, living, "")
            await manage(nodes[0], "backup", str(copy))
            before = phones[0].heard[-1][-1][0]
            n_acks = sum(phone.n_acks[before] for phone in phones)
            while sum(phone.n_acks[before] for phone in phones) < n_acks + 5 * N_PHONES:
                await next_moment(living)
            await manage(nodes[0], "restore", "--yes", str(copy))
            while not (after := {epoch for phone in phones for epoch in phone.states} - {before}):
                await next_moment(living)
            [epoch] = after
            await together_in(phones, living, epoch)
    finally:
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)

    assert [phone.closed for phone in phones] == [[]] * N_PHONES, "nobody is sent away"
    for phone in phones:
        [heard] = phone.heard
        epochs = [epoch for epoch, _version in heard]
        assert epochs == sorted(epochs, key=[before, epoch].index), "nobody comes back to what was before"
        for one in (before, epoch):
            versions = [version for of, version in heard if of == one]
            assert versions == sorted(versions)
    assert (await manage(nodes[0], "recount")) == "Every tally is what its ballots say.\n"


async def together_in(phones: list[Phone], living: list[asyncio.Task[None]], epoch: str) -> None:
    """Wait until all vote in this epoch, or in whichever it is."""
    while not all(phone.has_voted_in(epoch or next(iter(phone.states), "")) for phone in phones):
        await next_moment(living)


async def next_moment(living: list[asyncio.Task[None]]) -> None:
    """Let phones go on for a moment, unless one has failed: then that is said."""
    done, _ = await asyncio.wait(living, timeout=BUSY_S, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


async def manage(node: ServerProcess, *words: str) -> str:
    done = await asyncio.to_thread(node.manage, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout
