"""One made-up voter: joins, keeps a socket alive, and sends each ballot until it is acknowledged."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from live_polls.management.simulation.address import SUBPROTOCOL, RoomAddress
from live_polls.management.simulation.nicknames import nickname
from live_polls.management.simulation.preferences import PollObject, choose_answer
from live_polls.management.simulation.report import SimulationReport

UNKNOWN_IDENTITY = 4401
NAMING = "name"  # the id of the message that asks for a name in the quiz
FINAL_CODES = {4400, 4403, 4404}  # coming back would end the same way
# Most frames are tallies, which a voter only looks at. `type` comes first, so that they need no parsing.
ONLY_LOOKED_AT = ('{"type":"tally.changed"', '{"type":"presence.changed"', '{"type":"heartbeat"')
LONGEST_PAUSE_S = 15.0
OPEN_TIMEOUT_S = 30


class Hall(Protocol):
    """What a voter needs of the crowd it stands in."""

    address: RoomAddress
    report: SimulationReport
    seed: int

    async def join(self) -> str: ...

    def ask_turn(self, voter: Voter, poll: str, round_: int) -> None: ...


@dataclass(slots=True)
class SentBallot:
    message: dict[str, Any]
    sent_at: float


class Voter:
    def __init__(self, hall: Hall, person: Random, change_share: float) -> None:
        self.hall = hall
        self.person = person
        self.change_share = change_share
        self.unanswered: dict[str, SentBallot] = {}
        self.settled = asyncio.Event()  # whether every ballot sent has its answer
        self.settled.set()
        self._token = ""
        self._was_here = False
        self._polls: dict[str, PollObject] = {}
        self._asked: set[tuple[str, int]] = set()  # polls and rounds in which a turn was asked for
        self._seqs: dict[tuple[str, int], int] = {}
        self._socket: ClientConnection | None = None
        self._resends: set[asyncio.Task[None]] = set()
        self._bye_s = 0.0
        self._handlers = {
            "snapshot": self._on_snapshot,
            "poll.changed": lambda message: self._note(message["poll"]),
            "poll.removed": lambda message: self._polls.pop(message["poll"], None),
            "ack": self._on_ack,
            "player.named": lambda message: self._settle(message["id"]),
            "error": self._on_error,
            "bye": self._on_bye,
        }

    async def live(self) -> None:
        """Join and stay, whatever the network does; ends when the room is no longer there for this voter."""
        self._token = await self.hall.join()
        self.hall.report.n_joined += 1
        n_failures = 0
        while True:
            try:
                await self._stay()
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                if code in FINAL_CODES:
                    return
                if code == UNKNOWN_IDENTITY:
                    self._token = await self.hall.join()
                n_failures = 0
            except (OSError, InvalidHandshake, TimeoutError):
                n_failures += 1
            await asyncio.sleep(self._pause(n_failures))

    async def vote(self, code: str, round_: int) -> None:
        """Cast, or change, the ballot of this poll and round, if it is still open."""
        poll = self._polls.get(code)
        if self._socket is None or poll is None or not _is_open(poll, round_):
            self._asked.discard((code, round_))  # should it be open when we are back, we ask again
            return
        seq = self._seqs[code, round_] = self._seqs.get((code, round_), 0) + 1
        answer = choose_answer(poll, seed=self.hall.seed, person=self.person)
        await self._send(
            {
                "type": "ballot.cast",
                "id": f"{code}/{round_}/{seq}",
                "poll": code,
                "round": round_,
                "seq": seq,
                "answer": answer,
            }
        )

    async def _stay(self) -> None:
        """One connection, until it breaks (ConnectionClosed)."""
        # No proxy: a rehearsal measures the server, and often on loopback.
        async with connect(
            self.hall.address.socket_url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            open_timeout=OPEN_TIMEOUT_S,
            proxy=None,
        ) as socket:
            await socket.send(json.dumps({"type": "hello", "token": self._token}))
            try:
                while True:
                    await self._hear(socket, str(await socket.recv()))
            finally:
                self._socket = None

    async def _hear(self, socket: ClientConnection, frame: str) -> None:
        if frame.startswith(ONLY_LOOKED_AT):
            return
        message = json.loads(frame)
        handler = self._handlers.get(message["type"])
        if handler is not None:
            handler(message)
        if message["type"] == "snapshot":
            self._socket = socket
            self.hall.report.n_reconnects += self._was_here
            self._was_here = True
            for sent in list(self.unanswered.values()):  # the same ballot again: it counts once
                await self._send(sent.message)
            if message["room"].get("quiz") and "player" not in message["me"]:
                await self._take_name()

    async def _take_name(self, n_taken: int = 0) -> None:
        await self._send({"type": "player.name", "id": NAMING, "name": nickname(self.person, n_taken)})

    async def _send(self, message: dict[str, Any]) -> None:
        self.unanswered.setdefault(message["id"], SentBallot(message, time.monotonic()))
        self.settled.clear()
        if self._socket is None:
            return
        try:
            await self._socket.send(json.dumps(message))
        except ConnectionClosed:
            pass  # it stays unanswered, and is sent again after the next snapshot

    def _on_snapshot(self, message: dict[str, Any]) -> None:
        self._polls.clear()
        for mine in message["me"]["ballots"]:
            key = mine["poll"], mine["round"]
            self._seqs[key] = max(mine["seq"], self._seqs.get(key, 0))
        for poll in message["polls"]:
            self._note(poll)

    def _note(self, poll: PollObject) -> None:
        self._polls[poll["code"]] = poll
        key = poll["code"], poll["round"]
        if poll["state"] == "open" and key not in self._asked:
            self._asked.add(key)
            self.hall.ask_turn(self, *key)

    def _on_ack(self, message: dict[str, Any]) -> None:
        sent = self._settle(message["id"])
        if sent is None:  # answered twice, because it was sent twice
            return
        report, ballot = self.hall.report, sent.message
        report.ack_ms.append(1000 * (time.monotonic() - sent.sent_at))
        report.n_changes += ballot["seq"] > 1
        if self.person.random() < self.change_share:
            self.hall.ask_turn(self, ballot["poll"], ballot["round"])

    def _settle(self, message_id: str) -> SentBallot | None:
        sent = self.unanswered.pop(message_id, None)
        if not self.unanswered:
            self.settled.set()
        return sent

    def _on_error(self, message: dict[str, Any]) -> None:
        if message["code"] == "name_taken":
            self._settle(message["id"])
            self._later(self._take_name(n_taken=1))
            return
        self.hall.report.errors[message["code"]] += 1
        sent = self.unanswered.get(message.get("id", ""))
        if sent is None:
            return
        if message.get("retry_ms") is None:
            self._settle(sent.message["id"])
            return
        self._later(self._send_later(sent.message, message["retry_ms"] / 1000))

    def _later(self, deed: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(deed)
        self._resends.add(task)
        task.add_done_callback(self._resends.discard)

    async def _send_later(self, message: dict[str, Any], delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if message["id"] in self.unanswered:
            await self._send(message)

    def _on_bye(self, message: dict[str, Any]) -> None:
        self._bye_s = message["retry_ms"] / 1000

    def _pause(self, n_failures: int) -> float:
        """How long to stay away: what the server asked for, and full jitter, so that a hall is not one wave."""
        asked, self._bye_s = self._bye_s, 0.0
        return asked + self.person.uniform(0, min(LONGEST_PAUSE_S, 0.5 * 2 ** min(n_failures, 6)))


def _is_open(poll: PollObject, round_: int) -> bool:
    return (poll["state"], poll["round"]) == ("open", round_)
