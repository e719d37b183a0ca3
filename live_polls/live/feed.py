"""One live room in this process: who listens, what was last read, and what was last shown.

*Group read*, the twin of the ballot box's group commit: at most one read of a room runs at a time, and the next one
answers everybody who waits: the tick, those who say hello, and those whose ballot was just counted. So a storm of
joins or ballots costs reads by time, not by head.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from itertools import islice

from live_polls.domain import clock
from live_polls.domain.asked import NOTHING_ASKED, Asked
from live_polls.domain.ballots import Counted
from live_polls.domain.questions import Heard
from live_polls.domain.snapshot import Mine, MyBallot, RoomView, read_room
from live_polls.domain.visibility import Viewer
from live_polls.enums import Asking, RoomState
from live_polls.live import faces, messages, metrics, objects, readiness
from live_polls.live.acks import AckGate
from live_polls.live.connections import SNAPSHOT, Change, Connection
from live_polls.live.desk import Desk
from live_polls.live.faces import Face
from live_polls.live.fan_out import Audience
from live_polls.live.frames import Frame
from live_polls.live.load import Load
from live_polls.live.pacing import Pace
from live_polls.live.presence import Presence
from live_polls.live.question_faces import voice_changes
from live_polls.live.quiz_faces import player_object
from live_polls.live.reactions import Counts, Reactions
from live_polls.live.readers import read

logger = logging.getLogger(__name__)

# A read asks for the ballots of at most this many participants; the rest wait for the next one.
MAX_PARTICIPANTS_A_READ = 500
RETRY_SECONDS = 0.5
# How much later than the version itself its hint may come.
HINT_SECONDS = 0.3


class RoomFeed:
    """Listeners of one room. Everything here happens in the loop, but the reads."""

    def __init__(self, room_id: int, load: Load | None = None) -> None:
        self.room_id = room_id
        self._load = load or Load()
        self.view: RoomView | None = None
        self.audience = Audience()
        self.presence = Presence()
        self.reactions = Reactions()
        self.gone = False
        self.wanted = True  # by somebody who may still be on the way in: asked for since the last sweep
        self.version = 0  # what listeners have been shown, whether or not they could see a difference
        self._known_version = 0  # the newest version that anybody told us of
        self._heard_version = 0  # the newest whose voters we were told of, or have asked for ourselves
        self._shown: dict[Viewer, Face] = {}
        self._ahead: dict[Connection, Face] = {}  # came since the last tick, and has seen a newer face than the others
        self._faces: dict[Viewer, Face] = {}
        self._pace = Pace()
        self._hellos: dict[Connection, asyncio.Future[bool]] = {}
        self._voters: set[str] = set()
        self._waiting: set[asyncio.Future[None]] = set()
        self._standings: object = None  # of the quiz, as last shown
        self._wake = asyncio.Event()
        self._urgent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._hint_is_due: asyncio.TimerHandle | None = None
        self._first_read: asyncio.Future[tuple[RoomView | None, Mine]] | None = None
        self._acks = AckGate()
        self.desk = Desk(self._rouse)

    @property
    def lag(self) -> int:
        """By how many versions listeners are behind what we have heard of."""
        return max(0, self._known_version - self.version)

    @property
    def idle(self) -> bool:
        """Whether nobody listens or waits."""
        return not (len(self.audience) or self._hellos or self._waiting)

    def hear(self, version: int) -> None:
        """A hint, from whatever source: the room stands at `version` at least. May be lost, doubled or late."""
        self._heard_version = max(self._heard_version, version)
        self._learn(version)

    def _learn(self, version: int) -> None:
        if version > self._known_version:
            self._known_version = version
            self._rouse()

    def hear_stand(self, epoch: str, version: int) -> None:
        """Where the room really stands. In another epoch (a backup was restored) an older version is the newer one.

        A hint of the same says who voted. When none comes, it is lost: all who are here are looked after.
        """
        if self.view is not None and epoch != self.view.epoch:
            self._known_version = self._heard_version = 0
        if version > self._heard_version and self._hint_is_due is None:
            loop = asyncio.get_running_loop()
            self._hint_is_due = loop.call_later(HINT_SECONDS, self._check_hints, version)
        self._learn(version)

    def _check_hints(self, version: int) -> None:
        self._hint_is_due = None
        if version > self._heard_version:
            self._heard_version = version
            self.look_after_all()

    def look_after_all(self) -> None:
        """Tell everybody who is here what is in force for them, if they do not know it. Repeatable."""
        self.ballots_changed(self.audience.participants)

    async def join(self, connection: Connection) -> bool:
        """Give the connection a snapshot and from then on every change; again on one that has joined: a resync.

        The room was subscribed to before, so nothing is missed between the read and the first change. False when
        the room no longer exists.
        """
        hello: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._hellos[connection] = hello
        self._urgent.set()
        self._rouse()
        try:
            return await hello
        finally:
            self._hellos.pop(connection, None)

    def leave(self, connection: Connection) -> None:
        """Forget the connection. Repeatable."""
        self.audience.discard(connection)
        self.desk.discard(connection)
        self._ahead.pop(connection, None)

    def ballots_changed(self, voters: Iterable[str]) -> None:
        """Tell all connections of those who have one of these keys what is in force now, with the next read."""
        # One may be waiting for its snapshot, which could be read from before the commit.
        waiting: dict[str, str] = {}
        for connection in self._hellos:
            if connection.participant:
                waiting[connection.participant] = waiting[connection.voice] = connection.participant
        here = {who for key in voters if (who := waiting.get(key) or self.audience.who_has(key))}
        if here:
            self._voters |= here
            self._rouse()

    def acknowledge(self, connection: Connection, client_id: str, counted: Counted | Heard) -> None:
        """Tell the voter that it is counted, or heard; never before an older state that is on its way."""
        self._acks.send(connection, client_id, counted, at_least=self.view.version if self.view else 0)

    async def wait_beyond(self, version: int, seconds: float) -> None:
        """Return when listeners have been shown more than `version`, after `seconds`, or when the server goes."""
        deadline = time.monotonic() + seconds
        while self.version <= version and (left := deadline - time.monotonic()) > 0:
            if self.gone or readiness.is_draining():
                return
            shown: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(shown)
            try:
                await asyncio.wait_for(shown, left)
            except TimeoutError:
                return
            finally:
                self._waiting.discard(shown)

    async def current_view(self) -> RoomView | None:
        """The room as last read, or read now when nobody has yet: once, however many come at the same time."""
        if self.view is None and not self.gone:
            if self._first_read is None:
                self._first_read = asyncio.ensure_future(read(read_room, self.room_id))
                self._first_read.add_done_callback(self._first_read_done)
            # Who goes away while it waits takes nothing from the others.
            view, _ = await asyncio.shield(self._first_read)
            if self.view is None:  # the task may have read a newer one meanwhile
                self.view = view
        return self.view

    def _first_read_done(self, done: asyncio.Future[tuple[RoomView | None, Mine]]) -> None:
        self._first_read = None
        if not done.cancelled():
            done.exception()  # everybody who waited may have gone

    def face(self, viewer: Viewer) -> Face:
        """The room as this viewer sees it, of the newest view. Made once a view, when first asked for."""
        assert self.view is not None  # noqa: S101 -- for the type checker: a face follows a read
        if viewer not in self._faces:
            self._faces[viewer] = faces.face_of(self.view, viewer)
        return self._faces[viewer]

    def show_all(self, change: Change) -> None:
        """Show everybody the same unversioned state."""
        self.audience.show(self.audience, [change])

    def react(self, voice: str, said: str) -> None:
        """Count a tap of this voice, where the room wants to hear of it; nothing of who is muted or excluded."""
        view = self.view
        is_wanted = view is not None and view.reactions and view.state == RoomState.LIVE.value
        if view is not None and is_wanted and voice not in view.barred:
            self.reactions.take(voice, said, asyncio.get_running_loop().time())

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

    @property
    def has_countdown(self) -> bool:
        """Whether a poll of the room has a deadline."""
        return self.view is not None and any(poll.deadline is not None for poll in self.view.polls)

    def release_acks(self) -> None:
        """Let acknowledgements go that wait for a read: there may be no later. Repeatable."""
        self._acks.release()

    def release_waiting(self) -> None:
        """Let those who wait for a newer version go on. Repeatable."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def stop(self) -> None:
        """End the task and let those who wait go. Repeatable."""
        if self._task is not None:
            self._task.cancel()
        if self._hint_is_due is not None:
            self._hint_is_due.cancel()
        self.desk.stop()
        self.release_waiting()
        for hello in self._hellos.values():
            hello.cancel()

    def _rouse(self) -> None:
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Read and show while there is a reason; then end. The next reason starts it again."""
        loop = asyncio.get_running_loop()
        while self._wake.is_set() and not self.gone:
            await self._pause(self._pace.delay(loop.time(), self._load.level))
            self._wake.clear()
            try:
                await self._read_and_show(loop)
            except Exception:
                logger.exception("Room %s could not be read or shown", self.room_id)
                self._wake.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _pause(self, seconds: float) -> None:
        """Keep the pace; who says hello is not made to wait for it."""
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._urgent.wait()
            except TimeoutError:
                pass
        self._urgent.clear()

    async def _read_and_show(self, loop: asyncio.AbstractEventLoop) -> None:
        hellos = dict(list(self._hellos.items())[:MAX_PARTICIPANTS_A_READ])
        voters = set(islice(self._voters, MAX_PARTICIPANTS_A_READ))
        self._voters -= voters
        participants = {who: self.audience.voice_of(who) for who in voters}
        participants |= {hello.participant: hello.voice for hello in hellos if hello.participant}
        known_version = self._known_version
        self._acks.hold(loop)
        try:
            moderated = self.desk.wants_read(hellos)
            view, mine = await read(read_room, self.room_id, self.view, participants, moderated=moderated)
            if view is not None and self._known_version == known_version:
                # Who told of a newer one was wrong: do not wait for it.
                self._known_version, self._heard_version = view.version, min(view.version, self._heard_version)
            if view is None:
                self._end()
            elif view.version < self._acks.version and self.view is not None and view.epoch == self.view.epoch:
                self._voters |= voters  # a slow read, overtaken by acknowledgements: read again
                self._wake.set()
            else:
                self._take(view, mine, hellos, voters, loop)
        except BaseException:
            self._voters |= voters
            raise
        finally:
            self._acks.release(at_least=self.view.version if self.view else 0)

    def _take(
        self,
        view: RoomView,
        mine: Mine,
        hellos: dict[Connection, asyncio.Future[bool]],
        voters: set[str],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Make the view the newest one: greet who waits for it, and show it to all if it is time."""
        if view is not self.view:
            if self.view is not None and self.view.secrets.stage_key != view.secrets.stage_key:
                # Links were revoked: who is signed in comes back at once, who had a link looks as the audience.
                close_all(self.audience.of_viewer(Viewer.TRUSTED_STAGE), messages.CLOSE_UNKNOWN_IDENTITY)
            if self.view is None:
                self._heard_version = max(self._heard_version, view.version)  # nobody has come before
            elif self.view.epoch != view.epoch:
                self._restart(view)
            if self.view is not None and (self.view.asking == Asking.OFF.value) != (view.asking == Asking.OFF.value):
                self._voters |= set(self.audience.participants)  # their own questions come, or go, with all others
            if self.view is not None and self.view.barred is not view.barred:
                self.reactions.forget(view.barred)
            self.view, self._faces = view, {}
        self._known_version = max(self._known_version, view.version)
        self._greet(hellos, mine)
        if mine.contributions is not None:
            self.desk.take(view.epoch, view.version, mine.contributions)
        if self._pace.delay(started := loop.time(), self._load.level) <= 0:
            self._show(mine, voters)
            self._pace.shown(started=started, ended=(ended := loop.time()))
            metrics.FANOUT.observe(ended - started)
        else:
            self._voters |= voters
        if self._hellos or self._voters or self._known_version > self.version:
            self._wake.set()

    def _greet(self, hellos: dict[Connection, asyncio.Future[bool]], mine: Mine) -> None:
        metrics.JOINS.inc(len(hellos))
        for connection, hello in hellos.items():
            self._hellos.pop(connection, None)
            if hello.done():
                continue  # gone while we read
            ballots = mine.get(connection.participant or "", ())
            times = self._times(connection)
            connection.voted, connection.told = faces.voted_of(ballots), faces.stand_of(ballots, times)
            self.audience.add(connection)
            if connection.moderates:
                self.desk.add(connection)
            self.presence.count(self.audience.n_participants, time.monotonic())
            face = self.face(connection.viewer)
            if self._shown.setdefault(connection.viewer, face) is not face:
                self._ahead[connection] = face
            connection.player = self._player(connection)
            connection.asked = self._asked(mine, connection.participant)
            snapshot = self.snapshot(connection.viewer, ballots, connection.player, times, connection.asked)
            connection.show([(SNAPSHOT, snapshot)])
            connection.version = face.version
            hello.set_result(True)

    def _restart(self, view: RoomView) -> None:
        """The room was restored from a backup: versions begin anew, and what screens hold is worth nothing.

        They are told the new epoch, and ask for a snapshot.
        """
        self._acks = AckGate()
        self._known_version = self.version = view.version
        self._shown, self._ahead = {}, {}
        beat = messages.Heartbeat(view.epoch, view.version, clock.now())
        self.show_all((("heartbeat", ""), Frame(messages.encode(beat))))

    def snapshot(
        self,
        viewer: Viewer,
        mine: tuple[MyBallot, ...],
        player: objects.PlayerObject | None = None,
        times: list[objects.TimeObject] | None = None,
        asked: Asked | None = None,
    ) -> Frame:
        """A whole snapshot for one connection, of the newest view."""
        return faces.snapshot_frame(
            self.face(viewer),
            mine=mine,
            presence=self.presence.total,
            now=clock.now(),
            player=player,
            times=times,
            asked=asked,
        )

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

    def _add_standings(self, own: dict[Connection, list[Change]]) -> None:
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

    def _show(self, mine: Mine, voters: set[str]) -> None:
        """The tick: to each viewer what has changed since the last one, to voters what is their own."""
        own = self._own_changes(mine, voters)
        for viewer, old in list(self._shown.items()):
            new = self.face(viewer)
            if new is not old or own:
                self.audience.show_changes(viewer, old, new, own)
                self._shown[viewer] = new
        assert self.view is not None  # noqa: S101 -- for the type checker: a tick follows a read
        self.version = self.view.version
        self.release_waiting()

    def _own_changes(self, mine: Mine, voters: set[str]) -> dict[Connection, list[Change]]:
        own: dict[Connection, list[Change]] = {}
        face = self.face(Viewer.AUDIENCE)
        splits = self._shown.get(Viewer.AUDIENCE, face).splits | face.splits
        for participant in voters:
            ballots = mine.get(participant, ())
            times = self._times(*self.audience.of_participant(participant)[:1])
            stand = faces.stand_of(ballots, times)
            asked = self._asked(mine, participant)
            for connection in self.audience.of_participant(participant):
                if connection.asked != asked:
                    own[connection] = list(voice_changes(connection.asked, asked, stand=(face.epoch, face.version)))
                    connection.asked = asked
                if connection.told != stand:
                    changed = list(faces.me_changes(face, ballots, splits, connection.told, times))
                    connection.voted, connection.told = faces.voted_of(ballots), stand
                    if connection.viewer is Viewer.AUDIENCE and changed:
                        own[connection] = [*own.get(connection, ()), *changed]
        # What the others never saw, and is now undone, is no change to them.
        for connection, seen in self._ahead.items():
            undone = faces.changes(seen, self.face(connection.viewer), connection.voted)
            own[connection] = [*own.get(connection, ()), *undone]
        self._ahead = {}
        self._add_standings(own)
        return own

    def _end(self) -> None:
        """The room was deleted: let everybody go."""
        self.gone = True
        for hello in self._hellos.values():
            if not hello.done():
                hello.set_result(False)
        self.release_waiting()
        close_all(self.audience, messages.CLOSE_NOT_FOUND)


def close_all(connections: Iterable[Connection], code: int) -> None:
    """Begin to close these connections."""
    for connection in list(connections):
        connection.wire.close(code)
