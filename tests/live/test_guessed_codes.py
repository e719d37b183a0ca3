"""Codes guessed over sockets, from one address and behind a proxy; and a hall of 600 behind one address."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from live_polls.domain.participants import new_token
from live_polls.domain.rooms import end_room
from live_polls.live.addresses import FLOOD, MISSES_A_MINUTE, QUIET
from live_polls.models import Poll, Room
from tests.live.doors import GuardedDoor
from tests.live.driver import act, address, opened, together
from tests.server_process import ServerProcess

N_PEOPLE = 600
FREE = int(QUIET.free) + 1


def proxied(client: str) -> list[tuple[str, str]]:
    """As a proxy on this machine, which is believed, says whose request it is."""
    return [("X-Forwarded-For", client)]


async def closed_with(door: GuardedDoor, path: str, client: str, **hello: str) -> int:
    async with opened(door, path, proxied(client)) as socket:
        await socket.say("hello", **hello)
        return await socket.closed()


@pytest.mark.parametrize("client", ["198.51.100.9", "2001:db8:1:2::9"])
async def test_who_guesses_over_sockets_learns_nothing_any_more(
    server: ServerProcess, hub: None, room: Room, poll: Poll, client: str
):
    door, token = GuardedDoor(server.url), new_token(room.pk)
    codes = [await closed_with(door, "/ws/rooms/222222", client, token=token) for _ in range(FREE)]
    assert set(codes) == {4404}

    assert await closed_with(door, "/ws/rooms/222222", client, token=token) == 4429
    assert await closed_with(door, address(room), client) == 4429
    # Who is in the room has proved it, and others do not suffer for one of their neighbours.
    async with opened(door, address(room), proxied(client)) as socket:
        assert (await socket.hello(token=token))["type"] == "snapshot"
    assert await closed_with(door, "/ws/rooms/222222", "203.0.113.7") == 4404


async def test_sockets_of_a_room_one_knows_earn_no_guesses(server: ServerProcess, hub: None, room: Room):
    door, token, client = GuardedDoor(server.url), new_token(room.pk), "198.51.100.11"
    codes: list[int] = []
    while 4429 not in codes and len(codes) < FREE + 20:  # some are free again while a slow machine asks so often
        async with opened(door, address(room), proxied(client)) as socket:
            await socket.hello(token=token)
        codes.append(await closed_with(door, "/ws/rooms/222222", client))

    assert codes[-1] == 4429


async def test_phones_that_come_back_over_sockets_count_as_right_codes(server: ServerProcess, hub: None, room: Room):
    door, client = GuardedDoor(server.url), "198.51.100.12"
    for _ in range(4 * 5):
        async with opened(door, address(room), proxied(client)) as socket:
            await socket.hello(token=new_token(room.pk))
    codes = {await closed_with(door, "/ws/rooms/222222", client) for _ in range(FREE + 4)}

    assert codes == {4404}  # four more than are free


async def test_the_rest_of_a_network_of_ipv6_is_no_other_address(server: ServerProcess, hub: None, room: Room):
    door = GuardedDoor(server.url)
    codes = [await closed_with(door, "/ws/rooms/222222", f"2001:db8:5:6::{n:x}") for n in range(FREE + 1)]

    assert codes == [4404] * FREE + [4429]


async def test_to_a_stranger_a_room_that_has_ended_is_none_over_sockets_too(
    server: ServerProcess, hub: None, room: Room
):
    door, token = GuardedDoor(server.url), new_token(room.pk)
    await act(end_room, room)

    assert await closed_with(door, address(room), "203.0.113.8", token="x" * 40) == 4404
    async with opened(door, address(room)) as socket:
        assert (await socket.hello(token=token))["room"]["state"] == "ended"


async def test_a_hall_of_600_with_typos_comes_in_while_a_flood_and_its_neighbour_guess(
    server: ServerProcess, hub: None, room: Room, poll: Poll
):
    door, hall, neighbour, person = GuardedDoor(server.url), "203.0.113.70", "198.51.100.70", random.Random(7)
    form = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", door.origin)]
    fresh = (f"100.64.{n >> 8}.{n & 255}" for n in itertools.count())

    async def guess(client: str) -> int:
        return (await door.request("GET", "/api/v1/rooms/222222/state", b"", proxied(client))).status

    async def come() -> list[int]:
        statuses = []
        while person.random() < 0.1:
            statuses.append((await door.request("POST", "/", b"join_code=22222Z", [*form, *proxied(hall)])).status)
        joined = await door.request("POST", f"/api/v1/rooms/{room.join_code}/join", b"", proxied(hall))
        return [*statuses, joined.status]

    for _ in range(int(MISSES_A_MINUTE) // 20 + 5):
        assert set(await together(*(guess(next(fresh)) for _ in range(20)))) == {404}
    came, guessed = [], []
    for _ in range(0, N_PEOPLE, 20):
        came += await together(*(come() for _ in range(20)))
        guessed += [await guess(neighbour) for _ in range(2)]
        await together(*(guess(next(fresh)) for _ in range(20)))

    assert Counter(status for statuses in came for status in statuses if status != 404) == {201: N_PEOPLE}
    n_looked_at = guessed.index(429)
    assert n_looked_at <= FLOOD.free + 2, "there was no flood"
    assert guessed.count(404) <= n_looked_at + 2
