"""Lets those go who are in by a right that they do not have any more.

Told at once by whoever changes rights, in this process or, by a hint, in another one; and every few seconds in any case,
because a hint may be lost, and a row may be changed behind everybody's back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from live_polls.domain.visibility import Viewer
from live_polls.live import messages
from live_polls.live.connections import Connection
from live_polls.live.feed import RoomFeed
from live_polls.live.readers import read
from live_polls.live.rights import Standing, fallen

logger = logging.getLogger(__name__)

# Twice this and a read are less than the five seconds that are promised.
LOOK_SECONDS = 2.293
# Those who came by a link or a token stand by no session, and there are thousands of them.
VIEWERS = (Viewer.HOST, Viewer.TRUSTED_STAGE)


class Doorkeeper:
    """One a hub. `doubt` may be called as often as one likes: what comes during a look is one more look."""

    def __init__(self, feeds: Callable[[], Iterable[RoomFeed]]) -> None:
        self._feeds = feeds
        self._doubt = asyncio.Event()

    def doubt(self) -> None:
        """Somebody may have lost a right: look soon."""
        self._doubt.set()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await asyncio.wait_for(self._doubt.wait(), LOOK_SECONDS)
            except TimeoutError:
                pass
            self._doubt.clear()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 -- must outlive a database that is away for a while
                logger.warning("Rights could not be read: %s", error)

    async def _look(self) -> None:
        here = list(self._standing())
        if not here:
            return
        gone = await read(fallen, {standing for standing, _, _ in here})
        for standing, feed, connection in here:
            if standing in gone:
                feed.leave(connection)  # nothing more is sent, however slowly it closes
                connection.wire.close(messages.CLOSE_UNKNOWN_IDENTITY)

    def _standing(self) -> Iterable[tuple[Standing, RoomFeed, Connection]]:
        for feed in self._feeds():
            for viewer in VIEWERS:
                for connection in feed.audience.of_viewer(viewer):
                    if connection.standing is not None:
                        yield connection.standing, feed, connection
