"""One listener: who it is, what it may see, and an outbox that never holds two states of the same object.

The outbox has one slot an object (room, a poll, its tally, me, presence): a newer state replaces an unsent one, so
a slow reader costs a bounded amount of memory and gets, when it reads again, what is true then. Acknowledgements
and other answers stand in the same line, so that versions never fall, and are never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from live_polls.domain.asked import Asked
from live_polls.domain.visibility import Viewer
from live_polls.live.frames import Frame
from live_polls.live.objects import PlayerObject
from live_polls.live.rights import Standing

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
    """A socket in a room. `ready` is whether the wire takes bytes now; the server switches it.

    `version` is the newest that it was told, whether that has left the outbox or not; `told` is what it knows of its
    own ballots and extra time (faces.py). `participant` is the ballot key, `voice` the voice key of who is at the other end.
    """

    __slots__ = (
        "_held",
        "asked",
        "by_account",
        "moderates",
        "participant",
        "player",
        "ready",
        "standing",
        "told",
        "version",
        "viewer",
        "voice",
        "voted",
        "wire",
    )

    def __init__(self, wire: Wire, viewer: Viewer, participant: str | None = None, voice: str = "") -> None:
        self.wire = wire
        self.viewer = viewer
        self.participant = participant
        self.voice = voice
        self.by_account = False
        self.standing: Standing | None = None  # of somebody signed in: by what they are here
        self.moderates = False  # is told what people have written
        self.ready = True
        self.version = 0
        self.told: Mapping[tuple[str, int], tuple[int, int]] = {}
        self.asked: Asked | None = None  # what it has asked and voted for, as it knows
        self.player: PlayerObject | None = None  # how it stands in the quiz, as it knows
        self.voted: frozenset[tuple[str, int]] = frozenset()
        self._held: dict[object, Frame] | None = None

    def answer(self, frame: Frame) -> None:
        """Send what must not be lost: an ack, an error, a heartbeat that was asked for."""
        if self.ready:
            self.wire.write(frame.framed, (frame,))
        else:
            self._hold(object(), frame)

    def show(self, changes: Iterable[Change]) -> None:
        """Send states, or keep the newest of each object until the wire takes bytes again."""
        if self.ready:
            frames = [frame for _, frame in changes]
            self.wire.write(b"".join([frame.framed for frame in frames]), frames)
        else:
            self.hold(changes)

    def hold(self, changes: Iterable[Change]) -> None:
        """Keep states for later. A snapshot replaces every other state, for it holds everything."""
        for key, frame in changes:
            if key == SNAPSHOT and self._held:
                self._held = {held: answer for held, answer in self._held.items() if not isinstance(held, tuple)}
            self._hold(key, frame)

    def resume(self) -> None:
        """The wire takes bytes again: answers and the newest state of each object, in the order they came."""
        self.ready = True
        held, self._held = self._held, None
        if held:
            frames = list(held.values())
            self.wire.write(b"".join([frame.framed for frame in frames]), frames)

    def _hold(self, key: object, frame: Frame) -> None:
        """Keep a frame under the slot of its object, or under a key of its own."""
        if self._held is None:
            self._held = {}
        self._held.pop(key, None)  # a newer state goes to the end, so that versions never fall
        self._held[key] = frame


SNAPSHOT: SlotKey = ("snapshot", "")
