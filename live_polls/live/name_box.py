"""Where players ask for their names: all who wait are named in one transaction, like ballots in theirs."""

from __future__ import annotations

import asyncio
import logging

from live_polls.domain.players import Named, Naming, name_players
from live_polls.errors import BusyError, PollError
from live_polls.live.readers import read_for_one

logger = logging.getLogger(__name__)

MAX_BATCH = 500
MAX_WAITING = 5000
BUSY_RETRY_MS = 1500


class NameBox:
    """One a loop. Alone a naming is written at once; in a storm one commit carries hundreds."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Naming, asyncio.Future[Named | PollError]]] = []
        self._task: asyncio.Task[None] | None = None

    async def name(self, naming: Naming) -> Named | PollError:
        """The player as named, or why not. Repeatable: who has the name gets it again."""
        if len(self._waiting) >= MAX_WAITING:
            return BusyError(retry_ms=BUSY_RETRY_MS)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Named | PollError] = loop.create_future()
        self._waiting.append((naming, future))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            outcomes = await _write([naming for naming, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)


async def _write(namings: list[Naming]) -> list[Named | PollError]:
    try:
        return await read_for_one(name_players, namings)
    except Exception as error:  # noqa: BLE001 -- who waits must hear of it, whatever it is; they send the same again
        logger.warning("%s players could not be named: %s", len(namings), error)
        return [BusyError(retry_ms=BUSY_RETRY_MS) for _ in namings]
