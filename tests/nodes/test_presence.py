"""How many are here, over all nodes; and that a node which is gone takes its people with it."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack

from tests.live.driver import Socket
from tests.nodes.hall import Hall, HallRoom, coming, running

HURRIED = {
    "live_polls.live.presence": {"TELL_EVERY_SECONDS": 0.5, "EXPIRES_SECONDS": 2.0},
    "live_polls.live.hub": {"PRESENCE_SECONDS": 0.1},
}
# As in production: who leaves in order says so, and does not wait for this.
EXPIRES_LATE = {
    "live_polls.live.presence": {"EXPIRES_SECONDS": 3600.0},
    "live_polls.live.hub": {"PRESENCE_SECONDS": 0.1},
}


async def counts(watcher: Socket, n: int) -> None:
    await watcher.next("presence.changed", where=lambda message: message["presence"] == n)


async def test_presence_is_the_sum_and_forgets_a_node_that_was_killed(hall: Hall, room: HallRoom):
    one, other = hall.node(), hall.node()
    with running(one, HURRIED), running(other, HURRIED) as doomed:
        async with AsyncExitStack() as people, coming(one, room) as watcher:
            for node in (one, other, other, other):
                await people.enter_async_context(coming(node, room))
            await counts(watcher, 5)
            async with coming(other, room) as late:
                await counts(watcher, 6)
                await counts(late, 6)

            doomed.kill()
            await counts(watcher, 2)


async def test_a_node_that_leaves_in_order_is_forgotten_at_once(hall: Hall, room: HallRoom):
    one, other = hall.node(), hall.node()
    with running(one, EXPIRES_LATE), running(other, EXPIRES_LATE) as leaving:
        async with coming(one, room) as watcher, coming(other, room):
            await counts(watcher, 2)
            leaving.send_signal(signal.SIGTERM)
            await counts(watcher, 1)
        await asyncio.to_thread(leaving.wait, 12)
