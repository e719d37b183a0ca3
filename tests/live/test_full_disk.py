"""The disk is full: nobody is told that a vote counts which does not, the server says so, and goes on by itself."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from tests.live.doors import PATIENCE_S, GuardedDoor
from tests.live.driver import joined
from tests.live.installations import Installation
from tests.server_process import serving

# Each file of the server ends here: a page of the database no longer fits behind the head of its log.
FULL_BYTES = 4096
HURRIED = ("-m", "tests.live.hasty", "live.ballot_box.DEADLINE_SECONDS=1", "live.readiness.WRITE_SECONDS=0", "serve")


@contextmanager
def full_disk(pid: int) -> Iterator[None]:
    """No write of this process to a file goes through while the block runs."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL_BYTES, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def until_ready_is(door: GuardedDoor, status: int) -> dict[str, object]:
    async with asyncio.timeout(PATIENCE_S):
        while (answer := await door.request("GET", "/readyz")).status != status:
            await asyncio.sleep(0.05)
    return answer.json


async def test_a_full_disk_makes_ballots_wait_and_loses_none(installation: Installation):
    door, room, poll = installation.door, installation.room, installation.poll
    with serving(installation.server, *HURRIED) as process:
        async with joined(door, room) as voter, joined(door, room) as watcher:
            assert (await voter.cast(poll, {"option": 1}, seq=1))["type"] == "ack"
            with full_disk(process.pid):
                said = await until_ready_is(door, 503)
                refused = await voter.cast(poll, {"option": 2}, seq=2)
                # What can be read is still shown.
                assert (await watcher.hello())["polls"][0]["tally"]["counts"]["1"] == 1
                alive = await door.request("GET", "/healthz")
            await until_ready_is(door, 200)
            ack = await voter.cast(poll, {"option": 2}, seq=2)
            await watcher.next("tally.changed", where=lambda message: message["tally"]["counts"]["2"] == 1)

    assert (said["database"], alive.status) == (False, 200)
    assert (refused["code"], refused["retry_ms"] > 0, ack["type"]) == ("busy", True, "ack")
    assert list(installation.ballots().values()) == [(2, '{"option":2}')]
