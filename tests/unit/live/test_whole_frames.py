"""The short way in takes what the parser would have taken, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, cast

import pytest
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from live_polls.live import guarded_protocol
from live_polls.live.guarded_protocol import EXTENSION, GuardedProtocol
from live_polls.live.whole_frames import Whole, whole_frame

MOST = 300
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def framed(opcode: Opcode, data: bytes = b"", *, fin: bool = True, mask: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=mask)


@pytest.mark.parametrize("n", [0, 1, 125, 126, 127, MOST])
def test_a_whole_text_is_read_wherever_it_begins(n):
    text = b"x" * n
    data = b"before" + framed(Opcode.TEXT, text) + b"after"

    assert whole_frame(data, 6, most=MOST) == Whole(text, len(data) - 5)


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.CLOSE])
def test_a_control_frame_has_an_end_and_no_text(opcode):
    data = framed(opcode, b"\x03\xe8")

    assert whole_frame(data, 0, most=MOST) == Whole(None, len(data))


ALL_ELSE = [
    framed(Opcode.TEXT, b"x" * (MOST + 1)),
    framed(Opcode.TEXT, b"x" * 70_000),
    framed(Opcode.TEXT, b"x", mask=False),
    framed(Opcode.TEXT, b"x", fin=False),
    framed(Opcode.CONT, b"x"),
    framed(Opcode.BINARY, b"x"),
    bytes([0xC1]) + framed(Opcode.TEXT, b"x")[1:],
    *(framed(Opcode.TEXT, b"x" * 130)[:n] for n in (0, 1, 2, 3, 5, 7, 137)),
    *(framed(Opcode.TEXT, b"xy")[:n] for n in (5, 6, 7)),
]


@pytest.mark.parametrize("data", ALL_ELSE, ids=range(len(ALL_ELSE)))  # their masks are random
def test_all_else_is_for_the_parser(data):
    assert whole_frame(data, 0, most=MOST) is None


class Transport:
    """What a socket of the server does with what it is told."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.is_closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.is_closed

    def get_extra_info(self, name: str, default: object = None) -> object:
        return default

    def set_write_buffer_limits(self, high: int) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Ear:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[bytes | str] = []

    def hear(self, data: bytes) -> None:
        self.heard.append(data)

    def hear_binary(self) -> None:
        self.heard.append("binary")

    def end(self) -> None:
        self.heard.append("end")


async def heard_of(chunks: Sequence[bytes]) -> tuple[list[bytes | str], bytes, bool]:
    """What a consumer hears of these bytes, what is answered, and whether the socket is closed."""
    ear, transport = Ear(), Transport()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        scope["extensions"][EXTENSION].detach(ear)

    config = Config(application, ws_max_size=MOST, ws_ping_interval=None, log_config=None)
    config.load()
    protocol = GuardedProtocol(config, ServerState(), {})
    protocol.connection_made(cast("asyncio.Transport", transport))
    protocol.data_received(HANDSHAKE)
    await asyncio.gather(*protocol.tasks)
    transport.written.clear()
    for chunk in chunks:
        if not transport.is_closed:
            protocol.data_received(chunk)
    return ear.heard, b"".join(transport.written), transport.is_closed


def frames(chance: Random) -> Iterator[bytes]:
    """A phone that says all sorts of things, some of which nobody may say."""
    for _ in range(chance.randint(1, 8)):
        text = b"%d" % chance.randrange(10**6) * chance.choice([1, 1, 1, 20, 40])
        yield chance.choice(
            [
                *[framed(Opcode.TEXT, text)] * 12,
                *[framed(Opcode.PING, text[:20]), framed(Opcode.PONG, text[:20])] * 2,
                *[framed(Opcode.TEXT, text, fin=False) + framed(Opcode.CONT, text)] * 2,
                framed(Opcode.TEXT, text, fin=False),
                framed(Opcode.CONT, text),
                framed(Opcode.BINARY, text),
                framed(Opcode.TEXT, text, mask=False),
                framed(Opcode.TEXT, b"x" * (MOST + 1)),
                framed(Opcode.CLOSE, b"\x03\xe8"),
                bytes([0xF1]) + framed(Opcode.TEXT, text)[1:],
            ]
        )


def cut(data: bytes, chance: Random) -> list[bytes]:
    """The bytes in pieces, as a network may bring them."""
    at = sorted(chance.randrange(len(data) + 1) for _ in range(chance.choice([0, 0, 1, 3, 10])))
    return [data[start:end] for start, end in zip([0, *at], [*at, len(data)], strict=True) if start < end]


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_comes_in_whatever_pieces_is_heard_as_the_parser_hears_it(seed, monkeypatch):
    chance = Random(seed)
    spoken = [list(frames(chance)) for _ in range(15)]
    pieces = [chance.choice([said, [b"".join(said)], cut(b"".join(said), chance)]) for said in spoken]
    by_the_short_way = [await heard_of(chunks) for chunks in pieces]

    monkeypatch.setattr(guarded_protocol, "whole_frame", lambda *args, **options: None)
    for said, (heard, answered, is_closed) in zip(spoken, by_the_short_way, strict=True):
        byte_by_byte = [bytes([byte]) for byte in b"".join(said)]
        everything, *rest = await heard_of(byte_by_byte)
        # What came in one piece with a mistake after it, the parser does not tell of.
        assert heard == (everything[: len(heard)] if is_closed else everything)
        assert rest == [answered, is_closed]


async def test_a_phone_stays_on_the_short_way_through_pings_and_several_texts_at_once(monkeypatch):
    parsed: list[bytes] = []
    receive = WebSocketsSansIOProtocol.data_received

    def note(self: WebSocketsSansIOProtocol, data: bytes) -> None:
        parsed.append(data)
        receive(self, data)

    monkeypatch.setattr(WebSocketsSansIOProtocol, "data_received", note)
    pong = framed(Opcode.PONG)

    heard, _, _ = await heard_of(
        [framed(Opcode.TEXT, b"1") + pong + framed(Opcode.TEXT, b"2"), framed(Opcode.TEXT, b"3")]
    )

    assert heard == [b"1", b"2", b"3"]
    assert parsed == [HANDSHAKE, pong]
