"""What one node tells the other, with the safety net taken away: these nodes never ask for versions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from tests.live.driver import ballot, together
from tests.nodes.hall import Hall, HallRoom, coming, is_tally, running
from tests.nodes.monitor import monitored
from tests.server_process import ServerProcess

WITHOUT_POLL = {"live_polls.live.hub": {"VERSION_POLL_SECONDS": 3600}}

Nodes = tuple[ServerProcess, ServerProcess]


@pytest.fixture(scope="module")
def nodes(hall: Hall) -> Iterator[Nodes]:
    one, other = hall.node(), hall.node()
    with running(one, WITHOUT_POLL), running(other, WITHOUT_POLL):
        yield one, other


async def test_a_ballot_on_one_node_is_shown_on_the_other(nodes: Nodes, room: HallRoom):
    one, other = nodes
    async with coming(one, room) as voter, coming(other, room) as watcher:
        for seq in range(1, 4):
            ack = await voter.cast(room.poll, {"option": seq}, seq=seq)
            tally = await watcher.next("tally.changed")
            assert (tally["version"], tally["tally"]["counts"][str(seq)]) == (ack["version"], 1)


async def test_a_voter_is_told_on_the_other_node_what_is_in_force(nodes: Nodes, room: HallRoom):
    one, other = nodes
    token = await room.token(one)
    async with coming(one, room, token=token) as phone, coming(other, room, token=token) as laptop:
        ack = await phone.cast(room.poll, {"option": 2})
        told = await laptop.next("me.changed")
        assert [(mine["seq"], mine["answer"], mine["receipt"]) for mine in told["ballots"]] == [
            (1, {"option": 2}, ack["receipt"])
        ]

        stale = await laptop.cast(room.poll, {"option": 3})
        assert (stale["code"], stale["answer"]) == ("stale", {"option": 2})
        await laptop.cast(room.poll, {"option": 3}, seq=2)
        await phone.next("me.changed", where=lambda message: message["ballots"][0]["answer"] == {"option": 3})


async def test_one_process_has_one_ear_however_many_sockets(nodes: Nodes, room: HallRoom, hall: Hall):
    async with AsyncExitStack() as people:
        for n in range(10):
            await people.enter_async_context(coming(nodes[n % 2], room))
        assert hall.n_listeners(room) == len(nodes)


async def test_there_is_at_most_one_hint_a_commit_and_room(nodes: Nodes, room: HallRoom, hall: Hall):
    one, other = nodes
    async with AsyncExitStack() as people, coming(other, room) as watcher:
        voters = [await people.enter_async_context(coming(one, room)) for _ in range(20)]
        topic = hall.topic(room)
        async with monitored(hall.redis) as commands:
            n_before = watcher.snapshot["version"]
            await voters[0].cast(room.poll, {"option": 1})
            await watcher.next("tally.changed", where=is_tally(1))
            for voter in voters[1:]:
                await voter.send(ballot(room.poll, {"option": 1}, id="x"))
            acks = await together(*(voter.answer("x") for voter in voters[1:]))
            await watcher.next("tally.changed", where=is_tally(len(voters)))
            said = [line for line in await commands.end() if '"PUBLISH"' in line and topic in line]

    n_commits = max(ack["version"] for ack in acks) - n_before
    n_hints = sum("voters" in line for line in said)
    assert 2 <= n_hints <= n_commits <= len(voters)
