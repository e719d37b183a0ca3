"""A phone in bad conditions: keeps a connection, notes everything, and sends each ballot until it is answered."""

from __future__ import annotations

import asyncio
import json
import socket
from random import Random
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from tests.fault.ballots_sent import BallotsSent
from tests.fault.frames import Screen, read_frame
from tests.fault.hall import Hall
from tests.fault.history import Acked, Asked, Ballot, Closed, Opened, Refused, Seen, Sent, Taken, now
from tests.fault.web import NoAnswerError, post

COME_BACK_WITHIN_S = 0.3
ASK_AGAIN_S = 0.3
NARROW_BYTES = 2048
LONGEST_BYE_S = 1.0  # people pull to refresh


class Phone:
    """One connection at a time, of one participant; two phones may share a token, as two tabs do."""

    def __init__(self, hall: Hall, name: str, token: str, participant: str, rng: Random) -> None:
        self.hall = hall
        self.name = name
        self.participant = participant
        self.rng = rng
        self.screen = Screen()
        self.ballots = BallotsSent()
        self.is_deaf = False
        self.is_narrow = False  # takes little before it is read, so that a server notices soon when nobody does
        self.is_gone = False
        self.is_connected = False
        self._token = token
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._line = ""
        self._n_lines = self.n_sent = 0
        self._bye_s = 0.0

    async def live(self) -> None:
        """Stay connected, whatever happens, until the run is over or this person leaves."""
        while not (self.hall.is_over or self.is_gone):
            try:
                await self._stay()
            except (OSError, InvalidHandshake, InvalidMessage, ConnectionClosed, TimeoutError, EOFError):
                pass
            await asyncio.sleep(self._bye_s + self.rng.uniform(0.02, COME_BACK_WITHIN_S))
            self._bye_s = 0.0

    async def send(self, ballot: Ballot) -> None:
        """Send a ballot over the socket; noted before, since nobody knows how far it gets."""
        if self._socket is None or not self.is_connected:
            return
        message_id = self._note_sent(self._line, ballot)
        try:
            await self._socket.send(json.dumps(_message(message_id, ballot)))
        except ConnectionClosed:
            pass

    async def post(self, ballot: Ballot) -> None:
        """The same over HTTP."""
        self._n_lines += 1
        line = f"{self.name}/http{self._n_lines}"
        message_id = self._note_sent(line, ballot)
        body = json.dumps({"answer": None} | _message(message_id, ballot)).encode()
        try:
            answer = await post(
                self.hall.api_url(self.rng, "ballots"), body, {"Authorization": f"Bearer {self._token}"}
            )
            message = answer.json()
        except (NoAnswerError, ValueError):
            return
        if message.get("type") in {"ack", "error"} and message.get("id") == message_id:
            self._hear_answer(line, message)

    async def ask(self, seq: int, text: str) -> None:
        """Ask a question over HTTP, as often as it takes."""
        body = json.dumps({"id": text, "seq": seq, "text": text}).encode()
        self.hall.history.note(Asked(now(), text))
        while not (self.hall.is_over or self.is_gone):
            try:
                url = self.hall.api_url(self.rng, "questions")
                message = (await post(url, body, {"Authorization": f"Bearer {self._token}"})).json()
            except (NoAnswerError, ValueError):
                message = {}
            if message.get("type") == "ack":
                self.hall.history.note(Taken(now(), text, message["question"]))
                return
            await asyncio.sleep(ASK_AGAIN_S)

    async def resend_due(self) -> None:
        """Send again what has waited too long; give up the connection when that helps nothing."""
        if self.ballots.patience_is_gone and self.is_connected:
            self.is_connected = False
            self.cut()
        for ballot in self.ballots.due():
            await self.send(ballot)

    async def ask_for_everything(self) -> None:
        """Say hello again: what is sent then is the most that a phone can be sent at once."""
        if self._socket is not None and self.is_connected:
            try:
                await self._socket.send(json.dumps({"type": "hello", "token": self._token}))
            except ConnectionClosed:
                pass

    def cut(self) -> None:
        """The network is gone, without goodbye."""
        if self._socket is not None:
            self._socket.transport.abort()

    def abandon(self) -> None:
        """Half-open: the server does not learn that nobody reads there any more."""
        if self._socket is not None and self._reader is not None:
            self.hall.abandoned.append(self._socket)
            self._socket, self.is_connected = None, False
            self._reader.cancel()

    def leave(self) -> None:
        """Go home, in the middle of whatever was on its way."""
        self.is_gone = True
        self.cut()

    async def _stay(self) -> None:
        """One connection, until it breaks."""
        self._n_lines += 1
        line = self._line = f"{self.name}/{self._n_lines}"
        url = self.hall.socket_url(self.rng)
        opened = await connect(
            url,
            subprotocols=[Subprotocol("live-polls.v1")],
            compression=None,
            proxy=None,
            open_timeout=5,
            close_timeout=1,
            ping_interval=None,
            **(await narrow(url) if self.is_narrow else {}),
        )
        self._socket = opened
        if self.is_gone:
            self.cut()
        since = (self.screen.epoch, self.screen.version) if self.screen.version else None
        self.hall.history.note(Opened(now(), self.name, line, since))
        self._reader = asyncio.create_task(self._read(opened, line, since))
        try:
            await asyncio.wait({self._reader})
        finally:
            self._reader.cancel()
            self.is_connected = False
            if self._socket is opened:
                self._socket = None
                opened.transport.abort()
                self.hall.history.note(Closed(now(), line, opened.close_code or 1006))

    async def _read(self, opened: ClientConnection, line: str, since: tuple[str, int] | None) -> None:
        hello: dict[str, object] = {"type": "hello", "token": self._token}
        if since is not None:
            hello["since"] = {"epoch": since[0], "version": since[1]}
        try:
            await opened.send(json.dumps(hello))
            while True:
                text = await opened.recv()
                while self.is_deaf:
                    await asyncio.sleep(0.05)
                await self._hear(line, str(text))
        except ConnectionClosed:
            pass

    async def _hear(self, line: str, text: str) -> None:
        message, facts = read_frame(text)
        if facts is not None:
            self.screen.show(facts)
            self.ballots.note_mine(facts.mine)
            seen = Seen(
                *(now(), self.participant, line, facts.epoch, facts.version),
                whole=facts.whole,
                polls=facts.polls,
                tallies=facts.tallies,
                mine=facts.mine,
            )
            self.hall.history.note(seen)
        if message["type"] == "snapshot":
            self.is_connected = True
            for ballot in list(self.ballots.pending):
                await self.send(ballot)
        elif message["type"] == "bye":
            self._bye_s = min(message["retry_ms"] / 1000, LONGEST_BYE_S)
        elif message["type"] in {"ack", "error"}:
            self._hear_answer(line, message)

    def _hear_answer(self, line: str, message: dict[str, object]) -> None:
        if message["type"] == "ack":
            ack = Acked(now(), line, *(message[name] for name in ("id", "receipt", "seq", "epoch", "version")))  # type: ignore[arg-type]
            self.hall.history.note(ack)
            self.ballots.note_ack(ack.id, ack.seq)
        else:
            self.hall.history.note(Refused(now(), line, str(message.get("id")), str(message["code"])))
            self.ballots.note_error(message)

    def _note_sent(self, line: str, ballot: Ballot) -> str:
        self.n_sent += 1
        message_id = f"{self.name}.{self.n_sent}"
        self.hall.history.note(Sent(now(), self.participant, line, message_id, ballot))
        self.ballots.note_sent(message_id, ballot)
        return message_id


async def narrow(url: str) -> dict[str, Any]:
    """What `connect` needs for a connection that holds a few kilobytes and one message."""
    parts = urlsplit(url)
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW_BYTES)
    plain.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(plain, (parts.hostname, parts.port))
    except OSError:
        plain.close()
        raise
    return {"sock": plain, "max_queue": 1}


def _message(message_id: str, ballot: Ballot) -> dict[str, object]:
    where = {"id": message_id, "poll": ballot.poll, "round": ballot.round, "seq": ballot.seq}
    if ballot.answer is None:
        return {"type": "ballot.withdraw", **where}
    return {"type": "ballot.cast", **where, "answer": json.loads(ballot.answer)}
