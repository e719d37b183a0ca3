"""The screens of one room in this process: what each has been shown, and what takes it to the newest view."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping

from live_polls.domain import clock
from live_polls.domain.asked import NOTHING_ASKED, Asked
from live_polls.domain.room_view import Mine, RoomView
from live_polls.domain.visibility import Viewer
from live_polls.live import faces, messages, objects
from live_polls.live.connections import SNAPSHOT, Change, Connection
from live_polls.live.faces import Face
from live_polls.live.fan_out import Audience
from live_polls.live.frames import Frame
from live_polls.live.presence import Presence
from live_polls.live.question_faces import voice_changes
from live_polls.live.quiz_faces import player_object
from live_polls.live.reactions import Counts
from live_polls.live.voters import Polls

Own = dict[Connection, list[Change]]  # what single connections get besides what all get


class Screens:
    """Who listens, and what they see. Reads nothing and waits for nothing: it is given views, and writes frames."""

    def __init__(self) -> None:
        self.view: RoomView | None = None
        self.audience = Audience()
        self.presence = Presence()
        self._faces: dict[Viewer, Face] = {}
        self._shown: dict[Viewer, Face] = {}
        self._ahead: dict[Connection, Face] = {}  # came since the last tick, and has seen a newer face than the others
        self._standings: object = None  # of the quiz, as last shown

    def look(self, view: RoomView) -> None:
        """Make this the newest view. Nobody has been shown it yet."""
        self.view, self._faces = view, {}

    def discard(self, connection: Connection) -> None:
        """Forget the connection. Repeatable."""
        self.audience.discard(connection)
        self._ahead.pop(connection, None)

    def face(self, viewer: Viewer) -> Face:
        """The room as this viewer sees it, of the newest view. Made once a view, when first asked for."""
        assert self.view is not None  # noqa: S101 -- for the type checker: a face follows a read
        if viewer not in self._faces:
            self._faces[viewer] = faces.face_of(self.view, viewer)
        return self._faces[viewer]

    def greet(self, connection: Connection, mine: Mine) -> None:
        """Give the connection a snapshot of the newest view, and from then on what changes."""
        ballots = mine.get(connection.participant or "", ())
        times = self._times(connection)
        connection.voted, connection.told = faces.voted_of(ballots), faces.stand_of(ballots, times)
        self.audience.add(connection)
        self.presence.count(self.audience.n_participants, time.monotonic())
        face = self.face(connection.viewer)
        if self._shown.setdefault(connection.viewer, face) is not face:
            self._ahead[connection] = face
        connection.player = self._player(connection)
        connection.asked = self._asked(mine, connection.participant)
        snapshot = faces.snapshot_frame(
            face,
            mine=ballots,
            presence=self.presence.total,
            now=clock.now(),
            player=connection.player,
            times=times,
            asked=connection.asked,
        )
        connection.show([(SNAPSHOT, snapshot)])
        connection.version = face.version

    def show(self, mine: Mine, voters: Mapping[str, Polls]) -> None:
        """The tick: to each viewer what has changed since the last one, to voters what is their own."""
        own = self._own_changes(mine, voters)
        for viewer, old in list(self._shown.items()):
            new = self.face(viewer)
            if new is not old or own:
                self.audience.show_changes(viewer, old, new, own)
                self._shown[viewer] = new

    def restart(self, view: RoomView) -> None:
        """The room was restored from a backup: versions begin anew, and what screens hold is worth nothing.

        They are told the new epoch, and ask for a snapshot.
        """
        self._shown, self._ahead = {}, {}
        for connection in self.audience:
            connection.version = view.version
        beat = messages.Heartbeat(view.epoch, view.version, clock.now())
        self.show_all((("heartbeat", ""), Frame(messages.encode(beat))))

    def show_all(self, change: Change) -> None:
        """Show everybody the same unversioned state."""
        self.audience.show(self.audience, [change])

    def show_reactions(self, counts: Counts, pulse: Counts) -> None:
        """Show stages what was tapped, and hosts the pulse besides. Phones show none of it, and so get none."""
        key = ("reactions", "")
        if counts:
            frame = Frame(messages.encode(messages.ReactionsChanged(counts)))
            self.audience.show(self.audience.stages, [(key, frame)])
        frame = Frame(messages.encode(messages.ReactionsChanged(counts, pulse)))
        self.audience.show(self.audience.of_viewer(Viewer.HOST), [(key, frame)])

    def heartbeat(self, version: int, client_id: str | None = None) -> Frame:
        """Where connections at `version` stand. Others may be ahead of them: not every change is for all eyes."""
        epoch = self.view.epoch if self.view else ""
        return Frame(messages.encode(messages.Heartbeat(epoch, version, clock.now(), client_id)))

    def show_heartbeats(self) -> None:
        """Tell everybody where they stand: what they were told last, so that nobody asks for what is not theirs."""
        by_version: dict[int, list[Connection]] = {}
        for connection in self.audience:
            by_version.setdefault(connection.version, []).append(connection)
        for version, connections in by_version.items():
            self.audience.show(connections, [(("heartbeat", ""), self.heartbeat(version))])

    def _asked(self, mine: Mine, participant: str | None) -> Asked | None:
        """What a participant has asked and voted for; None where nobody may ask, and for who is none."""
        face = self.face(Viewer.AUDIENCE)
        return mine.asked.get(participant, NOTHING_ASKED) if participant and face.questions is not None else None

    def _times(self, connection: Connection | None = None) -> list[objects.TimeObject]:
        if self.view is None or connection is None or not connection.voice:
            return []
        return faces.times_of(self.view, connection.voice)

    def _player(self, connection: Connection) -> objects.PlayerObject | None:
        if self.view is None or not connection.voice:
            return None
        return player_object(self.view, connection.voice)

    def _own_changes(self, mine: Mine, voters: Mapping[str, Polls]) -> Own:
        own: Own = {}
        for participant, polls in voters.items():
            for connection in self.audience.of_participant(participant):
                changed = self._voice_changes(connection, mine) if polls is None else []
                changed += self._ballot_changes(connection, mine, polls)
                if changed:
                    own[connection] = changed
        # What the others never saw, and is now undone, is no change to them.
        for connection, seen in self._ahead.items():
            undone = faces.changes(seen, self.face(connection.viewer), connection.voted)
            own[connection] = [*own.get(connection, ()), *undone]
        self._ahead = {}
        self._add_standings(own)
        return own

    def _voice_changes(self, connection: Connection, mine: Mine) -> list[Change]:
        """What this one has asked and voted for, where it does not know."""
        asked, known = self._asked(mine, connection.participant), connection.asked
        if known == asked:
            return []
        connection.asked = asked
        face = self.face(Viewer.AUDIENCE)
        return list(voice_changes(known, asked, stand=(face.epoch, face.version)))

    def _ballot_changes(self, connection: Connection, mine: Mine, polls: Polls) -> list[Change]:
        """Its ballots and extra time, where it does not know: of these polls, or of all."""
        ballots, codes = mine.get(connection.participant or "", ()), self._codes(polls)
        times = [each for each in self._times(connection) if each.poll in codes]
        stand = faces.stand_of(ballots, times)
        told = {key: each for key, each in connection.told.items() if polls is None or key[0] in codes}
        if told == stand:
            return []
        others = {key: each for key, each in connection.told.items() if key not in told}
        connection.told = {**others, **stand}
        connection.voted = connection.voted.intersection(others) | faces.voted_of(ballots)
        if connection.viewer is not Viewer.AUDIENCE:
            return []
        face = self.face(Viewer.AUDIENCE)
        splits = self._shown.get(Viewer.AUDIENCE, face).splits | face.splits
        return list(faces.me_changes(face, ballots, splits, told, times))

    def _codes(self, polls: Polls) -> Collection[str]:
        return [poll.code for poll in self.view.polls if polls is None or poll.id in polls] if self.view else ()

    def _add_standings(self, own: Own) -> None:
        """Tell each player how they stand, if that is not what they know: one frame each after a reveal."""
        view = self.view
        if view is None or self._standings is view.standings:
            return
        self._standings = view.standings
        for connection in self.audience.of_viewer(Viewer.AUDIENCE):
            player = self._player(connection)
            if player != connection.player:
                connection.player = player
                message = messages.PlayerChanged(view.epoch, view.version, player)
                change = ("player", ""), Frame(messages.encode(message))
                own[connection] = [*own.get(connection, ()), change]
