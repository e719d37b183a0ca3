"""A made-up voter on a line that is worse than any real server: it speaks the protocol and breaks as told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from live_polls.management.simulation.address import SUBPROTOCOL, RoomAddress
from live_polls.management.simulation.report import SimulationReport
from live_polls.management.simulation.voter import Voter

POLL = {
    "code": "abcd2345",
    "kind": "single_choice",
    "prompt": "p",
    "state": "open",
    "round": 1,
    "options": [{"number": 1, "text": "a"}, {"number": 2, "text": "b"}],
    "settings": {},
}
SNAPSHOT = {"type": "snapshot", "room": {}, "polls": [POLL], "me": {"ballots": []}}

# What the line does with the n-th ballot it hears, from 1.
OnBallot = Callable[["Line", ServerConnection, int, dict[str, Any]], Coroutine[Any, Any, None]]


class Line:
    """One voter and the line it is on; everything it said is kept."""

    def __init__(self, on_ballot: OnBallot) -> None:
        self.on_ballot = on_ballot
        self.hellos: list[dict[str, Any]] = []
        self.ballots: list[dict[str, Any]] = []
        self.address = RoomAddress("http://127.0.0.1:1", "K7QM2X")
        self.report = SimulationReport()
        self.said = asyncio.Event()
        self.seed = 1
        self.n_joins = 0
        self.snapshot: dict[str, Any] = SNAPSHOT
        self._votes: list[asyncio.Task[None]] = []

    async def join(self) -> str:
        self.n_joins += 1
        return f"token {self.n_joins}"

    def ask_turn(self, voter: Voter, poll: str, round_: int) -> None:
        self._votes.append(asyncio.create_task(voter.vote(poll, round_)))

    async def answer(self, socket: ServerConnection) -> None:
        try:
            self.hellos.append(json.loads(await socket.recv()))
            await socket.send(json.dumps(self.snapshot))
            async for frame in socket:
                self.ballots.append(json.loads(frame))
                await self.on_ballot(self, socket, len(self.ballots), self.ballots[-1])
        except ConnectionClosed:
            pass

    async def acknowledge(self, socket: ServerConnection, ballot: dict[str, Any]) -> None:
        await socket.send(json.dumps({"type": "ack", "id": ballot["id"], "receipt": "r", "seq": ballot["seq"]}))
        self.said.set()

    async def refuse(self, socket: ServerConnection, ballot: dict[str, Any], code: str, **more: Any) -> None:
        await socket.send(json.dumps({"type": "error", "id": ballot["id"], "code": code, "message": "No."} | more))

    async def until_settled(self, voter: Voter) -> None:
        """Until the line has said its last word on a ballot, and the voter has heard it."""
        async with asyncio.timeout(30):
            await self.said.wait()
            await voter.settled.wait()

    @asynccontextmanager
    async def busy_with_a_voter(self) -> AsyncIterator[tuple[Voter, asyncio.Task[None]]]:
        async with serve(self.answer, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.address = RoomAddress(f"http://127.0.0.1:{port}", "K7QM2X")
            voter = Voter(self, Random(1), 0.0)
            living = asyncio.create_task(voter.live())
            try:
                yield voter, living
            finally:
                living.cancel()
                await asyncio.gather(living, *self._votes, return_exceptions=True)


async def test_a_ballot_without_an_answer_is_sent_again_as_it_was():
    async def cut_once(line: Line, socket: ServerConnection, n: int, ballot: dict[str, Any]) -> None:
        if n == 1:
            socket.transport.abort()
        else:
            await line.acknowledge(socket, ballot)

    line = Line(cut_once)
    async with line.busy_with_a_voter() as (voter, _):
        await line.until_settled(voter)

    first, second = line.ballots
    assert first == second
    assert [hello["token"] for hello in line.hellos] == ["token 1", "token 1"]
    assert (line.report.n_acknowledged, line.report.n_reconnects, dict(line.report.errors)) == (1, 1, {})


async def test_a_voter_plays_under_a_name_that_nobody_else_has():
    async def take_the_first(line: Line, socket: ServerConnection, n: int, message: dict[str, Any]) -> None:
        if n == 1:
            await line.refuse(socket, message, "name_taken")
        else:
            named = {"type": "player.named", "id": message["id"], "name": message["name"], "team": "", "state": "shown"}
            await socket.send(json.dumps(named))
            line.said.set()

    line = Line(take_the_first)
    line.snapshot = SNAPSHOT | {"room": {"quiz": True}, "polls": []}
    async with line.busy_with_a_voter() as (voter, _):
        await line.until_settled(voter)

    first, second = line.ballots
    assert {first["type"], second["type"]} == {"player.name"}
    assert first["name"] != second["name"]
    assert dict(line.report.errors) == {}


async def test_a_busy_server_gets_the_same_ballot_again_later():
    async def busy_once(line: Line, socket: ServerConnection, n: int, ballot: dict[str, Any]) -> None:
        if n == 1:
            await line.refuse(socket, ballot, "busy", retry_ms=1)
        else:
            await line.acknowledge(socket, ballot)

    line = Line(busy_once)
    async with line.busy_with_a_voter() as (voter, _):
        await line.until_settled(voter)

    assert line.ballots[0] == line.ballots[1]
    assert dict(line.report.errors) == {"busy": 1}


async def test_a_refused_ballot_is_not_sent_again():
    async def refuse(line: Line, socket: ServerConnection, n: int, ballot: dict[str, Any]) -> None:
        await line.refuse(socket, ballot, "closed")
        line.said.set()

    line = Line(refuse)
    async with line.busy_with_a_voter() as (voter, _):
        await line.until_settled(voter)

    assert (len(line.ballots), dict(line.report.errors)) == (1, {"closed": 1})


async def test_a_voter_who_is_not_known_joins_anew():
    async def forget_once(line: Line, socket: ServerConnection, n: int, ballot: dict[str, Any]) -> None:
        if n == 1:
            await socket.close(4401)
        else:
            await line.acknowledge(socket, ballot)

    line = Line(forget_once)
    async with line.busy_with_a_voter() as (voter, _):
        await line.until_settled(voter)

    assert [hello["token"] for hello in line.hellos] == ["token 1", "token 2"]


@pytest.mark.parametrize("code", [4403, 4404])
async def test_a_voter_leaves_a_room_that_is_not_there_for_them(code):
    line = Line(lambda line, socket, n, ballot: socket.close(code))
    async with line.busy_with_a_voter() as (_, living):
        await living

    assert len(line.hellos) == 1


def test_a_server_that_says_goodbye_is_left_alone_for_as_long_as_it_asks():
    voter = Voter(Line(lambda line, socket, n, ballot: line.acknowledge(socket, ballot)), Random(1), 0.0)

    voter._on_bye({"type": "bye", "retry_ms": 60_000})

    assert 60 <= voter._pause(0) <= 60.5
    assert 0 <= voter._pause(0) <= 0.5
