"""`serve --workers 2` twice: four processes on two ports, and nobody notices which one answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from tests.live.doors import PATIENCE_S
from tests.nodes.hall import Hall, HallRoom, coming, is_tally
from tests.nodes.phones import voting
from tests.real_voters import read_state
from tests.server_process import ServerProcess, serving

N_WORKERS = 2


@pytest.fixture(scope="module")
def nodes(hall: Hall) -> Iterator[list[ServerProcess]]:
    """Of processes that belong together the metrics are kept in files: in a folder of the supervisor's own."""
    one, other = hall.node(), hall.node()
    command = ("manage.py", "serve", "--workers", str(N_WORKERS))
    with serving(one, *command), serving(other, *command):
        yield [one, other]
    for node in (one, other):
        assert "Traceback" not in node.said, node.said


async def test_whoever_answers_shows_the_same(hall: Hall, nodes: list[ServerProcess], room: HallRoom):
    async with asyncio.timeout(6 * PATIENCE_S), AsyncExitStack() as people:
        sockets = []
        while hall.n_listeners(room) < 2 * N_WORKERS:  # the system chooses who of two workers gets a socket
            sockets += [await people.enter_async_context(coming(node, room)) for node in nodes]
        for n, socket in enumerate(sockets):
            assert (await socket.cast(room.poll, {"option": 1 + n % 3}))["type"] == "ack"
        for socket in sockets:
            await socket.next("tally.changed", where=is_tally(len(sockets)))

    assert hall.recount() == (0, "Every tally is what its ballots say.\n")


async def test_a_crowd_on_four_processes_counts_once(hall: Hall, nodes: list[ServerProcess], room: HallRoom):
    n_before = n_deadlocks(hall)  # of other tests on the same database
    async with asyncio.timeout(6 * PATIENCE_S), voting(nodes, room, 24) as crowd:
        await crowd.until(lambda: min(crowd.seqs) >= 10)

    for node in nodes:
        [poll] = read_state(node.url, room.room.join_code)["polls"]
        assert poll["tally"] == {"n_ballots": 24, "counts": crowd.counts()}
    assert hall.recount() == (0, "Every tally is what its ballots say.\n")
    assert n_deadlocks(hall) == n_before


def n_deadlocks(hall: Hall) -> int:
    return int(hall.postgresql.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
