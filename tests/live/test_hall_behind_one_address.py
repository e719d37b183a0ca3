"""A lecture hall has one address. Whatever is limited by address must never be met by people who came to vote."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack

from live_polls.models import Poll, Room
from tests.live.doors import GuardedDoor
from tests.live.driver import act, joined, together
from tests.server_process import ServerProcess

N_PEOPLE = 200
N_SOCKETS = 50
MISTYPED = "22222Z"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]


async def come(door: GuardedDoor, room: Room, number: int) -> tuple[int, str]:
    """Each tenth mistypes the code first."""
    if number % 10 == 0:
        wrong = await door.request("POST", "/", f"join_code={MISTYPED}".encode(), [*FORM, ("Origin", door.origin)])
        assert wrong.status == 404
    answer = await door.request("POST", f"/api/v1/rooms/{room.join_code}/join")
    return answer.status, answer.json["token"]


async def test_a_hall_comes_in_and_votes_though_some_mistype_the_code(
    server: ServerProcess, hub: None, room: Room, poll: Poll
):
    door = GuardedDoor(server.url)
    came = []
    for start in range(0, N_PEOPLE, 20):
        came += await together(*(come(door, room, number) for number in range(start, start + 20)))
    async with AsyncExitStack() as people:
        sockets = [await people.enter_async_context(joined(door, room, token=token)) for _, token in came[:N_SOCKETS]]
        answers = await together(*(socket.cast(poll, {"option": 1}) for socket in sockets))

    assert Counter(status for status, _ in came) == {201: N_PEOPLE}
    assert len({token for _, token in came}) == N_PEOPLE
    assert Counter(answer["type"] for answer in answers) == {"ack": N_SOCKETS}
    assert await act(poll.ballots.count) == N_SOCKETS
