"""The hub: all live rooms of this process, and the one ear it has on the channel layer.

A commit in this process reaches its listeners directly; other processes learn of it by one small hint a room. A
hint may be lost, doubled or late: every second the hub also reads the versions of its live rooms, which is the
safety net, and the only means without a layer or while Redis is dead.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence

from live_polls import events
from live_polls.domain import clock
from live_polls.domain.access import find_room
from live_polls.domain.lifecycle import close_overdue
from live_polls.domain.snapshot import read_versions
from live_polls.domain.tally import recount_closed
from live_polls.enums import PollState
from live_polls.live import messages, metrics
from live_polls.live.ballot_box import get_box
from live_polls.live.doorkeeper import Doorkeeper
from live_polls.live.feed import RoomFeed
from live_polls.live.frames import Frame
from live_polls.live.hints import Hints
from live_polls.live.limits import Allowances
from live_polls.live.load import LOAD_SECONDS, Load, Shed
from live_polls.live.manners import Manners
from live_polls.live.name_box import NameBox
from live_polls.live.patterns import get_patterns
from live_polls.live.readers import read, read_for_one

logger = logging.getLogger(__name__)

# Odd periods, so that the timers do not beat together.
VERSION_POLL_SECONDS = 1.0
PRESENCE_SECONDS = 1.013
REACTIONS_SECONDS = 0.997
OVERDUE_SECONDS = 0.503
FORGOTTEN_SECONDS = 4.987
HEARTBEAT_SECONDS = 20.0
SWEEP_SECONDS = 7.211
MEASURE_SECONDS = 1.201
RECOUNT_SECONDS = 10.007
PROCESS_SECONDS = 9.973
PATTERNS_SECONDS = 5.003
# Of one participant, on however many sockets: enough for applause, too few to be a crowd.
REACTIONS_A_SECOND = 3.0
REACTIONS_AT_ONCE = 6.0


class Hub:
    """One an event loop, made by `get_hub`; everything here happens in that loop but `_on_fact`."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._feeds: dict[int, RoomFeed] = {}
        self._ids: dict[str, int] = {}
        self._recounted: dict[int, dict[int, int]] = {}  # {room id: {poll id: the round that was counted last}}
        self.names = NameBox()
        self.load = Load()
        self._lag = 0.0  # of the loop, the worst since it was last weighed
        self._doorkeeper = Doorkeeper(lambda: list(self._feeds.values()))
        self._hints = Hints(self._hear, self._hear_presence, self._miss, self._doorkeeper.doubt)
        self._hints.hear_reactions = self._hear_reactions
        self.manners = Manners()
        self.reaction_allowances = Allowances(rate=REACTIONS_A_SECOND, burst=REACTIONS_AT_ONCE)
        self._tasks = [
            self._loop.create_task(self._every(seconds, deed))
            for seconds, deed in (
                (VERSION_POLL_SECONDS, self._poll_versions),
                (OVERDUE_SECONDS, self._close_overdue),
                (FORGOTTEN_SECONDS, self._close_forgotten),
                (LOAD_SECONDS, self._weigh),
                (PRESENCE_SECONDS, self._show_presence),
                (REACTIONS_SECONDS, self._show_reactions),
                (HEARTBEAT_SECONDS, self._show_heartbeats),
                (SWEEP_SECONDS, self._sweep),
                (MEASURE_SECONDS, self._measure),
                (RECOUNT_SECONDS, self._recount_one),
                (PROCESS_SECONDS, self._measure_process),
                (PATTERNS_SECONDS, self._look_for_patterns),
            )
        ]
        self._tasks.append(self._loop.create_task(self._doorkeeper.run()))
        events.subscribe(self._on_fact)

    def __len__(self) -> int:
        return sum(len(feed.audience) for feed in self._feeds.values())

    async def feed(self, join_code: str) -> RoomFeed:
        """The feed of the room with this (canonical) join code; RoomNotFoundError. Subscribes before it returns."""
        room_id = self._ids.get(join_code)
        if room_id is None:
            room_id = await read_for_one(_enter, join_code)
            self._ids[join_code] = room_id
        feed = self._feeds.get(room_id)
        if feed is None or feed.gone:
            feed = self._feeds[room_id] = RoomFeed(room_id, self.load)
            feed.listening = asyncio.ensure_future(self._hints.listen(room_id))
        feed.wanted = True
        if feed.listening is not None:
            await asyncio.shield(feed.listening)  # who comes second waits as the first, who may go away meanwhile
        return feed

    def live_feed(self, join_code: str) -> RoomFeed | None:
        """The feed if the room is live in this process, without asking anybody."""
        feed = self._feeds.get(self._ids.get(join_code, 0))
        return None if feed is None or feed.gone else feed

    async def goodbye(self, *, spread_ms: int) -> None:
        """Tell everybody to come back, each after another while, in small lots so that they do not come at once."""
        for feed in list(self._feeds.values()):
            feed.release_acks()
            for n, connection in enumerate(list(feed.audience)):
                retry_ms = random.randint(500, 500 + spread_ms)  # noqa: S311 -- jitter, no secret
                connection.answer(Frame(messages.encode(messages.Bye(retry_ms))))
                if n % 500 == 499:
                    await asyncio.sleep(0)

    def wake_waiting(self) -> None:
        """Let long polls answer at once."""
        for feed in self._feeds.values():
            feed.release_waiting()

    async def stop(self) -> None:
        """Stop listening, end every task. Repeatable."""
        events.unsubscribe(self._on_fact)
        for task in self._tasks:
            task.cancel()
        for feed in self._feeds.values():
            feed.stop()
        await self._hints.stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._feeds.clear()

    def _on_fact(self, fact: events.Fact) -> None:
        """A commit in this process, told in the thread that made it."""
        try:
            self._loop.call_soon_threadsafe(self._announce, fact)
        except RuntimeError:  # the loop is closed: this hub is history
            events.unsubscribe(self._on_fact)

    def _announce(self, fact: events.Fact) -> None:
        if isinstance(fact, events.RightsChanged):
            self._doorkeeper.doubt()
            self._hints.tell_rights()
        else:
            self._hear(fact)
            self._hints.tell(fact)

    def _hear(self, fact: events.RoomChanged) -> None:
        feed = self._feeds.get(fact.room_id)
        if feed is not None:
            feed.ballots_changed(fact.voters, fact.polls)
            feed.hear(fact.version)

    def _miss(self, room_id: int) -> None:
        feed = self._feeds.get(room_id)
        if feed is not None:
            feed.look_after_all()

    def _hear_presence(self, room_id: int, process: str, n_here: int) -> None:
        feed = self._feeds.get(room_id)
        if feed is not None:
            feed.screens.presence.hear(process, n_here, self._loop.time())

    def _hear_reactions(self, room_id: int, process: str, counts: Mapping[str, int], pulse: Mapping[str, int]) -> None:
        feed = self._feeds.get(room_id)
        if feed is not None:
            feed.reactions.hear(process, counts, pulse, self._loop.time())

    def react(self, feed: RoomFeed, voice: str, said: str) -> None:
        """Count a tap, unless this participant taps too fast. Never answers."""
        if not self.reaction_allowances.take(voice, self._loop.time()):
            feed.react(voice, said)

    async def _every(self, seconds: float, deed: Callable[[], Awaitable[None]]) -> None:
        while True:
            due = self._loop.time() + seconds
            await asyncio.sleep(seconds)
            self._lag = max(self._lag, lag := max(0.0, self._loop.time() - due))
            metrics.LOOP_LAG.set(lag)
            try:
                await deed()
            except Exception as error:  # noqa: BLE001 -- a timer must outlive a database that is away for a while
                logger.warning("%s failed: %s", getattr(deed, "__name__", deed), error)

    async def _weigh(self) -> None:
        lag, self._lag = self._lag, 0.0
        self.load.measure(lag=lag, waited=get_box().age())
        metrics.SHED.set(self.load.level)

    async def _poll_versions(self) -> None:
        if self._feeds:
            versions = await read(_read_versions, list(self._feeds))
            for room_id, feed in list(self._feeds.items()):
                if room_id in versions:
                    feed.hear_stand(*versions[room_id])
                else:
                    feed.hear(feed.version + 1)  # gone: a read will find that out

    async def _close_overdue(self) -> None:
        if any(feed.has_countdown for feed in self._feeds.values()):
            await read(close_overdue)

    async def _close_forgotten(self) -> None:
        """Close what is overdue in rooms where nobody is, too: after a restart perhaps nobody comes back."""
        await read(close_overdue)

    async def _look_for_patterns(self) -> None:
        if len(get_patterns()):
            await read_for_one(get_patterns().look)

    async def _show_presence(self) -> None:
        is_heard = self._hints.reaches_others
        for room_id, feed in self._feeds.items():
            now = self._loop.time()
            feed.screens.presence.count(feed.audience.n_participants, now)
            if is_heard and (n_here := feed.screens.presence.to_tell(now)) is not None:
                self._hints.tell_presence(room_id, n_here)
            if self.load.sheds(Shed.PRESENCE):
                continue  # shown when there is time for it again
            if (total := feed.screens.presence.to_show()) is not None:
                feed.screens.show_all((("presence", ""), Frame(messages.encode(messages.PresenceChanged(total)))))

    async def _show_reactions(self) -> None:
        """Tell and show what was tapped in the last second; under load later, or never."""
        now = self._loop.time()
        for room_id, feed in self._feeds.items():
            if feed.reactions.is_silent:
                continue  # as in most of a thousand rooms
            if self.load.sheds(Shed.REACTIONS):
                feed.reactions.give_up(now)
                continue
            if (told := feed.reactions.to_tell(now)) is not None:
                self._hints.tell_reactions(room_id, *told)
            if (shown := feed.reactions.to_show(now)) is not None:
                feed.screens.show_reactions(*shown)

    async def _show_heartbeats(self) -> None:
        for feed in list(self._feeds.values()):
            feed.screens.show_heartbeats()
            await asyncio.sleep(0)

    async def _measure(self) -> None:
        feeds = self._feeds.values()
        metrics.SOCKETS.set(len(self))
        metrics.ROOMS.set(len(feeds))
        metrics.PARTICIPANTS.set(sum(feed.audience.n_participants for feed in feeds))
        metrics.VERSION_LAG.set(max((feed.lag for feed in feeds), default=0))
        metrics.WAITING.set(len(get_box()))
        metrics.OLDEST.set(get_box().age())

    async def _measure_process(self) -> None:
        await asyncio.to_thread(metrics.measure_process)

    async def _recount_one(self) -> None:
        """Count one closed poll again, each once a round: a wrong tally must not wait for somebody to ask."""
        for room_id, feed in list(self._feeds.items()):
            recounted = self._recounted.setdefault(room_id, {})
            for poll in feed.view.polls if feed.view is not None else ():
                if poll.state == PollState.CLOSED.value and recounted.get(poll.id) != poll.round:
                    recounted[poll.id] = poll.round
                    n_wrong = await read_for_one(recount_closed, poll.id)
                    if n_wrong:
                        metrics.RECOUNT_DIFFERENCES.inc(n_wrong)
                        logger.error("Poll %s, round %s: %s counters are wrong", poll.code, poll.round, n_wrong)
                    return

    async def _sweep(self) -> None:
        """Forget rooms in which nobody listens, so that registries return to zero."""
        for room_id, feed in list(self._feeds.items()):
            is_wanted, feed.wanted = feed.wanted, False
            if feed.idle and not is_wanted:
                del self._feeds[room_id]
                self._ids = {code: known for code, known in self._ids.items() if known != room_id}
                self._recounted.pop(room_id, None)
                feed.stop()
                await self._hints.forget(room_id)
                if room_id in self._feeds:  # somebody came in the meantime
                    await self._hints.listen(room_id)
        self._hints.forget_quiet(self._feeds.keys())

    @property
    def n_kept(self) -> int:
        """How many entries the registries of rooms have. Back to zero when nobody is anywhere."""
        return len(self._feeds) + len(self._ids) + len(self._recounted) + self._hints.n_kept


def _enter(join_code: str) -> int:
    """The id of the room; RoomNotFoundError. A quiet process asks nothing, so it learns here what time it is: before
    the first ballot comes, whose arrival is told by the database's clock."""
    room_id = find_room(join_code).pk
    clock.read_now()
    return room_id


def _read_versions(room_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Where rooms stand; and what time it is, since the clocks of both may be set at any moment."""
    clock.read_now()
    return read_versions(room_ids)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def get_hub() -> Hub:
    """The hub of the running loop; a server has one loop and so one hub, made by the first who asks."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for closed in [other for other in _hubs if other.is_closed()]:
            del _hubs[closed]
        _hubs[loop] = Hub()
    return _hubs[loop]


async def drop_hub() -> None:
    """Stop the hub of the running loop and forget it. Repeatable."""
    hub = _hubs.pop(asyncio.get_running_loop(), None)
    if hub is not None:
        await hub.stop()
