"""PostgreSQL is restarted, killed, frozen or read-only in the middle of a vote: ballots wait or are sent again, none is lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.live.doors import PATIENCE_S
from tests.live.driver import ballot
from tests.nodes.hall import Hall, HallRoom, coming, running
from tests.nodes.phones import voting
from tests.operations.topology import ask
from tests.real_voters import read_state
from tests.server_process import ServerProcess
from tests.stores.postgresql import PostgresqlServer
from tests.stores.waits import until

N_PHONES = 20
HURRIED = {"live_polls.live.server": {"LAST_SECONDS": 5}}
EXIT_WITHIN_S = 6


@pytest.fixture(scope="module")
def nodes(hall: Hall) -> Iterator[list[ServerProcess]]:
    """Afterwards they are still the processes that were started."""
    one, other = hall.node(), hall.node()
    with running(one) as first, running(other) as second:
        yield [one, other]
        assert [first.poll(), second.poll()] == [None, None]


@pytest.fixture
def database_again(hall: Hall) -> Iterator[None]:
    """Whatever a test did to PostgreSQL, the next one finds it."""
    with ExitStack() as after:
        after.callback(hall.postgresql.start_server)
        after.callback(hall.postgresql.kill)
        yield


def is_ready(node: ServerProcess) -> bool:
    return ask(f"{node.url}/readyz").status == 200


@pytest.mark.parametrize("end", [PostgresqlServer.stop, PostgresqlServer.kill], ids=["restarted", "killed"])
async def test_a_restart_of_the_database_costs_some_time_and_no_ballot(
    hall: Hall,
    nodes: list[ServerProcess],
    room: HallRoom,
    database_again: None,
    end: Callable[[PostgresqlServer], None],
):
    async with asyncio.timeout(9 * PATIENCE_S), voting(nodes, room, N_PHONES) as crowd:
        await crowd.until(lambda: crowd.n_acks >= 5 * N_PHONES)
        await asyncio.to_thread(end, hall.postgresql)
        statuses = [(await asyncio.to_thread(ask, f"{node.url}/readyz")).status for node in nodes]
        page = await asyncio.to_thread(ask, f"{nodes[0].url}/rooms/")
        await asyncio.to_thread(hall.postgresql.start_server)
        so_far = list(crowd.seqs)
        await crowd.until(lambda: all(now >= before + 3 for now, before in zip(crowd.seqs, so_far, strict=True)))

    assert statuses == [503, 503]
    assert page.status in {302, 503}
    for node in nodes:
        [poll] = read_state(node.url, room.room.join_code)["polls"]
        assert poll["tally"] == {"n_ballots": N_PHONES, "counts": crowd.counts()}
        until(lambda node=node: is_ready(node))  # type: ignore[misc]  # the node of this turn
    assert hall.recount() == (0, "Every tally is what its ballots say.\n")


async def test_a_database_that_takes_no_writes_for_a_while_costs_time_and_no_ballot(
    hall: Hall, nodes: list[ServerProcess], room: HallRoom
):
    token = await room.token(nodes[0])
    async with asyncio.timeout(9 * PATIENCE_S), voting(nodes, room, N_PHONES) as crowd:
        await crowd.until(lambda: crowd.n_acks >= 3 * N_PHONES)
        with hall.postgresql.taking_no_writes():
            async with coming(nodes[1], room, token=token) as late:
                assert late.snapshot["polls"]
            answers = [await asyncio.to_thread(ask, f"{node.url}/readyz") for node in nodes]
            await crowd.until(lambda: "busy" in crowd.refusals)
        so_far = list(crowd.seqs)
        await crowd.until(lambda: all(now >= before + 2 for now, before in zip(crowd.seqs, so_far, strict=True)))

    assert [answer.status for answer in answers] == [503, 503]
    assert "internal" not in crowd.refusals
    for node in nodes:
        [poll] = read_state(node.url, room.room.join_code)["polls"]
        assert poll["tally"] == {"n_ballots": N_PHONES, "counts": crowd.counts()}
    assert hall.recount() == (0, "Every tally is what its ballots say.\n")


async def test_a_frozen_database_holds_no_server_that_is_asked_to_end(hall: Hall, room: HallRoom, database_again: None):
    node = hall.node()
    with running(node, HURRIED) as process:
        async with coming(node, room) as voter:
            await voter.cast(room.poll, {"option": 1})
            hall.postgresql.pause()
            await voter.send(ballot(room.poll, {"option": 2}, seq=2, id="frozen"))
            await voter.fence()  # it is in the box by now, and no answer comes
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, EXIT_WITHIN_S)
            assert all('"frozen"' not in text for text in voter.heard)

    hall.postgresql.resume()
    assert hall.recount() == (0, "Every tally is what its ballots say.\n")
