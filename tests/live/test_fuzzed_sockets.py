"""Random talk on real sockets: half of it nearly right, in pieces, out of turn, cut short. Nobody may be harmed by it.

What the server logs is checked when it ends: an error there is one that nobody thought of.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_polls.domain.participants import new_token
from live_polls.domain.tally import recount
from live_polls.models import Poll, Room
from tests.live.doors import GuardedDoor
from tests.live.driver import address, joined
from tests.live.raw import BINARY, CLOSE, CONT, FIN, PING, PONG, TEXT, RawSocket, frame, raw_socket
from tests.server_process import ServerProcess

# Below what lets a socket go for talking too fast.
MOST_MESSAGES = 20
ANSWERS = {"bad_message", "not_found", "closed", "stale", "invalid_answer", "rate_limited", "not_allowed"}
CLOSES = {1000, 1002, 1003, 1005, 1007, 1009, 4400, 4401, 4409, 4429}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def good_messages(poll: Poll) -> st.SearchStrategy[dict[str, Any]]:
    """What a phone could say."""
    ballot = st.fixed_dictionaries(
        {"id": st.text(max_size=5), "poll": st.just(poll.code), "round": st.just(1), "seq": st.integers(1, 9)}
    )
    answers = st.integers(1, 3).map(lambda number: {"answer": {"option": number}})
    return st.one_of(
        st.builds(lambda fields, answer: {"type": "ballot.cast", **fields, **answer}, ballot, answers),
        ballot.map(lambda fields: {"type": "ballot.withdraw", **fields}),
        st.just({"type": "ping", "id": "p"}),
        st.just({"type": "hello", "role": "stage"}),
    )


@st.composite
def texts(draw: st.DrawFn, poll: Poll) -> bytes:
    """The bytes of a message: as it should be, with a field that is not, or with bytes that are not."""
    message = draw(good_messages(poll))
    damage = draw(st.sampled_from(["none", "none", "field", "extra", "bytes", "junk"]))
    if damage == "field":
        message[draw(st.sampled_from(sorted(message)))] = draw(json_values)
    elif damage == "extra":
        message[draw(st.text(max_size=6))] = draw(json_values)
    elif damage == "junk":
        return json.dumps(draw(json_values)).encode()
    data = json.dumps(message, ensure_ascii=draw(st.booleans())).encode(errors="replace")
    if damage == "bytes":
        where = draw(st.integers(0, len(data)))
        data = data[:where] + draw(st.binary(max_size=6)) + data[where + draw(st.integers(0, 6)) :]
    return data


@st.composite
def frames(draw: st.DrawFn, poll: Poll) -> bytes:
    """One message as it travels: whole, in pieces with pings between, or as bytes that nobody asked for."""
    data = draw(texts(poll))
    if draw(st.integers(0, 9)) == 0:
        return frame(BINARY, data)
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=3)))
    pieces = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    sent = b""
    for number, piece in enumerate(pieces):
        first = FIN if number == len(pieces) - 1 else 0
        sent += frame(CONT if number else TEXT, piece, first=first)
        if not first and draw(st.booleans()):
            sent += frame(PING, b"between")
    return sent


def test_random_messages_are_answered_and_harm_nobody(server: ServerProcess, room: Room, poll: Poll) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(frames(poll), max_size=MOST_MESSAGES), st.booleans())
    def say(sent: list[bytes], in_one_go: bool) -> None:
        asyncio.run(talk(server, room, [b"".join(sent)] if in_one_go else sent))

    say()
    asyncio.run(vote_as_if_nothing_was(server, room, poll))
    assert recount(room) == []


def test_random_bytes_close_their_socket_alone(server: ServerProcess, room: Room, poll: Poll) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.binary(min_size=1, max_size=300), st.booleans())
    def blurt(data: bytes, after_hello: bool) -> None:
        asyncio.run(hang_up_after(server, room, data, after_hello=after_hello))

    blurt()
    asyncio.run(vote_as_if_nothing_was(server, room, poll))
    assert recount(room) == []


async def talk(server: ServerProcess, room: Room, sent: list[bytes]) -> None:
    """Say all of it; every answer is one of the documented ones, and the last question gets its answer."""
    async with raw_socket(server.url, address(room)) as socket:
        await hello(socket, room)
        for data in sent:
            await socket.send(data)
        await socket.send(frame(TEXT, b'{"type":"ping","id":"the end"}'))
        while True:
            opcode, payload = await socket.receive()
            if opcode == CLOSE:
                assert int.from_bytes(payload[:2], "big") in CLOSES, payload
                return
            if opcode == TEXT:
                message = json.loads(payload)
                assert message["type"] != "error" or message["code"] in ANSWERS, message
                if message.get("id") == "the end":
                    return
            else:
                assert (opcode, payload) == (PONG, b"between")


async def hang_up_after(server: ServerProcess, room: Room, data: bytes, *, after_hello: bool) -> None:
    async with raw_socket(server.url, address(room)) as socket:
        if after_hello:
            await hello(socket, room)
        await socket.send(data)


async def hello(socket: RawSocket, room: Room) -> None:
    await socket.send(frame(TEXT, json.dumps({"type": "hello", "token": new_token(room.pk)}).encode()))
    await socket.next("snapshot")


async def vote_as_if_nothing_was(server: ServerProcess, room: Room, poll: Poll) -> None:
    async with joined(GuardedDoor(server.url), room) as neighbour:
        assert (await neighbour.cast(poll, {"option": 1}))["type"] == "ack"
