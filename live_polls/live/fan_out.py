"""The listeners of a room, and the loop that writes to them: the hottest lines of the process.

What is sent is encoded, framed and joined once for all who see the same; a connection costs one write. It never
waits: who cannot take bytes now gets the newest states later, from the slots of their outbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from live_polls.domain.visibility import Viewer
from live_polls.live import faces
from live_polls.live.connections import Change, Connection
from live_polls.live.faces import Face


class Audience:
    """All connections of one room, by what they see and by participant."""

    def __init__(self) -> None:
        # Dicts for their order: a set's would change from run to run.
        self._by_viewer: dict[Viewer, dict[Connection, None]] = {viewer: {} for viewer in Viewer}
        self._by_participant: dict[str, list[Connection]] = {}
        self._by_voice: dict[str, str] = {}
        self._anonymous_stages: dict[Connection, None] = {}
        self._expected: set[Connection] = set()

    def __len__(self) -> int:
        return sum(map(len, self._by_viewer.values()))

    def __iter__(self) -> Iterator[Connection]:
        for connections in self._by_viewer.values():
            yield from connections

    @property
    def n_expected(self) -> int:
        """How many are here, and how many have said hello and wait for their snapshot."""
        return len(self) + len(self._expected)

    @property
    def n_participants(self) -> int:
        """How many participants are here, in this process."""
        return len(self._by_participant)

    @property
    def participants(self) -> Iterable[str]:
        """The participants who are here, in this process."""
        return self._by_participant.keys()

    def expect(self, connection: Connection) -> None:
        """It has said hello. Repeatable, also for one that is here."""
        if connection not in self._by_viewer[connection.viewer]:
            self._expected.add(connection)

    def give_up(self, connection: Connection) -> None:
        """It got what it waited for, or is gone. Repeatable."""
        self._expected.discard(connection)

    def add(self, connection: Connection) -> None:
        """Remember a connection. Repeatable."""
        self._expected.discard(connection)
        if connection in self._by_viewer[connection.viewer]:
            return
        self._by_viewer[connection.viewer][connection] = None
        if not connection.participant and connection.viewer is Viewer.AUDIENCE:
            self._anonymous_stages[connection] = None
        if connection.participant:
            self._by_participant.setdefault(connection.participant, []).append(connection)
            if connection.voice:
                self._by_voice[connection.voice] = connection.participant

    def discard(self, connection: Connection) -> None:
        """Forget a connection. Repeatable."""
        self._by_viewer[connection.viewer].pop(connection, None)
        self._anonymous_stages.pop(connection, None)
        others = self._by_participant.get(connection.participant or "", [])
        if connection in others:
            others.remove(connection)
            if not others:
                del self._by_participant[connection.participant or ""]
                self._by_voice.pop(connection.voice, None)

    def of_viewer(self, viewer: Viewer) -> Iterable[Connection]:
        """The connections that look as `viewer`."""
        return self._by_viewer[viewer]

    @property
    def stages(self) -> Iterator[Connection]:
        """The big screens, however few among thousands of phones: those by a link, and those that anybody opened."""
        yield from self._by_viewer[Viewer.TRUSTED_STAGE]
        yield from self._anonymous_stages

    def of_participant(self, participant: str) -> Sequence[Connection]:
        """The connections of one participant: tabs and devices that share a token, oldest first."""
        return self._by_participant.get(participant, ())

    def who_has(self, key: str) -> str | None:
        """The participant who is here and has this key, be it the ballot key or the voice key."""
        return key if key in self._by_participant else self._by_voice.get(key)

    def voice_of(self, participant: str) -> str:
        """The voice key of a participant who is here, else an empty one."""
        connections = self._by_participant.get(participant)
        return connections[0].voice if connections else ""

    def show_changes(self, viewer: Viewer, old: Face, new: Face, own: Mapping[Connection, Sequence[Change]]) -> None:
        """Take all of one viewer from one face to the next; `own` holds what single connections get besides."""
        splits = old.splits | new.splits
        cohorts: dict[frozenset[tuple[str, int]], list[Connection]] = {}
        for connection in self._by_viewer[viewer]:
            cohorts.setdefault(connection.voted & splits if splits else splits, []).append(connection)
        for voted, connections in cohorts.items():
            changes = list(faces.changes(old, new, voted))
            if own:
                connections = self._show_own(connections, changes, own, new.version)
            if changes:
                self.show(connections, changes, new.version)

    def show(self, connections: Iterable[Connection], changes: Sequence[Change], version: int | None = None) -> None:
        """Write the same changes to these connections; unversioned ones leave them where they stand."""
        frames = [frame for _, frame in changes]
        framed = b"".join([frame.framed for frame in frames])
        for connection in connections:
            if connection.ready:
                connection.wire.write(framed, frames)
            else:
                connection.hold(changes)
            if version is not None:
                connection.version = version

    def _show_own(
        self,
        connections: Iterable[Connection],
        changes: Sequence[Change],
        own: Mapping[Connection, Sequence[Change]],
        version: int,
    ) -> list[Connection]:
        """Write to those who get more than the others; return the others."""
        others = []
        for connection in connections:
            if connection in own:
                connection.show([*own[connection], *changes])
                connection.version = version
            else:
                others.append(connection)
        return others
