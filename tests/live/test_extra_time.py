"""Extra time over HTTP, and who hears of it."""

from __future__ import annotations

import json

import pytest

from live_polls.domain import lifecycle
from live_polls.domain.participants import new_token
from live_polls.models import Account, ExtraTime, Poll, Room
from tests.factories import make_poll
from tests.live.bad_input import NO_MESSAGES
from tests.live.doors import Answer, Door, Headers
from tests.live.driver import act, hosted, joined, participant_page, staged


@pytest.fixture
def timed(room: Room) -> Poll:
    return make_poll(room, seconds=60)


def _bearer(token: str) -> Headers:
    return [("Authorization", f"Bearer {token}")]


async def _ask(door: Door, room: Room, headers: Headers, **fields: object) -> Answer:
    body = json.dumps(fields).encode()
    return await door.request(
        "POST", f"/api/v1/rooms/{room.join_code}/extra-time", body, [("Content-Type", "application/json"), *headers]
    )


async def test_each_time_that_is_asked_for_counts_once(door: Door, room: Room, timed: Poll):
    token = new_token(room.pk)
    for nth, seconds in ((1, 30), (1, 30), (2, 60), (1, 60), (2, 60)):
        answer = await _ask(door, room, _bearer(token), id="x", poll=timed.code, round=1, nth=nth)
        assert (answer.status, answer.json["poll"], answer.json["id"]) == (200, timed.code, "x")
        assert answer.json["seconds"] == pytest.approx(seconds, abs=0.01)
    assert await act(ExtraTime.objects.count) == 1


async def test_other_tabs_of_the_same_person_hear_of_it_and_nobody_else_learns_whose_it_is(
    door: Door, room: Room, timed: Poll, alice: Account
):
    token = new_token(room.pk)
    async with (
        joined(door, room, token=token) as tab,
        joined(door, room) as other,
        staged(door, room) as stage,
        hosted(door, room, alice) as host,
    ):
        await _ask(door, room, participant_page(door, room, token), poll=timed.code, round=1, nth=1)
        mine = await tab.next("me.changed")
        assert [(time["poll"], time["n_asked"]) for time in mine["times"]] == [(timed.code, 1)]
        assert mine["ballots"] == []
        assert (await host.next("poll.changed"))["poll"]["extra_times"] == 1
        for socket in (other, stage):
            poll = (await socket.next("poll.changed"))["poll"]
            assert poll["last_deadline"] > poll["deadline"]
            await socket.fence()
            assert not {"extra_times", "n_asked", "me.changed"} & set(json.dumps(socket.heard).split('"'))
        async with joined(door, room, token=token) as later:
            assert later.snapshot["me"]["times"] == mine["times"]


async def test_a_ballot_is_told_beside_the_time_of_ones_own(door: Door, room: Room, timed: Poll):
    token = new_token(room.pk)
    async with joined(door, room, token=token) as tab, joined(door, room, token=token) as other:
        await _ask(door, room, _bearer(token), poll=timed.code, round=1, nth=1)
        await other.next("me.changed")
        await tab.cast(timed, {"option": 2})
        mine = await other.next("me.changed")
        assert ([ballot["answer"] for ballot in mine["ballots"]], mine["times"][0]["n_asked"]) == ([{"option": 2}], 1)


async def test_what_cannot_be_given_is_refused(door: Door, room: Room, timed: Poll):
    token = new_token(room.pk)
    endless, closed = await act(make_poll, room), await act(make_poll, room, seconds=30)
    await act(lifecycle.close_poll, closed)
    for poll, round_, nth, status, code in (
        (endless.code, 1, 1, 409, "illegal_move"),
        (closed.code, 1, 1, 409, "closed"),
        (timed.code, 2, 1, 404, "not_found"),
        ("nowhere", 1, 1, 404, "not_found"),
        ("no\0where", 1, 1, 404, "not_found"),
        (timed.code, 1, 3, 409, "illegal_move"),
    ):
        answer = await _ask(door, room, _bearer(token), id="mine", poll=poll, round=round_, nth=nth)
        assert (poll, nth, answer.status, answer.json["code"]) == (poll, nth, status, code)
    assert await act(ExtraTime.objects.count) == 0


async def test_only_participants_ask_and_only_from_pages_of_ours(door: Door, room: Room, timed: Poll):
    cookie = participant_page(door, room, new_token(room.pk))[1:]
    fields = {"poll": timed.code, "round": 1, "nth": 1}
    for headers, status in (
        ((), 403),
        (_bearer("nobody"), 401),
        (_bearer(new_token(room.pk + 1)), 401),
        ([("Origin", "http://evil.example"), *cookie], 403),
    ):
        assert (await _ask(door, room, headers, **fields)).status == status
    assert await act(ExtraTime.objects.count) == 0


async def test_bodies_that_ask_nothing_are_refused(door: Door, room: Room, timed: Poll):
    for name, body in NO_MESSAGES.items():
        data = body.encode() if isinstance(body, str) else body
        path = f"/api/v1/rooms/{room.join_code}/extra-time"
        headers = [("Content-Type", "application/json"), *_bearer(new_token(room.pk))]
        answer = await door.request("POST", path, data, headers)
        assert (name, answer.status, answer.json["code"]) == (name, 400, "bad_message")
