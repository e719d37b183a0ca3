"""Taps at one node are seen at another."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from tests.live.doors import GuardedDoor
from tests.live.driver import Socket, staged
from tests.nodes.hall import Hall, HallRoom, coming, measured, running

HURRIED = {"live_polls.live.hub": {"REACTIONS_SECONDS": 0.2}}
UNHURRIED = {"live_polls.live.hub": {"REACTIONS_SECONDS": 0.5}}  # so that no finger taps too fast
USUAL_SECONDS = 2.0
EXCLUDE = """
from live_polls.domain.exclusions import exclude
from live_polls.domain.participants import read_token
from live_polls.models import Room
room = Room.objects.get(join_code="{code}")
who = read_token("{token}", room_id=room.pk, ballot_key=room.ballot_key, voice_key=room.voice_key)
exclude(room, who.voice_key)
"""


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


async def test_who_is_excluded_anywhere_reaches_no_stage_at_any_node(hall: Hall, room: HallRoom):
    one, other = hall.node(), hall.node()
    with running(one, UNHURRIED), running(other, UNHURRIED):
        token = await room.token(one)
        async with (
            coming(one, room, token=token) as loud,
            coming(one, room) as quiet,
            staged(GuardedDoor(one.url), room.room) as near,
            staged(GuardedDoor(other.url), room.room) as far,
        ):

            async def seen() -> list[set[str]]:
                """What the stages show of one tap of each."""
                await loud.say("reaction.send", reaction="heart")
                await loud.fence()
                await quiet.say("reaction.send", reaction="wow")
                return [await until_wow(stage) for stage in (near, far)]

            assert await seen() == [{"heart", "wow"}] * 2
            excluding = EXCLUDE.format(code=room.room.join_code, token=token)
            done = await asyncio.to_thread(one.manage, "shell", "-c", excluding)
            assert done.returncode == 0, done.stderr
            async with asyncio.timeout(3 * USUAL_SECONDS):
                while await seen() != [{"wow"}] * 2:
                    pass


async def until_wow(stage: Socket) -> set[str]:
    names: set[str] = set()
    while "wow" not in names:
        names |= (await stage.next("reactions.changed"))["counts"].keys()
    return names
