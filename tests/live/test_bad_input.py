"""Whatever somebody sends: a typed error or a documented close code, nothing stored, and nobody else harmed."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from live_polls.domain.participants import new_token
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import make_poll, make_room
from tests.live.bad_input import NO_MESSAGES, bad_answers, bad_ballots
from tests.live.doors import Door
from tests.live.driver import Message, Socket, act, address, ballot, joined, opened

# Far below what lets a socket go for talking nonsense or too fast.
A_FEW = 20


async def test_what_is_no_message_is_refused(door: Door, room: Room, poll: Poll):
    await _refuses(door, room, poll, {name: (frame, "bad_message") for name, frame in NO_MESSAGES.items()})


async def test_a_ballot_with_one_thing_wrong_is_refused(door: Door, room: Room, poll: Poll):
    await _refuses(door, room, poll, {name: (body, "bad_message") for name, body in bad_ballots(poll).items()})


@pytest.mark.parametrize("kind", ["single_choice", "multiple_choice", "ranking"])
async def test_an_answer_that_does_not_fit_the_poll_is_refused(door: Door, room: Room, kind: str):
    settings = {} if kind == "single_choice" else {"max_choices": 2}
    poll = await act(make_poll, room, kind=kind, settings=settings)
    good = json.dumps(ballot(poll, "ANSWER", id="x"))
    rows = {name: good.replace('"ANSWER"', answer) for name, answer in bad_answers()[kind].items()}

    await _refuses(door, room, poll, {name: (body, "invalid_answer") for name, body in rows.items()})


async def test_a_ballot_for_another_poll_or_round_is_refused(door: Door, room: Room, poll: Poll):
    elsewhere = await act(make_poll, await act(make_room))
    draft = await act(make_poll, room, is_open=False)
    answer = {"option": 1}
    rows = {
        "no such poll": (ballot(poll, answer, poll="abcdefgh"), "not_found"),
        "a poll of another room": (ballot(elsewhere, answer), "not_found"),
        "an empty code": (ballot(poll, answer, poll=""), "not_found"),
        "NUL in a code": (ballot(poll, answer, poll="abc\0defg"), "not_found"),
        "a quote in a code": (ballot(poll, answer, poll="' OR 1=1 --"), "not_found"),
        "a code in upper case": (ballot(poll, answer, poll=poll.code.upper() + "X"), "not_found"),
        "a round to come": (ballot(poll, answer, round=2), "not_found"),
        "a poll that is not open yet": (ballot(draft, answer), "closed"),
        "a withdrawal of nothing from nowhere": (ballot(poll, None, poll="abcdefgh"), "not_found"),
        "a withdrawal before it opens": (ballot(draft, None), "closed"),
    }

    await _refuses(door, room, poll, {name: (json.dumps(body), code) for name, (body, code) in rows.items()})


async def test_a_refusal_names_the_message_where_it_has_an_id(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        for id_ in ("", "x" * 64, "\0", "é\u202e😀", '"'):
            refused = await audience.cast(poll, {"option": 9}, id=id_ or "-")
            assert (refused["code"], refused["id"]) == ("invalid_answer", id_ or "-")


@pytest.mark.parametrize("n_bytes", [16 * 1024 + 1, 1024 * 1024])
async def test_a_frame_that_is_too_big_closes_its_socket_alone(door: Door, room: Room, poll: Poll, n_bytes: int):
    async with _unharmed(door, room, poll):
        for unit in ("x", "é"):  # by the bytes, not by the characters
            async with joined(door, room) as audience:
                await audience.line.send(unit * (n_bytes // len(unit.encode()) + 1))
                assert await audience.closed() == (1009 if door.name == "guarded" else 4400)


async def test_the_biggest_frame_is_read(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        frame = json.dumps({"type": "ping", "id": "big"})
        await audience.line.send(frame + " " * (16 * 1024 - len(frame)))
        assert (await audience.next("heartbeat"))["id"] == "big"


async def test_nonsense_before_hello_is_refused_too(door: Door, room: Room, poll: Poll):
    async with _unharmed(door, room, poll), opened(door, address(room)) as stranger:
        for name, frame in itertools.islice(NO_MESSAGES.items(), A_FEW):
            await stranger.line.send(frame)
            assert (name, (await stranger.next())["code"]) == (name, "bad_message")
        await stranger.hello(token=new_token(room.pk))


async def _refuses(door: Door, room: Room, poll: Poll, rows: dict[str, tuple[str | bytes, str]]) -> None:
    """Each frame is refused with its code, by sockets that go on working, and leaves nothing behind."""
    async with _unharmed(door, room, poll):
        for few in _batched(rows):
            async with joined(door, room) as audience:
                for name, (frame, code) in few:
                    await audience.line.send(frame)
                    refused = await audience.next("error", "ack", "heartbeat", "snapshot")
                    assert (name, refused["type"], refused.get("code")) == (name, "error", code)
                    assert refused["message"]
                await audience.fence()


def _batched(rows: dict[str, tuple[str | bytes, str]]) -> list[list[tuple[str, tuple[str | bytes, str]]]]:
    items = list(rows.items())
    return [items[start : start + A_FEW] for start in range(0, len(items), A_FEW)]


@asynccontextmanager
async def _unharmed(door: Door, room: Room, poll: Poll) -> AsyncIterator[Socket]:
    """Whatever is done inside: nothing is stored, and somebody who was here before votes after as if nothing was."""
    version = (await act(Room.objects.get, pk=room.pk)).version
    async with joined(door, room) as neighbour:
        yield neighbour
        assert await act(_stored, room) == {"version": version, "ballots": 0, "tallies": 0}
        good = {"option": 1} if poll.kind == "single_choice" else {"options": [1]}
        assert (await neighbour.cast(poll, good))["type"] == "ack"
        assert {json.loads(text)["type"] for text in neighbour.heard} <= {
            "snapshot", "presence.changed", "me.changed", "tally.changed", "ack",
        }  # fmt: skip


def _stored(room: Room) -> Message:
    return {
        "version": Room.objects.get(pk=room.pk).version,
        "ballots": Ballot.objects.count(),
        "tallies": Tally.objects.count(),
    }
