"""A server that may open nothing more: whoever is in votes on, whoever comes waits, and then gets in."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.doors import PATIENCE_S
from tests.live.driver import Socket, joined
from tests.live.installations import Installation
from tests.server_process import serving

N_NEWCOMERS = 20
# The last is another one: what reads as before is not sent again.
OPTIONS = [1, 3] * 9 + [1, 2]


@contextmanager
def no_more_descriptors(pid: int) -> Iterator[None]:
    """The process may use what it has open, and open nothing more."""
    _, most = before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    in_use = {int(entry.name) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    first_free = min(set(range(len(in_use) + 1)) - in_use)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (first_free, most))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


async def test_without_descriptors_nobody_comes_in_and_nobody_inside_notices(installation: Installation):
    door, room, poll = installation.door, installation.room, installation.poll
    with serving(installation.server) as process:
        async with joined(door, room) as voter, joined(door, room) as watcher:
            assert (await voter.cast(poll, {"option": 1}))["type"] == "ack"
            with no_more_descriptors(process.pid):
                newcomers = [asyncio.create_task(come(installation)) for _ in range(N_NEWCOMERS)]
                answers = [await voter.cast(poll, {"option": option}, seq=seq) for seq, option in enumerate(OPTIONS, 2)]
                await watcher.next("tally.changed", where=lambda message: message["tally"]["counts"]["2"] == 1)
                n_in = sum(newcomer.done() and newcomer.exception() is None for newcomer in newcomers)
            await asyncio.gather(*newcomers, return_exceptions=True)
            await come(installation)
            ack = await voter.cast(poll, {"option": 3}, seq=22)

    assert [answer["type"] for answer in answers] == ["ack"] * 20, answers
    assert n_in == 0
    assert ack["type"] == "ack"
    assert list(installation.ballots().values()) == [(22, '{"option":3}')]


async def come(installation: Installation) -> None:
    """Get in, and be shown the room."""
    async with asyncio.timeout(PATIENCE_S), joined(installation.door, installation.room) as socket:
        assert isinstance(socket, Socket)
        assert socket.snapshot["polls"]
