"""Codes guessed over sockets, from one address and behind a proxy; and a hall of 600 behind one address."""

from __future__ import annotations

import pytest

from live_polls.domain.participants import new_token
from live_polls.domain.rooms import end_room
from live_polls.live.addresses import MISSES_FREE
from live_polls.models import Poll, Room
from tests.live.doors import GuardedDoor
from tests.live.driver import act, address, opened, together
from tests.server_process import ServerProcess

N_PEOPLE = 600
FREE = int(MISSES_FREE) + 1


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


async def test_a_hall_of_600_with_typos_comes_in_while_its_neighbour_guesses(
    server: ServerProcess, hub: None, room: Room, poll: Poll
):
    door, hall = GuardedDoor(server.url), proxied("203.0.113.70")
    form = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", door.origin)]

    async def come(number: int) -> set[int]:
        statuses = set()
        if number % 10 == 0:
            statuses.add((await door.request("POST", "/", b"join_code=22222Z", [*form, *hall])).status)
        statuses.add((await door.request("POST", f"/api/v1/rooms/{room.join_code}/join", b"", hall)).status)
        return statuses

    seen: set[int] = set()
    for start in range(0, N_PEOPLE, 20):
        for statuses in await together(*(come(number) for number in range(start, start + 20))):
            seen |= statuses

    assert seen == {404, 201}
