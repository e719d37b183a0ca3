"""The hub's one ear and one mouth on the channel layer. Nothing else in the process touches the layer.

A hint is {room, version, voters} and nothing more: never state, so that a forged, lost, doubled or late one is
harmless. Telling is fire-and-forget with a deadline: a layer that is away must cost a voter nothing. Presence goes the
same way: how many are here in this process, worth nothing after a while.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from live_polls.events import RoomChanged
from live_polls.live import metrics
from live_polls.topics import HUB_CHANNEL_PREFIX, room_topic

logger = logging.getLogger(__name__)

TELL_SECONDS = 0.25
SILENCE_SECONDS = 2.0
RETRY_SECONDS = 1.0
# A hint names at most this many voters; their other tabs on other processes are told, the rest when they come back.
MAX_VOTERS = 1000

HearFact = Callable[[RoomChanged], None]
HearPresence = Callable[[int, str, int], None]


class Hints:
    """One channel a process, joined to the group of each live room."""

    def __init__(self, hear: HearFact, hear_presence: HearPresence) -> None:
        self._hear = hear
        self._hear_presence = hear_presence
        self._layer: Any = get_channel_layer()
        self._name = secrets.token_hex(4)
        self._channel: str | None = None
        self._rooms: set[int] = set()
        self._untold: dict[int, RoomChanged] = {}
        self._presence: dict[int, int] = {}
        self._silent_until = 0.0
        self._receiver: asyncio.Task[None] | None = None
        self._teller: asyncio.Task[None] | None = None

    async def listen(self, room_id: int) -> None:
        """Hear hints of the room from now on. Repeatable; without a working layer the version poll serves."""
        self._rooms.add(room_id)
        if self._layer is None:
            return
        try:
            async with asyncio.timeout(TELL_SECONDS):
                if self._channel is None:
                    self._channel = await self._layer.new_channel(HUB_CHANNEL_PREFIX)
                if self._receiver is None:
                    self._receiver = asyncio.get_running_loop().create_task(self._receive(self._channel))
                await self._layer.group_add(room_topic(room_id), self._channel)
        except Exception as error:  # noqa: BLE001 -- whatever ails the layer, voting goes on
            logger.warning("No hints for room %s, the version poll serves: %s", room_id, error)

    async def forget(self, room_id: int) -> None:
        """Hear no more of the room. Repeatable."""
        self._rooms.discard(room_id)
        if self._layer is not None and self._channel is not None:
            try:
                async with asyncio.timeout(TELL_SECONDS):
                    await self._layer.group_discard(room_topic(room_id), self._channel)
            except Exception as error:  # noqa: BLE001 -- see listen
                logger.debug("Room %s could not be left on the layer: %s", room_id, error)

    def tell(self, fact: RoomChanged) -> None:
        """Tell the other processes, soon; of several versions of a room only the newest, of all their voters."""
        before = self._untold.get(fact.room_id)
        if before is not None:
            voters = (*before.voters, *fact.voters)[:MAX_VOTERS]
            fact = RoomChanged(fact.room_id, max(before.version, fact.version), voters)
        self._untold[fact.room_id] = fact
        self._start_telling()

    def tell_presence(self, room_id: int, n_here: int) -> None:
        """Tell the other processes how many participants of the room are in this one."""
        self._presence[room_id] = n_here
        self._start_telling()

    async def stop(self) -> None:
        """End both tasks. Repeatable."""
        for room_id in list(self._rooms):
            await self.forget(room_id)
        tasks = [task for task in (self._receiver, self._teller) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start_telling(self) -> None:
        if self._layer is not None and (self._teller is None or self._teller.done()):
            self._teller = asyncio.get_running_loop().create_task(self._tell_all())

    async def _tell_all(self) -> None:
        while self._untold or self._presence:
            if self._untold:
                room_id, fact = self._untold.popitem()
                hint = {"type": "hint", "version": fact.version, "voters": list(fact.voters[:MAX_VOTERS])}
            else:
                room_id, n_here = self._presence.popitem()
                hint = {"type": "presence", "n": n_here}
            await self._send(room_id, hint)

    async def _send(self, room_id: int, hint: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._silent_until:
            return  # the layer failed a moment ago: do not pile up deadlines, the poll covers it
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await self._layer.group_send(room_topic(room_id), {**hint, "room": room_id, "from": self._name})
            metrics.HINTS.labels("sent").inc()
        except Exception as error:  # noqa: BLE001 -- see listen
            self._silent_until = loop.time() + SILENCE_SECONDS
            metrics.HINTS.labels("failed").inc()
            logger.warning("A hint could not be sent, the version poll serves: %s", error)

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                hint = await self._layer.receive(channel)
                if hint.get("from") != self._name:
                    self._take(hint)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 -- see listen
                logger.warning("The channel layer is away, the version poll serves: %s", error)
                await asyncio.sleep(RETRY_SECONDS)

    def _take(self, hint: dict[str, Any]) -> None:
        metrics.HINTS.labels("heard").inc()
        room_id = int(hint["room"])
        if hint["type"] == "presence":
            self._hear_presence(room_id, str(hint["from"]), int(hint["n"]))
        else:
            self._hear(RoomChanged(room_id, int(hint["version"]), tuple(map(str, hint["voters"]))))
