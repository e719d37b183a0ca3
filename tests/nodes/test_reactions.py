"""Taps at one node are seen at another."""

from __future__ import annotations

from contextlib import AsyncExitStack

from tests.live.doors import GuardedDoor
from tests.live.driver import staged
from tests.nodes.hall import Hall, HallRoom, coming, measured, running

HURRIED = {"live_polls.live.hub": {"REACTIONS_SECONDS": 0.2}}


async def test_taps_at_two_nodes_are_added_up_on_a_stage_at_either(hall: Hall, room: HallRoom):
    one, other = hall.node(), hall.node()
    with running(one, HURRIED), running(other, HURRIED):
        async with AsyncExitStack() as people, staged(GuardedDoor(one.url), room.room) as stage:
            phones = [await people.enter_async_context(coming(node, room)) for node in (one, other, other, other)]
            n_before = measured(other, 'live_polls_hints_total{result="sent"}')
            for phone in phones:
                await phone.send(*[{"type": "reaction.send", "reaction": "heart"}] * 3)

            n_seen = 0
            while n_seen < 12:
                n_seen += (await stage.next("reactions.changed"))["counts"].get("heart", 0)
            assert n_seen == 12
            for phone in phones:
                await phone.fence()
            # Nine taps there, and by far fewer messages: one a timer, and what else goes on.
            assert measured(other, 'live_polls_hints_total{result="sent"}') - n_before <= 6
