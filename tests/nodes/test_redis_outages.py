"""Redis is killed, frozen, closed to us, out of reach or not there yet: screens are a little later, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest

from tests.fault.redis_line import RedisLine
from tests.live.doors import PATIENCE_S
from tests.live.driver import Socket
from tests.nodes.hall import Hall, HallRoom, coming, is_tally, measured, running
from tests.server_process import ServerProcess
from tests.stores.redis import RedisServer

# What an outage may cost in freshness, with room for a machine that is busy with other things.
LATE_S = 2.0 * PATIENCE_S / 10 + 1.0

Nodes = tuple[ServerProcess, ServerProcess]
Trouble = Callable[[RedisServer], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def nodes(hall: Hall) -> Iterator[Nodes]:
    one, other = hall.node(), hall.node()
    with running(one), running(other):
        yield one, other


@pytest.fixture
def redis_again(hall: Hall) -> Iterator[None]:
    """Whatever a test did to Redis, the next one finds it."""
    with ExitStack() as after:
        after.callback(hall.redis.start_server)
        after.callback(hall.redis.kill)
        yield


async def vote_and_watch(voter: Socket, watcher: Socket, room: HallRoom, seq: int) -> float:
    """Cast and wait until the watcher sees it; how many seconds later than the ack."""
    ack = await voter.cast(room.poll, {"option": 1 + seq % 3}, seq=seq)
    assert ack["type"] == "ack", ack
    acked = time.monotonic()
    await watcher.next("tally.changed", where=lambda message: message["version"] >= ack["version"])
    return time.monotonic() - acked


def heard(node: ServerProcess) -> float:
    return measured(node, 'live_polls_hints_total{result="heard"}')


async def hints_come_again(node: ServerProcess, voter: Socket, watcher: Socket, room: HallRoom, seq: int) -> int:
    """Vote on until the node of the watcher has heard of it by a hint; the voter's next `seq`."""
    before, deadline = await asyncio.to_thread(heard, node), time.monotonic() + 3 * PATIENCE_S
    while await asyncio.to_thread(heard, node) == before:
        assert time.monotonic() < deadline
        await vote_and_watch(voter, watcher, room, seq)
        seq += 1
    return seq


@contextmanager
def killed(redis: RedisServer) -> Iterator[None]:
    redis.kill()
    yield
    redis.start_server()


@contextmanager
def paused(redis: RedisServer) -> Iterator[None]:
    redis.pause()
    yield
    redis.resume()


@pytest.mark.parametrize(
    "trouble", [killed, paused, RedisServer.another_password], ids=lambda trouble: trouble.__name__
)
async def test_without_redis_voting_goes_on_and_screens_are_a_moment_late(
    hall: Hall, nodes: Nodes, room: HallRoom, redis_again: None, trouble: Trouble
):
    one, other = nodes
    token = await room.token(one)
    async with (
        coming(one, room, token=token) as voter,
        coming(other, room, token=token) as other_tab,
        coming(other, room) as watcher,
    ):
        await vote_and_watch(voter, watcher, room, 1)
        await other_tab.next("me.changed")

        with trouble(hall.redis):
            delays = [await vote_and_watch(voter, watcher, room, seq) for seq in range(2, 8)]
            mine = await other_tab.next("me.changed", where=lambda message: message["ballots"][0]["seq"] == 7)

        await hints_come_again(other, voter, watcher, room, 8)
        async with coming(one, room) as near_watcher, coming(other, room) as far_voter:
            await hints_come_again(one, far_voter, near_watcher, room, 1)

    assert max(delays) < LATE_S
    assert mine["ballots"][0]["answer"] == {"option": 2}


async def test_a_node_that_is_cut_off_from_redis_follows_by_the_database(hall: Hall, nodes: Nodes, room: HallRoom):
    line = RedisLine()
    line.port_behind = hall.redis.port
    await line.open()
    far = hall.node(REDIS_URL=line.url)
    starting = ExitStack()
    try:
        await asyncio.to_thread(starting.enter_context, running(far))
        async with coming(nodes[0], room) as near_voter, coming(far, room) as far_voter:
            await near_voter.cast(room.poll, {"option": 1})
            await far_voter.next("tally.changed", where=is_tally(1))

            line.cut()
            delays = [await vote_and_watch(near_voter, far_voter, room, seq) for seq in range(2, 5)]
            delays += [await vote_and_watch(far_voter, near_voter, room, seq) for seq in range(1, 4)]
            line.heal()
            seq = await hints_come_again(far, near_voter, far_voter, room, 5)

            line.stall()  # the connection lives, and nothing comes through
            delays += [await vote_and_watch(far_voter, near_voter, room, seq) for seq in range(4, 7)]
            delays += [await vote_and_watch(near_voter, far_voter, room, seq) for seq in range(seq, seq + 3)]
            line.heal()
    finally:
        await asyncio.to_thread(starting.close)
        await line.close()

    assert max(delays) < LATE_S


async def test_a_node_that_starts_before_redis_finds_it_later(
    hall: Hall, nodes: Nodes, room: HallRoom, redis_again: None
):
    hall.redis.kill()
    early = hall.node()
    starting = ExitStack()
    try:
        await asyncio.to_thread(starting.enter_context, running(early))
        assert "Redis at 127.0.0.1 does not answer" in early.said
        async with coming(nodes[0], room) as voter, coming(early, room) as watcher:
            late = await vote_and_watch(voter, watcher, room, 1)
            hall.redis.start_server()
            await hints_come_again(early, voter, watcher, room, 2)
    finally:
        await asyncio.to_thread(starting.close)

    assert late < LATE_S
    assert "Traceback" not in early.said
