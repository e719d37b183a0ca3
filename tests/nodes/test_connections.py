"""However many pages and sockets there are, PostgreSQL sees no more connections than the pool has."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack

from tests.nodes.hall import Hall, HallRoom, coming, running
from tests.operations.topology import ask

POOL = 6
N_PAGES, N_SOCKETS = 120, 30
APPLICATION = "live_polls capped"


async def test_no_storm_of_pages_takes_more_connections_than_the_pool_has(hall: Hall, room: HallRoom):
    url = f"{hall.postgresql.url}?pool={POOL}&application_name={APPLICATION.replace(' ', '%20')}"
    node = hall.node(DATABASE_URL=url)
    starting = ExitStack()
    try:
        await asyncio.to_thread(starting.enter_context, running(node))
        async with AsyncExitStack() as people:
            visitors = people.enter_context(ThreadPoolExecutor(N_PAGES))
            voters = [await people.enter_async_context(coming(node, room)) for _ in range(N_SOCKETS)]
            page, loop = f"{node.url}/readyz", asyncio.get_running_loop()
            storm = asyncio.gather(*(loop.run_in_executor(visitors, ask, page) for _ in range(N_PAGES)))
            n_connections = []
            # While pages queue for connections, ballots have one of their own.
            for n, voter in enumerate(voters):
                assert (await voter.cast(room.poll, {"option": 1 + n % 3}))["type"] == "ack"
                n_connections.append(await asyncio.to_thread(_n_connections, hall))
            statuses = Counter(answer.status for answer in await storm)
    finally:
        await asyncio.to_thread(starting.close)

    assert 1 <= max(n_connections) <= POOL
    assert statuses[200] >= 1
    assert statuses.keys() <= {200, 503}  # who waits too long for a connection is told to come back


def _n_connections(hall: Hall) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    return int(hall.postgresql.value(query, APPLICATION))
