"""The hub's one ear and one mouth on the channel layer. Nothing else in the process touches the layer.

A hint is {room, version} and nothing more: never state, so that a forged, lost, doubled or late one is harmless.
Telling is fire-and-forget with a deadline: a layer that is away must cost a voter nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from live_polls.topics import HUB_CHANNEL_PREFIX, room_topic

logger = logging.getLogger(__name__)

TELL_SECONDS = 0.25
SILENCE_SECONDS = 2.0
RETRY_SECONDS = 1.0

Hear = Callable[[int, int], None]


class Hints:
    """One channel a process, joined to the group of each live room; `hear(room_id, version)` for each hint."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._layer: Any = get_channel_layer()
        self._channel: str | None = None
        self._rooms: set[int] = set()
        self._untold: dict[int, int] = {}
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

    def tell(self, room_id: int, version: int) -> None:
        """Tell the other processes, soon; of several versions of a room only the newest."""
        if self._layer is None:
            return
        self._untold[room_id] = max(version, self._untold.get(room_id, 0))
        if self._teller is None or self._teller.done():
            self._teller = asyncio.get_running_loop().create_task(self._tell())

    async def stop(self) -> None:
        """End both tasks. Repeatable."""
        for room_id in list(self._rooms):
            await self.forget(room_id)
        tasks = [task for task in (self._receiver, self._teller) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self) -> None:
        loop = asyncio.get_running_loop()
        while self._untold:
            room_id, version = self._untold.popitem()
            if loop.time() < self._silent_until:
                continue  # the layer failed a moment ago: do not pile up deadlines, the poll covers it
            try:
                async with asyncio.timeout(TELL_SECONDS):
                    hint = {"type": "hint", "room": room_id, "version": version}
                    await self._layer.group_send(room_topic(room_id), hint)
            except Exception as error:  # noqa: BLE001 -- see listen
                self._silent_until = loop.time() + SILENCE_SECONDS
                logger.warning("A hint could not be sent, the version poll serves: %s", error)

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                hint = await self._layer.receive(channel)
                room_id, version = hint.get("room"), hint.get("version")
                if type(room_id) is int and type(version) is int:
                    self._hear(room_id, version)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 -- see listen
                logger.warning("The channel layer is away, the version poll serves: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
