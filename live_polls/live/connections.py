"""One listener: who it is, what it may see, and an outbox that never holds two states of the same object.

The outbox has one slot an object (room, a poll, its tally, me, presence): a newer state replaces an unsent one, so
a slow reader costs a bounded amount of memory and gets, when it reads again, what is true then. Acknowledgements
are queued and never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from live_polls.domain.visibility import Viewer
from live_polls.live.frames import Frame

# (what, which): ("room", ""), ("poll", code), ("tally", code), ("me", code), ("presence", "") …
SlotKey = tuple[str, str]
Change = tuple[SlotKey, Frame]


class Wire(Protocol):
    """What a connection needs of a server; see guarded_protocol.py and queued_wire.py."""

    def write(self, framed: bytes, frames: Iterable[Frame]) -> None:
        """Send frames now; `framed` is their concatenation, for servers that write bytes."""

    def close(self, code: int) -> None:
        """Begin a clean close with this code."""


class Connection:
    """A socket in a room. `ready` is whether the wire takes bytes now; the server switches it."""

    __slots__ = ("_acks", "_slots", "participant", "ready", "viewer", "voted", "wire")

    def __init__(self, wire: Wire, viewer: Viewer, participant: str | None = None) -> None:
        self.wire = wire
        self.viewer = viewer
        self.participant = participant
        self.ready = True
        self.voted: frozenset[tuple[str, int]] = frozenset()
        self._slots: dict[SlotKey, Frame] | None = None
        self._acks: list[Frame] | None = None

    def answer(self, frame: Frame) -> None:
        """Send what must not be lost: an ack, an error, a heartbeat that was asked for."""
        if self.ready:
            self.wire.write(frame.framed, (frame,))
        elif self._acks is None:
            self._acks = [frame]
        else:
            self._acks.append(frame)

    def show(self, changes: Iterable[Change]) -> None:
        """Send states, or keep the newest of each object until the wire takes bytes again."""
        if self.ready:
            frames = [frame for _, frame in changes]
            self.wire.write(b"".join([frame.framed for frame in frames]), frames)
        else:
            self.hold(changes)

    def hold(self, changes: Iterable[Change]) -> None:
        """Keep states for later. A snapshot replaces everything, for it holds everything."""
        slots = self._slots if self._slots is not None else {}
        for key, frame in changes:
            if key == SNAPSHOT:
                slots.clear()
            slots.pop(key, None)  # a newer state goes to the end, so that versions never fall
            slots[key] = frame
        self._slots = slots

    def resume(self) -> None:
        """The wire takes bytes again: acks first, then one state an object."""
        self.ready = True
        acks, slots, self._acks, self._slots = self._acks, self._slots, None, None
        frames = [*(acks or ()), *(slots or {}).values()]
        if frames:
            self.wire.write(b"".join([frame.framed for frame in frames]), frames)


SNAPSHOT: SlotKey = ("snapshot", "")
