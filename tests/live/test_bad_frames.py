"""Below the messages: frames that no browser would send, against the server process."""

from __future__ import annotations

import pytest

from live_polls.domain.participants import new_token
from live_polls.models import Poll, Room
from tests.live.doors import GuardedDoor
from tests.live.driver import act, address, ballot, joined
from tests.live.raw import CLOSE, CONT, FIN, PING, PONG, RSV1, TEXT, frame, raw_socket, text
from tests.server_process import ServerProcess

BAD_FRAMES = {
    "a gigabyte is announced": (frame(TEXT, b"", length=2**30), 1009),
    "more than there is memory": (frame(TEXT, b"", length=2**62), 1009),
    "a length of more than 63 bits": (frame(TEXT, b"", length=2**63 + 1), None),
    "16 KB and a byte in fragments": (
        frame(TEXT, b"x" * 9000, first=0) + frame(CONT, b"x" * 7385, first=0) + frame(CONT, b"x"),
        1009,
    ),
    "not masked": (frame(TEXT, b'{"type":"ping"}', masked=False), 1002),
    "an opcode nobody has given a meaning": (frame(0x3, b""), 1002),
    "a control opcode nobody has given a meaning": (frame(0xB, b""), 1002),
    "compressed though nobody agreed on it": (frame(TEXT, b"\x4a\x2c", first=FIN | RSV1), 1002),
    "a fragment of nothing": (frame(CONT, b"x"), 1002),
    "a text inside of a text": (frame(TEXT, b"{", first=0) + frame(TEXT, b"{}"), 1002),
    "a ping in fragments": (frame(PING, b"", first=0), 1002),
    "a ping that is too long": (frame(PING, b"x" * 126), 1002),
    "a close without a whole code": (frame(CLOSE, b"\x03"), 1002),
    "a close with a code that may not be sent": (frame(CLOSE, (1005).to_bytes(2, "big")), 1002),
    "a close with a reason that is no text": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
}


@pytest.mark.parametrize(("data", "code"), BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
async def test_a_frame_against_the_rules_closes_its_socket_alone(
    server: ServerProcess, room: Room, poll: Poll, data: bytes, code: int | None
):
    async with joined(GuardedDoor(server.url), room) as neighbour:
        async with raw_socket(server.url, address(room)) as socket:
            await socket.send(text({"type": "hello", "token": new_token(room.pk)}))
            await socket.next("snapshot")
            await socket.send(data)
            assert await socket.closed() == code or code is None
        assert (await neighbour.cast(poll, {"option": 1}))["type"] == "ack"


@pytest.mark.parametrize(
    "payload",
    [b'{"type":"ping","id":"\xff"}', b'{"type":"ping","id":"\xc3"}', b"\xff\xfe", b'{"type":"ping","\xed\xa0\x80":1}'],
)
async def test_a_text_that_is_no_utf8_is_refused(server: ServerProcess, room: Room, payload: bytes):
    async with raw_socket(server.url, address(room)) as socket:
        await socket.send(text({"type": "hello", "token": new_token(room.pk)}))
        await socket.next("snapshot")
        await socket.send(frame(TEXT, payload))
        assert (await socket.next("error", "heartbeat"))["code"] == "bad_message"
        await socket.send(text({"type": "ping", "id": "still here"}))
        assert (await socket.next("heartbeat"))["id"] == "still here"


async def test_a_ballot_may_come_in_a_thousand_pieces_with_pings_between(server: ServerProcess, room: Room, poll: Poll):
    payload = b" " * 900 + str(ballot(poll, {"option": 2}, id="pieces")).replace("'", '"').encode()
    async with raw_socket(server.url, address(room)) as socket:
        await socket.send(text({"type": "hello", "token": new_token(room.pk)}))
        await socket.next("snapshot")
        await socket.send(frame(TEXT, b"", first=0))
        for byte in payload:
            await socket.send(frame(CONT, bytes((byte,)), first=0))
        await socket.send(frame(PING, b"between"))
        while (heard := await socket.receive())[0] == TEXT:
            pass  # presence
        assert heard == (PONG, b"between")
        await socket.send(frame(CONT, b""))
        assert (await socket.next("ack", "error"))["id"] == "pieces"


async def test_who_hangs_up_in_the_middle_of_a_frame_leaves_nothing_behind(
    server: ServerProcess, room: Room, poll: Poll
):
    async with joined(GuardedDoor(server.url), room) as neighbour:
        async with raw_socket(server.url, address(room)) as socket:
            await socket.send(text({"type": "hello", "token": new_token(room.pk)}))
            await socket.next("snapshot")
            await neighbour.next("presence.changed", where=lambda message: message["presence"] == 2)
            await socket.send(text(ballot(poll, {"option": 2}))[:-5])
        await neighbour.next("presence.changed", where=lambda message: message["presence"] == 1)
        snapshot = await neighbour.hello()

    assert snapshot["polls"][0]["tally"]["n_ballots"] == 0
    assert await act(poll.ballots.count) == 0


async def test_a_cast_counts_though_its_sender_hangs_up_before_the_ack(server: ServerProcess, room: Room, poll: Poll):
    token = new_token(room.pk)
    async with joined(GuardedDoor(server.url), room) as neighbour:
        async with raw_socket(server.url, address(room)) as socket:
            await socket.send(text({"type": "hello", "token": token}))
            await socket.next("snapshot")
            await socket.send(text(ballot(poll, {"option": 2})))
        await neighbour.next("tally.changed")
        async with joined(GuardedDoor(server.url), room, token=token) as back:
            assert (await back.cast(poll, {"option": 2}))["type"] == "ack"
            snapshot = await back.hello()

    assert snapshot["polls"][0]["tally"]["n_ballots"] == 1
