"""One live room in this process: who listens, what was last read, and what was last shown.

*Group read*, the twin of the ballot box's group commit: at most one read of a room runs at a time, and the next one
answers everybody who waits: the tick, those who say hello, and those whose ballot was just counted. So a storm of
joins or ballots costs reads by time, not by head.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping

from live_polls.domain.ballots import Counted
from live_polls.domain.questions import Heard
from live_polls.domain.room_view import Mine, RoomView
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.enums import Asking, RoomState
from live_polls.live import messages, metrics, readiness
from live_polls.live.acks import AckGate
from live_polls.live.connections import Connection
from live_polls.live.desk import Desk
from live_polls.live.fan_out import Audience
from live_polls.live.load import Load
from live_polls.live.pacing import Pace
from live_polls.live.reactions import Reactions
from live_polls.live.readers import read
from live_polls.live.screens import Screens
from live_polls.live.voters import Polls, Voters

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
        self.screens = Screens()
        self.reactions = Reactions()
        self.gone = False
        self.listening: asyncio.Future[None] | None = None  # done when the hints of the room are heard
        self.wanted = True  # by somebody who may still be on the way in: asked for since the last sweep
        self.version = 0  # what listeners have been shown, whether or not they could see a difference
        self._known_version = 0  # the newest version that anybody told us of
        self._heard_version = 0  # the newest whose voters we were told of, or have asked for ourselves
        self._pace = Pace()
        self._hellos: dict[Connection, asyncio.Future[bool]] = {}
        self._voters = Voters()
        self._waiting: set[asyncio.Future[None]] = set()
        self._wake = asyncio.Event()
        self._urgent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._hint_is_due: asyncio.TimerHandle | None = None
        self._first_read: asyncio.Future[tuple[RoomView | None, Mine]] | None = None
        self._acks = AckGate()
        self.desk = Desk(self._rouse)

    @property
    def view(self) -> RoomView | None:
        """The room as last read."""
        return self.screens.view

    @property
    def audience(self) -> Audience:
        """Who listens."""
        return self.screens.audience

    @property
    def lag(self) -> int:
        """By how many versions listeners are behind what we have heard of."""
        return max(0, self._known_version - self.version)

    @property
    def idle(self) -> bool:
        """Whether nobody listens or waits."""
        return not (len(self.audience) or self._hellos or self._waiting or self._first_read)

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
        self.audience.expect(connection)
        self._urgent.set()
        self._rouse()
        try:
            return await hello
        finally:
            self._hellos.pop(connection, None)
            self.audience.give_up(connection)

    def leave(self, connection: Connection) -> None:
        """Forget the connection. Repeatable."""
        self.screens.discard(connection)
        self.desk.discard(connection)

    def ballots_changed(self, voters: Iterable[str], polls: Polls = None) -> None:
        """Tell all connections of those who have one of these keys what is in force now, with the next read.

        `polls`: only their ballots in these have changed.
        """
        # One may be waiting for its snapshot, which could be read from before the commit.
        waiting: dict[str, str] = {}
        for connection in self._hellos:
            if connection.participant:
                waiting[connection.participant] = waiting[connection.voice] = connection.participant
        here = {who for key in voters if (who := waiting.get(key) or self.audience.who_has(key))}
        if here:
            self._voters.add(here, polls)
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
            if view is not None and self.screens.view is None:  # the task may have read a newer one meanwhile
                self.screens.look(view)
                self._acks.epoch = view.epoch
        return self.view

    def _first_read_done(self, done: asyncio.Future[tuple[RoomView | None, Mine]]) -> None:
        self._first_read = None
        if not done.cancelled():
            done.exception()  # everybody who waited may have gone

    def react(self, voice: str, said: str) -> None:
        """Count a tap of this voice, where the room wants to hear of it; nothing of who is muted or excluded."""
        view = self.view
        is_wanted = view is not None and view.reactions and view.state == RoomState.LIVE.value
        if view is not None and is_wanted and voice not in view.barred:
            self.reactions.take(voice, said, asyncio.get_running_loop().time())

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
        voters = self._voters.take(MAX_PARTICIPANTS_A_READ)
        participants = {who: self.audience.voice_of(who) for who in voters}
        greeted = {hello.participant: hello.voice for hello in hellos if hello.participant}
        participants |= greeted
        voters |= dict.fromkeys(voters.keys() & greeted.keys())  # who says hello is told everything
        known_version = self._known_version
        self._acks.hold(loop)
        try:
            moderated = self.desk.wants_read(hellos)
            view, mine = await read(
                read_room, self.room_id, self.view, participants, only_in=voters, moderated=moderated
            )
            if view is not None and self._known_version == known_version:
                # Who told of a newer one was wrong: do not wait for it.
                self._known_version, self._heard_version = view.version, min(view.version, self._heard_version)
            if view is None:
                self._end()
            elif self.view is not None and view.version < self._acks.told(view.epoch):
                self._voters.put_back(voters)  # a slow read, overtaken by acknowledgements: read again
                self._wake.set()
            else:
                self._take(view, mine, hellos, voters, loop)
        except BaseException:
            self._voters.put_back(voters)
            raise
        finally:
            self._acks.release(at_least=self.view.version if self.view else 0)

    def _take(
        self,
        view: RoomView,
        mine: Mine,
        hellos: dict[Connection, asyncio.Future[bool]],
        voters: Mapping[str, Polls],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Make the view the newest one: greet who waits for it, and show it to all if it is time."""
        if view is not self.view:
            if self.view is not None and self.view.secrets.stage_key != view.secrets.stage_key:
                # Links were revoked: who is signed in comes back at once, who had a link looks as the audience.
                close_all(self.audience.of_viewer(Viewer.TRUSTED_STAGE), messages.CLOSE_UNKNOWN_IDENTITY)
            if self.view is None:
                self._heard_version = max(self._heard_version, view.version)  # nobody has come before
                self._acks.epoch = view.epoch
            elif self.view.epoch != view.epoch:
                self._restart(view)
            if self.view is not None and (self.view.asking == Asking.OFF.value) != (view.asking == Asking.OFF.value):
                self._voters.add(self.audience.participants)  # their own questions come, or go, with all others
            if self.view is not None and self.view.barred is not view.barred:
                self.reactions.forget(view.barred)
            self.screens.look(view)
        self._known_version = max(self._known_version, view.version)
        self._greet(hellos, mine)
        if mine.contributions is not None:
            self.desk.take(view.epoch, view.version, mine.contributions)
        if self._pace.delay(started := loop.time(), self._load.level) <= 0:
            self._acks.join()
            self._show(view, mine, voters)
            self._pace.shown(started=started, ended=(ended := loop.time()))
            metrics.FANOUT.observe(ended - started)
        else:
            self._voters.put_back(voters)
        if self._hellos or self._voters or self._known_version > self.version:
            self._wake.set()

    def _restart(self, view: RoomView) -> None:
        """The room was restored from a backup: versions begin anew."""
        self._acks.restart(view.epoch, shown=self.version)
        self._known_version = self.version = view.version
        self.screens.restart(view)

    def _greet(self, hellos: dict[Connection, asyncio.Future[bool]], mine: Mine) -> None:
        metrics.JOINS.inc(len(hellos))
        for connection, hello in hellos.items():
            self._hellos.pop(connection, None)
            if hello.done():
                continue  # gone while we read
            self.screens.greet(connection, mine)
            if connection.moderates:
                self.desk.add(connection)
            hello.set_result(True)

    def _show(self, view: RoomView, mine: Mine, voters: Mapping[str, Polls]) -> None:
        self.screens.show(mine, voters)
        self.version = view.version
        self.release_waiting()

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
