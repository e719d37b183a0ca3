"""The short proof: each fault once, on both stores, with ballots in flight at every kill. The long one is `make fault`."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from tests.fault import crashing, narrow
from tests.fault.history import Fault
from tests.fault.nemeses import OF_STORE, ON_POSTGRESQL, ON_SQLITE
from tests.fault.run import Result, run
from tests.fault.stand import Stand
from tests.fault.web import get

pytestmark = pytest.mark.timeout(300)

N_PHONES = 30
CRASHES = [f"crash_{point}" for point in crashing.POINTS]
TO_SQLITE = {
    "killed and restarted": ["kill_node", "restart_nodes"],
    "stopped, locked out, and without room on disk": ["pause_node", "lock_database", "fill_disk"],
    "without a network, with a bad one, and with people who do not read": [
        *("cut_everybody", "abandon_half", "bad_network", "deafen_some")
    ],
    "dead at each line of a ballot's way": CRASHES,
}
TO_POSTGRESQL = {
    "killed workers and nodes": ["kill_worker", "kill_node"],
    "a rolling restart, and a node in mid-air": ["restart_nodes", "pause_node"],
    "a database that dies, stops, throws everybody out and takes no writes": [
        *("kill_postgresql", "pause_postgresql", "end_database_sessions", "read_only_postgresql")
    ],
    "a channel layer that dies, stops, forgets, turns everybody away and is cut off from one node": [
        *("kill_redis", "pause_redis", "flush_redis", "change_password_of_redis", "cut_off_from_redis")
    ],
    "without a network, and with a bad one": ["cut_everybody", "abandon_half", "bad_network"],
    "one of two nodes dead before and after the commit": [
        *("crash_before_commit", "crash_after_commit", "crash_before_publish")
    ],
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("faults", TO_SQLITE)
async def test_every_acknowledged_ballot_is_there_once_on_sqlite(sqlite: Stand, faults: str) -> None:
    await prove(sqlite, TO_SQLITE[faults], seed=list(TO_SQLITE).index(faults))
    if TO_SQLITE[faults][-1] == "deafen_some":
        assert all([await counted(sqlite, name) for name in (narrow.RESUMED, "live_polls_slow_disconnects")])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("faults", TO_POSTGRESQL)
async def test_every_acknowledged_ballot_is_there_once_on_postgresql(postgresql: Stand, faults: str) -> None:
    await prove(postgresql, TO_POSTGRESQL[faults], seed=list(TO_POSTGRESQL).index(faults))


def test_the_short_proof_has_every_fault() -> None:
    assert {name for names in TO_SQLITE.values() for name in names} == ON_SQLITE.keys()
    on_postgresql = {name for names in TO_POSTGRESQL.values() for name in names}
    assert on_postgresql | set(CRASHES) == ON_POSTGRESQL.keys()


async def counted(stand: Stand, name: str) -> float:
    """How often, by a server's own count: were it never, nobody was deaf enough to tell anything."""
    said = (await get(f"{stand.nodes[-1].url}/metrics")).body.decode()
    [figure] = re.findall(rf"^{name}_total (\S+)$", said, re.MULTILINE)
    return float(figure)


async def prove(stand: Stand, names: Sequence[str], *, seed: int) -> Result:
    result = await run(stand, seed=seed, strikes=[OF_STORE[stand.store][name] for name in names], n_phones=N_PHONES)

    verdict = result.verdict
    assert verdict.violations == []
    assert verdict.acknowledged == verdict.present > N_PHONES
    assert verdict.doubled == 0
    struck = list(result.history.of(Fault))
    assert len(struck) >= len(names)
    assert all(fault.in_flight for fault in struck)
    assert len(verdict.in_flight_at_kill) == sum(name.startswith(("kill_", "crash_")) for name in names)
    assert all(verdict.in_flight_at_kill)
    return result
