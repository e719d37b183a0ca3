"""The HTTP twin of the socket: the same objects and rules, for networks that kill sockets and for programs."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from live_polls.api import rooms as api
from live_polls.domain import lifecycle, rooms
from live_polls.domain.participants import cookie_name, new_token, stage_token
from live_polls.enums import Screen
from live_polls.models import Account, Ballot, Poll, Room
from tests.factories import make_poll, make_room
from tests.live.bad_input import NO_MESSAGES, bad_answers, bad_ballots
from tests.live.doors import PATIENCE_S, Answer, Door, Headers, QueuedDoor
from tests.live.driver import act, ballot, hosted, joined, participant_page, signed_in, staged, together


def _path(room: Room, rest: str) -> str:
    return f"/api/v1/rooms/{room.join_code}/{rest}"


def _bearer(token: str) -> Headers:
    return [("Authorization", f"Bearer {token}")]


async def _post(door: Door, room: Room, body: object, headers: Headers) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await door.request("POST", _path(room, "ballots"), data, [("Content-Type", "application/json"), *headers])


async def _state(door: Door, room: Room, query: str = "", headers: Headers = ()) -> Answer:
    return await door.request("GET", _path(room, f"state{query}"), headers=headers)


def _since(state: dict[str, Any]) -> str:
    return f"?since={state['epoch']}.{state['version']}"


async def test_who_joins_gets_a_token_that_votes_and_a_cookie_that_does_too(door: Door, room: Room, poll: Poll):
    joining = await door.request("POST", _path(room, "join"))
    token = joining.json["token"]
    ack = await _post(door, room, ballot(poll, {"option": 2}, id="mine"), _bearer(token))
    again = await _post(door, room, ballot(poll, {"option": 2}), participant_page(door, room, token))

    assert joining.status == 201
    cookie = joining.headers["set-cookie"]
    assert cookie.startswith(f"{cookie_name(room.join_code)}={token};")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert (ack.status, list(ack.json)) == (200, ["type", "id", "receipt", "seq", "epoch", "version"])
    assert (ack.json["type"], ack.json["id"], ack.json["seq"]) == ("ack", "mine", 1)
    assert again.json["receipt"] == ack.json["receipt"]


async def test_every_join_makes_somebody_else(door: Door, room: Room):
    answers = await together(*(door.request("POST", _path(room, "join")) for _ in range(5)))

    assert len({answer.json["token"] for answer in answers}) == 5


async def test_the_state_is_the_snapshot_of_the_socket(door: Door, room: Room, poll: Poll, alice: Account):
    hidden = await act(make_poll, room, results="host")
    await act(make_poll, room, is_open=False)
    await act(lifecycle.show_results, hidden)
    token, link = new_token(room.pk), await act(stage_token, room)
    async with (
        joined(door, room, token=token) as audience,
        staged(door, room) as anonymous,
        staged(door, room, stage_token=link) as trusted,
        hosted(door, room, alice) as host,
    ):
        await audience.cast(poll, {"option": 2})
        await audience.cast(hidden, {"option": 1})
        cookie = await act(signed_in, door, alice)
        for socket, query, headers in (
            (audience, "", _bearer(token)),
            (audience, "", participant_page(door, room, token)),
            (anonymous, "", ()),
            (anonymous, "?role=stage", ()),
            (trusted, "?role=stage", [("X-Stage-Token", link)]),
            (trusted, "?role=stage", cookie),
            (host, "?role=host", cookie),
        ):
            answer = await _state(door, room, query, headers)
            snapshot = await socket.hello()
            assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
            assert answer.json | {"now": 0} == snapshot | {"now": 0}


async def test_a_state_that_is_not_current_is_answered_at_once(door: Door, room: Room, poll: Poll):
    state = (await _state(door, room)).json
    for since in (f"{state['epoch']}.{state['version'] - 1}", f"{state['epoch']}.0", "0badc0de.99", ".1"):
        answer = await _state(door, room, f"?since={since}")
        assert (since, answer.json["version"]) == (since, state["version"])


async def test_who_waits_for_a_newer_state_gets_it_as_soon_as_it_is_there(door: Door, room: Room, poll: Poll):
    token = new_token(room.pk)
    state = (await _state(door, room)).json
    waiting = [asyncio.create_task(_state(door, room, _since(state), headers)) for headers in ((), _bearer(token))]
    await _post(door, room, ballot(poll, {"option": 3}), _bearer(token))
    anonymous, mine = [(await answer).json for answer in waiting]

    assert anonymous["version"] > state["version"]
    assert anonymous["polls"][0]["tally"]["counts"] == {"1": 0, "2": 0, "3": 1}
    assert anonymous["me"] == {"ballots": []}
    assert [own["answer"] for own in mine["me"]["ballots"]] == [{"option": 3}]


@pytest.mark.parametrize(
    "deed",
    [lambda room: lifecycle.set_screen(room, Screen.BLANK), lambda room: lifecycle.close_poll(room.polls.get())],
    ids=["screen", "close"],
)
async def test_whatever_a_host_does_wakes_who_waits(door: Door, room: Room, poll: Poll, deed):
    state = (await _state(door, room)).json
    waiting = asyncio.create_task(_state(door, room, _since(state)))
    await act(deed, room)

    assert (await waiting).json["version"] > state["version"]


async def test_who_waits_for_a_room_that_is_deleted_is_told(door: Door, room: Room, poll: Poll):
    state = (await _state(door, room)).json
    waiting = asyncio.create_task(_state(door, room, _since(state)))
    await act(rooms.delete_room, room)
    answer = await waiting

    assert (answer.status, answer.json["code"]) == (404, "not_found")


async def test_the_wait_has_an_end(room: Room, poll: Poll, hub: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api, "LONG_POLL_SECONDS", 0.01)
    state = (await _state(QueuedDoor(), room)).json

    answer = await _state(QueuedDoor(), room, _since(state))

    assert (answer.status, answer.json["version"]) == (200, state["version"])


async def test_who_is_unknown_is_told_before_any_wait(room: Room, poll: Poll, hub: None, monkeypatch):
    monkeypatch.setattr(api, "LONG_POLL_SECONDS", 100 * PATIENCE_S)
    state = (await _state(QueuedDoor(), room)).json

    answer = await _state(QueuedDoor(), room, _since(state), _bearer("nobody"))

    assert answer.status == 401


@pytest.mark.parametrize("since", ["abc", "abc.", "abc.x", "abc.-1", "abc.1.5", "abc.٣", "abc." + "9" * 17])
async def test_a_since_that_is_none_is_refused(door: Door, room: Room, since: str):
    answer = await _state(door, room, f"?since={quote(since)}")

    assert (answer.status, answer.json["type"], answer.json["code"]) == (400, "error", "bad_message")


async def test_refusals_are_those_of_the_socket_with_a_status_each(door: Door, room: Room, poll: Poll):
    draft, elsewhere = await act(make_poll, room, is_open=False), await act(make_poll, await act(make_room))
    headers = _bearer(new_token(room.pk))
    good = {"option": 1}
    await _post(door, room, ballot(poll, {"option": 2}, seq=5), headers)
    for body, status, code in (
        (ballot(poll, {"option": 9}, seq=6), 422, "invalid_answer"),
        (ballot(poll, good, seq=6, poll="nowhere"), 404, "not_found"),
        (ballot(elsewhere, good), 404, "not_found"),
        (ballot(poll, good, round=2), 404, "not_found"),
        (ballot(draft, good), 409, "closed"),
        (ballot(poll, good, seq=4), 409, "stale"),
        (ballot(poll, good, seq=5), 409, "stale"),
    ):
        answer = await _post(door, room, body, headers)
        assert (body, answer.status, answer.json["code"]) == (body, status, code)
        assert (answer.json["type"], answer.json["id"]) == ("error", body["id"])
        if code == "stale":
            assert (answer.json["seq"], answer.json["answer"]) == (5, {"option": 2})


async def test_a_withdrawal_may_be_a_type_or_an_empty_answer(door: Door, room: Room, poll: Poll):
    headers = _bearer(new_token(room.pk))
    await _post(door, room, ballot(poll, {"option": 2}, seq=1), headers)
    by_type = await _post(door, room, ballot(poll, None, seq=2) | {"answer": None}, headers)
    as_on_the_socket = await _post(door, room, ballot(poll, None, seq=2), headers)
    by_answer = await _post(door, room, ballot(poll, {}, seq=3) | {"answer": None}, headers)
    state = (await _state(door, room, headers=headers)).json

    assert [answer.json["type"] for answer in (by_type, as_on_the_socket, by_answer)] == ["ack"] * 3
    assert as_on_the_socket.json["receipt"] == by_type.json["receipt"]
    assert state["polls"][0]["tally"]["n_ballots"] == 0
    assert state["me"]["ballots"][0]["answer"] is None


async def test_sockets_of_the_participant_hear_of_it(door: Door, room: Room, poll: Poll):
    token = new_token(room.pk)
    async with joined(door, room, token=token) as phone, staged(door, room) as stage:
        ack = (await _post(door, room, ballot(poll, {"option": 2}), _bearer(token))).json
        assert (await phone.next("me.changed"))["ballots"][0]["receipt"] == ack["receipt"]
        assert (await stage.next("tally.changed"))["tally"]["n_ballots"] == 1


async def test_who_has_no_right_is_told_so(door: Door, room: Room, poll: Poll, alice: Account, charlie: Account):
    vote = ballot(poll, {"option": 1})
    host, stranger = await act(signed_in, door, alice), await act(signed_in, door, charlie)
    token = new_token(room.pk)
    foreign = [("Origin", "http://evil.example")]
    cross_site = [("Sec-Fetch-Site", "cross-site")]
    cookie = participant_page(door, room, token)[1:]
    for headers, status in (
        ((), 403),
        (_bearer(""), 403),
        (_bearer("nobody"), 401),
        (_bearer(new_token(room.pk + 1)), 401),
        ([*_bearer("nobody"), *cookie], 401),
        ([*foreign, *cookie], 403),
        ([*cross_site, *cookie], 403),
        ([("Cookie", f"{cookie_name(room.join_code)}=nobody")], 401),
        (host, 403),
    ):
        answer = await _post(door, room, vote, headers)
        assert (headers, answer.status, answer.json["code"]) == (headers, status, "not_allowed")
    for query, headers, status in (
        ("?role=host", (), 403),
        ("?role=host", stranger, 403),
        ("?role=host", [*foreign, host[1]], 403),
        ("?role=host", _bearer(token), 403),
        ("?role=stage", [("X-Stage-Token", "none")], 401),
        ("", [*foreign, *cookie], 403),
        ("", _bearer("nobody"), 401),
        ("?role=admin", (), 400),
    ):
        answer = await _state(door, room, query, headers)
        assert (query, headers, answer.status) == (query, headers, status)
    assert await act(Ballot.objects.count) == 0


async def test_a_token_in_the_header_may_come_from_anywhere(door: Door, room: Room, poll: Poll):
    """No browser sends it along by itself, so it proves that somebody meant it."""
    headers = [("Origin", "http://evil.example"), *_bearer(new_token(room.pk))]

    assert (await _post(door, room, ballot(poll, {"option": 1}), headers)).status == 200


async def test_there_is_no_such_room(door: Door, room: Room):
    for code in ("ZZZZZZ", "nonsense", "0O1IL0"):
        for method, rest in (("POST", "join"), ("GET", "state"), ("POST", "ballots")):
            answer = await door.request(method, f"/api/v1/rooms/{code}/{rest}", b"{}")
            assert (answer.status, answer.json["code"]) == (404, "not_found")


async def test_a_method_that_is_not_offered_is_refused(door: Door, room: Room):
    for method, rest in (("GET", "join"), ("POST", "state"), ("GET", "ballots"), ("DELETE", "ballots")):
        assert (await door.request(method, _path(room, rest))).status == 405


async def test_bodies_that_are_no_ballot_are_refused_and_nothing_is_stored(door: Door, room: Room, poll: Poll):
    headers = _bearer(new_token(room.pk))
    rows: dict[str, tuple[str | bytes, str]] = {name: (body, "bad_message") for name, body in NO_MESSAGES.items()}
    rows |= {name: (body, "bad_message") for name, body in bad_ballots(poll).items()}
    rows["a withdrawal of something else"] = json.dumps(ballot(poll, None) | {"answer": {"option": 1}}), "bad_message"
    good = json.dumps(ballot(poll, "ANSWER"))
    answers = bad_answers()["single_choice"]
    rows |= {name: (good.replace('"ANSWER"', answer), "invalid_answer") for name, answer in answers.items()}
    for name, (body, code) in rows.items():
        answer = await _post(door, room, body.encode() if isinstance(body, str) else body, headers)
        assert (name, answer.json["code"]) == (name, code)
        assert answer.status in {400, 422}
    assert await act(Ballot.objects.count) == 0
    assert (await _post(door, room, ballot(poll, {"option": 1}), headers)).status == 200


@pytest.mark.parametrize("n_bytes", [16 * 1024 + 1, 300 * 1024, 3 * 1024 * 1024])
async def test_a_body_that_is_too_big_is_refused(
    door: Door, room: Room, poll: Poll, n_bytes: int, caplog: pytest.LogCaptureFixture
):
    body = json.dumps(ballot(poll, {"option": 1})).encode()
    answer = await _post(door, room, body + b" " * n_bytes, _bearer(new_token(room.pk)))

    assert answer.status in {400, 413}
    if answer.headers.get("content-type") == "application/json":  # else it never came as far as the application
        assert answer.json["code"] == "bad_message"
    assert await act(Ballot.objects.count) == 0
    assert "Traceback" not in caplog.text
