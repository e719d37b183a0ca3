"""Acknowledgements, so ordered that the version never falls on a connection.

While a room is being read, an ack with a newer version could overtake the older state that is about to be shown.
So acks wait for the read: a millisecond or two, ten times a second. A read that hangs holds nobody up: after a
moment the acks go, and the state, when it comes, is too old and is read again. Those that have waited go out with the
state, in one write: to write is the dearest part of an ack.

A restored backup begins another epoch, with lower versions. A voter may hear of it by an ack before any screen does:
versions of two epochs are never compared.
"""

from __future__ import annotations

import asyncio

import msgspec

from live_polls.domain.ballots import Counted
from live_polls.domain.questions import Heard
from live_polls.live import messages
from live_polls.live.connections import Connection
from live_polls.live.frames import Frame

PATIENCE_SECONDS = 0.05


class AckGate:
    """Open: acks go out at once. Held: they wait for `release`, or for PATIENCE_SECONDS."""

    __slots__ = ("_elsewhere", "_held", "_holding", "_joined", "_timer", "epoch", "version")

    def __init__(self) -> None:
        self.epoch = ""  # of what listeners are shown; empty while nobody has been shown anything
        self.version = 0  # the newest version of it that a voter has been told
        self._elsewhere: dict[str, int] = {}  # the same of the epoch before, and of one that is not shown yet
        self._holding = False
        self._held: list[tuple[Connection, str, Counted | Heard]] = []
        self._joined: list[Connection] = []
        self._timer: asyncio.TimerHandle | None = None

    def send(self, connection: Connection, client_id: str, counted: Counted | Heard, *, at_least: int) -> None:
        """Acknowledge now or after the read; `at_least` is the version that listeners may have seen."""
        if self._holding:
            self._held.append((connection, client_id, counted))
        else:
            self._send(connection, client_id, counted, at_least)

    def hold(self, loop: asyncio.AbstractEventLoop) -> None:
        self._holding = True
        self._timer = loop.call_later(PATIENCE_SECONDS, self.release)

    def join(self) -> None:
        """What is shown from now on goes out with the acks that wait. `release` in the same turn of the loop, or it waits."""
        for connection, _, _ in self._held:
            if connection.ready:
                connection.ready = False
                self._joined.append(connection)

    def release(self, *, at_least: int = 0) -> None:
        """Let the acks go. Repeatable."""
        self._holding = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        held, self._held = self._held, []
        for connection, client_id, counted in held:
            self._send(connection, client_id, counted, at_least)
        joined, self._joined = self._joined, []
        for connection in joined:
            connection.resume()

    def told(self, epoch: str) -> int:
        """The newest version of this epoch that a voter has been told: nothing older may be shown."""
        return self.version if epoch == self.epoch else self._elsewhere.get(epoch, 0)

    def restart(self, epoch: str, *, shown: int) -> None:
        """Listeners are about to be shown another epoch, after version `shown` of this one. Its own acks go first."""
        late = [each for each in self._held if each[2].epoch != epoch]
        self._held = [each for each in self._held if each[2].epoch == epoch]
        for connection, client_id, counted in late:
            self._send(connection, client_id, counted, shown)
        before = {self.epoch: max(self.version, shown)}
        self.epoch, self.version, self._elsewhere = epoch, self.told(epoch), before

    def _send(self, connection: Connection, client_id: str, counted: Counted | Heard, at_least: int) -> None:
        # A later version than that of the commit is as true: every state from there on includes the ballot. When a
        # read hangs, nobody says what listeners have seen; the connection itself knows what it was told.
        if self.epoch in {"", counted.epoch}:
            version = max(counted.version, at_least, connection.version)
            self.version = max(self.version, version)
            connection.version = version
        else:
            version = self._elsewhere[counted.epoch] = max(counted.version, self.told(counted.epoch))
        connection.answer(Frame(messages.encode(ack_message(client_id, counted, version))))


def ack_message(client_id: str, outcome: Counted | Heard, version: int) -> messages.Ack:
    """The one rendering of an acknowledgement, for sockets and for the HTTP twin."""
    if isinstance(outcome, Heard):
        return messages.Ack(
            id=client_id,
            receipt=msgspec.UNSET,
            seq=msgspec.UNSET if outcome.seq is None else outcome.seq,
            epoch=outcome.epoch,
            version=version,
            question=outcome.question,
            state=outcome.state,
            on=msgspec.UNSET if outcome.on is None else outcome.on,
        )
    ack = messages.Ack(client_id, outcome.receipt, outcome.seq, outcome.epoch, version)
    if outcome.elapsed_ms is not None:
        ack.elapsed_ms = outcome.elapsed_ms
    return ack
