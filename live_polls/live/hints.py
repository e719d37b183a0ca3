"""The hub's one ear and one mouth on the channel layer. Nothing else in the process touches the layer.

A hint is {room, version, voters} and nothing more: never state, so that a forged, lost, doubled or late one is
harmless. Telling never makes a voter wait: it has a deadline, and what could not be told is told with what comes next.
Each process numbers its hints of a room, so that who hears them knows when one is missing. Presence goes the same way:
how many are here in this process, worth nothing after a while. So do reactions: counts, at most once a second.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

from live_polls.events import RoomChanged
from live_polls.live import metrics
from live_polls.topics import HUB_CHANNEL_PREFIX, RIGHTS_TOPIC, room_topic

logger = logging.getLogger(__name__)

TELL_SECONDS = 0.25
SILENCE_SECONDS = 2.0
RETRY_SECONDS = 1.0
COMPLAIN_SECONDS = 30.0
# A hint names at most this many voters. It says when there were more: then everybody's own ballots are read again.
MAX_VOTERS = 1000
# Of so many processes it is known which hint of a room they sent last; processes come and go for ever.
MOST_SENDERS = 256

HearFact = Callable[[RoomChanged], None]
HearPresence = Callable[[int, str, int], None]
HearReactions = Callable[[int, str, Mapping[str, int], Mapping[str, int]], None]
Miss = Callable[[int], None]
HearRights = Callable[[], None]


class Hints:
    """One channel a process, joined to the group of each live room."""

    def __init__(
        self, hear: HearFact, hear_presence: HearPresence, miss: Miss, hear_rights: HearRights = lambda: None
    ) -> None:
        self._hear = hear
        self._hear_rights = hear_rights
        self._hear_presence = hear_presence
        self._miss = miss
        self.hear_reactions: HearReactions = lambda *_said: None
        self._layer: Any = _shared_layer()
        self._name = secrets.token_hex(4)
        self._channel: str | None = None
        self._rooms: set[int] = set()
        self._joined: set[int] = set()
        self._untold: dict[int, RoomChanged] = {}
        self._presence: dict[int, int] = {}
        self._reactions: dict[int, dict[str, Any]] = {}
        self._told: Counter[int] = Counter()
        self._told_lately: set[int] = set()
        self._heard: dict[int, dict[str, int]] = {}
        self._complain_at = 0.0
        self._receiver: asyncio.Task[None] | None = None
        self._joiner: asyncio.Task[None] | None = None
        self._rights_teller: asyncio.Task[None] | None = None
        self._rights_untold = False
        self._hears_rights = False
        self._tellers: dict[int, asyncio.Task[None]] = {}

    async def listen(self, room_id: int) -> None:
        """Hear hints of the room from now on. Repeatable; while the layer does not work the version poll serves."""
        self._rooms.add(room_id)
        if self._layer is not None and not await self._join(room_id) and (self._joiner is None or self._joiner.done()):
            self._joiner = asyncio.get_running_loop().create_task(self._join_the_rest())

    async def forget(self, room_id: int) -> None:
        """Hear no more of the room. Repeatable."""
        self._rooms.discard(room_id)
        self._joined.discard(room_id)
        self._heard.pop(room_id, None)
        if self._layer is not None and self._channel is not None:
            try:
                async with asyncio.timeout(TELL_SECONDS):
                    await self._layer.group_discard(room_topic(room_id), self._channel)
            except Exception as error:  # noqa: BLE001 -- whatever ails the layer, voting goes on
                logger.debug("Room %s could not be left on the layer: %s", room_id, error)

    def forget_quiet(self, live: Collection[int]) -> None:
        """Forget how often was told of rooms that are not `live` here and that nothing was told of since the last time.

        Who hears of one again takes the number for a gap, looks after all who are there, and is none the worse for it.
        """
        for room_id in self._told.keys() - self._told_lately - set(live):
            del self._told[room_id]
        self._told_lately.clear()

    @property
    def n_kept(self) -> int:
        """Of how many rooms anything is remembered. Back to zero when nobody is anywhere."""
        return len(self._told.keys() | self._heard.keys() | self._rooms)

    def tell(self, fact: RoomChanged) -> None:
        """Tell the other processes, soon; of several versions of a room only the newest, of all their voters."""
        before = self._untold.get(fact.room_id)
        if before is not None:
            # One more than fits, so that it shows that there were more.
            voters = (*before.voters, *fact.voters)[: MAX_VOTERS + 1]
            fact = RoomChanged(fact.room_id, max(before.version, fact.version), voters)
        self._untold[fact.room_id] = fact
        self._start_telling(fact.room_id)

    @property
    def reaches_others(self) -> bool:
        """Whether another process can hear what is told."""
        return self._layer is not None

    def tell_presence(self, room_id: int, n_here: int) -> None:
        """Tell the other processes how many participants of the room are in this one."""
        self._presence[room_id] = n_here
        self._start_telling(room_id)

    def tell_rights(self) -> None:
        """Tell the other processes to look again who may be where. Lost is not lost: each looks by itself, too."""
        if self._layer is None:
            return
        self._rights_untold = True
        if self._rights_teller is None or self._rights_teller.done():
            self._rights_teller = asyncio.get_running_loop().create_task(self._tell_rights())

    def tell_reactions(self, room_id: int, counts: Mapping[str, int], pulse: Mapping[str, int]) -> None:
        """Tell the other processes what was tapped in this one. What could not be told by the next time is dropped."""
        self._reactions[room_id] = {"type": "reactions", "counts": dict(counts), "pulse": dict(pulse)}
        self._start_telling(room_id)

    async def stop(self) -> None:
        """Say that nobody is here any more, and end every task. Repeatable; takes a moment, however the layer is."""
        tasks = [
            task
            for task in (self._receiver, self._joiner, self._rights_teller, *self._tellers.values())
            if task is not None
        ]
        for task in tasks:
            if task is not self._receiver:
                task.cancel()
        if self._layer is not None and self._channel is not None:
            try:
                async with asyncio.timeout(TELL_SECONDS):
                    await asyncio.gather(*(self._send(room_id, _head_count(0)) for room_id in self._joined))
            except TimeoutError:
                pass
            await self._let_go()
        for _ in range(2):  # the first may be answered by one more try to reach the layer
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=TELL_SECONDS)

    async def _join(self, room_id: int) -> bool:
        """Whether the room's hints are heard from now on."""
        try:
            async with asyncio.timeout(TELL_SECONDS):
                if self._channel is None:
                    self._channel = await self._layer.new_channel(HUB_CHANNEL_PREFIX)
                    self._receiver = asyncio.get_running_loop().create_task(self._receive(self._channel))
                if not self._hears_rights:
                    await self._layer.group_add(RIGHTS_TOPIC, self._channel)
                    self._hears_rights = True
                await self._layer.group_add(room_topic(room_id), self._channel)
        except Exception as error:  # noqa: BLE001 -- see forget
            metrics.LAYER_UP.set(0)
            self._complain(error)
            if self._channel is None:
                await self._let_go()  # the layer keeps what it began for a channel that never came to be
            return False
        metrics.LAYER_UP.set(1)
        self._joined.add(room_id)
        return True

    async def _join_the_rest(self) -> None:
        """Try again until every room is joined; what was said meanwhile was missed."""
        while missing := self._rooms - self._joined:
            await asyncio.sleep(RETRY_SECONDS)
            for room_id in missing:
                if not await self._join(room_id):
                    break
                self._miss(room_id)
                self._hear_rights()

    async def _let_go(self) -> None:
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await self._layer.flush()
        except Exception as error:  # noqa: BLE001 -- see forget
            logger.debug("The channel layer could not be let go: %s", error)

    def _start_telling(self, room_id: int) -> None:
        """A task a room, so that rooms of a Redis that is away hold up no room of another one."""
        if self._layer is not None and room_id not in self._tellers:
            self._tellers[room_id] = asyncio.get_running_loop().create_task(self._tell_room(room_id))

    async def _tell_room(self, room_id: int) -> None:
        try:
            await self._tell_all(room_id)
        finally:
            # In the same turn of the loop in which there was nothing left: what is told next finds no teller and begins one.
            self._tellers.pop(room_id, None)

    async def _tell_all(self, room_id: int) -> None:
        while room_id in self._untold or room_id in self._presence or room_id in self._reactions:
            fact = self._untold.pop(room_id, None)
            if fact is not None:
                self._told[room_id] += 1
                self._told_lately.add(room_id)
                message = _hint(fact, self._told[room_id])
            elif room_id in self._presence:
                message = _head_count(self._presence.pop(room_id))
            else:
                message = self._reactions.pop(room_id)
            if await self._send(room_id, message):
                continue
            # Not told: with the next, after a while; the version poll serves until then.
            await asyncio.sleep(SILENCE_SECONDS)
            if fact is not None:
                self.tell(fact)

    async def _send(self, room_id: int, message: dict[str, Any]) -> bool:
        return await self._send_to(room_topic(room_id), {**message, "room": room_id, "from": self._name})

    async def _send_to(self, topic: str, message: dict[str, Any]) -> bool:
        """Whether it was; who hears it, nobody knows."""
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await self._layer.group_send(topic, message)
        except Exception as error:  # noqa: BLE001 -- see forget
            metrics.HINTS.labels("failed").inc()
            metrics.LAYER_UP.set(0)
            self._complain(error)
            return False
        metrics.HINTS.labels("sent").inc()
        metrics.LAYER_UP.set(1)
        return True

    async def _tell_rights(self) -> None:
        while self._rights_untold:
            # Before it is sent: who changes rights while it is on its way is told of once more.
            self._rights_untold = False
            if not await self._send_to(RIGHTS_TOPIC, {"type": "rights", "from": self._name}):
                await asyncio.sleep(SILENCE_SECONDS)
                self._rights_untold = True

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                message = await self._layer.receive(channel)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 -- see forget
                self._complain(error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            try:
                if message["from"] != self._name:
                    self._take(message)
            except (KeyError, TypeError, ValueError) as error:
                logger.warning("A hint was none of ours: %s", error)

    def _take(self, message: dict[str, Any]) -> None:
        metrics.HINTS.labels("heard").inc()
        if message["type"] == "rights":
            self._hear_rights()
            return
        room_id, sender = int(message["room"]), str(message["from"])
        if message["type"] == "presence":
            self._hear_presence(room_id, sender, int(message["n"]))
            return
        if message["type"] == "reactions":
            self.hear_reactions(room_id, sender, dict(message["counts"]), dict(message["pulse"]))
            return
        number = int(message["number"])
        # Nothing is remembered of what was on its way when the room was left.
        heard = self._heard.setdefault(room_id, {}) if room_id in self._rooms else {}
        is_missing = heard.pop(sender, number - 1) + 1 != number
        heard[sender] = number  # the last who was heard stands last
        if len(heard) > MOST_SENDERS:
            del heard[next(iter(heard))]
        self._hear(RoomChanged(room_id, int(message["version"]), tuple(map(str, message["voters"]))))
        if is_missing or message["more"]:
            self._miss(room_id)

    def _complain(self, error: Exception) -> None:
        """Say now and then that the layer is away; each try would be a line a second a room."""
        now = asyncio.get_running_loop().time()
        if now >= self._complain_at:
            self._complain_at = now + COMPLAIN_SECONDS
            logger.warning("The channel layer is away, the version poll serves: %r", error)


def _shared_layer() -> Any:
    """The channel layer, if another process can hear it: one in memory is this one's alone.

    And it looks through the groups of all rooms with each message: of a thousand live rooms each ballot paid for.
    """
    layer = get_channel_layer()
    return None if isinstance(layer, InMemoryChannelLayer) else layer


def _hint(fact: RoomChanged, number: int) -> dict[str, Any]:
    return {
        "type": "hint",
        "number": number,
        "version": fact.version,
        "voters": list(fact.voters[:MAX_VOTERS]),
        "more": len(fact.voters) > MAX_VOTERS,
    }


def _head_count(n_here: int) -> dict[str, Any]:
    return {"type": "presence", "n": n_here}
