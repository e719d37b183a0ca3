"""Requests with heads that no browser sends: refused before anything of ours looks at them, or harmless."""

from __future__ import annotations

import pytest

from live_polls.models import Poll, Room
from tests.live.doors import GuardedDoor
from tests.live.driver import address, joined
from tests.live.test_requests_on_their_way import Connection, connected
from tests.server_process import ServerProcess

HANDSHAKE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
OURS = b"Host: 127.0.0.1\r\n"
BAD_HEADS = {
    "no host": b"",
    "two hosts": OURS + b"Host: evil.example\r\n",
    "two hosts, the other one first": b"Host: evil.example\r\n" + OURS,
    "the same host twice": OURS + OURS,
    "a blank before the colon": b"Host : 127.0.0.1\r\n",
    "a vertical tab in a value": OURS + b"X-Odd: a\x0bb\r\n",
    "a vertical tab in a name": OURS + b"X\x0bOdd: a\r\n",
    "NUL in a value": OURS + b"X-Odd: a\0b\r\n",
    "a bare carriage return": OURS + b"X-Odd: a\rX-Even: b\r\n",
    "a folded line": OURS + b"X-Odd: a\r\n b\r\n",
    "two lengths": OURS + b"Content-Length: 0\r\nContent-Length: 5\r\n",
    "a length and chunks": OURS + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "a length that is none": OURS + b"Content-Length: -1\r\n",
}


async def status(connection: Connection, path: str, head: bytes) -> bytes:
    await connection.send(b"GET " + path.encode() + b" HTTP/1.1\r\n" + head + b"\r\n")
    return (await connection.rest()).partition(b"\r\n")[0]


@pytest.mark.parametrize("head", BAD_HEADS.values(), ids=BAD_HEADS.keys())
async def test_a_head_against_the_rules_is_refused(
    server: ServerProcess, hub: None, room: Room, poll: Poll, head: bytes
):
    for path, more in ((f"/j/{room.join_code}", b""), ("/readyz", b""), (address(room), HANDSHAKE)):
        async with connected(server) as strange:
            assert (await status(strange, path, head + more)).startswith(b"HTTP/1.1 400 "), path
    async with joined(GuardedDoor(server.url), room) as neighbour:
        assert (await neighbour.cast(poll, {"option": 1}))["type"] == "ack"


async def test_what_follows_a_refused_head_is_not_answered(server: ServerProcess):
    async with connected(server) as smuggler:
        await smuggler.send(
            b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET /healthz HTTP/1.1\r\n" + OURS + b"\r\n"
        )
        assert (await smuggler.rest()).count(b"HTTP/1.1 ") == 1


async def test_a_host_that_is_not_ours_is_refused_and_costs_a_line_of_the_log(server: ServerProcess):
    async with connected(server) as strange:
        await strange.send(b"GET /readyz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        assert (await strange.rest()).startswith(b"HTTP/1.1 400 ")
    assert "WARNING django.security.DisallowedHost: Invalid HTTP_HOST header" in server.said


async def test_a_program_of_the_old_kind_needs_no_host(server: ServerProcess):
    async with connected(server) as old:
        await old.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert (await old.rest()).startswith(b"HTTP/1.1 200 ")


async def test_a_header_with_underscores_is_not_taken_for_one_with_dashes(server: ServerProcess):
    """A proxy that cuts off X-Forwarded-Proto lets X_Forwarded_Proto pass."""
    answers = []
    for lie in (b"", b"X_Forwarded_Proto: https\r\nX_Forwarded_For: 203.0.113.9\r\n"):
        async with connected(server) as liar:
            head = f"Host: {server.url.partition('//')[2]}\r\nConnection: close\r\n".encode()
            await liar.send(b"GET /accounts/login/ HTTP/1.1\r\n" + head + lie + b"\r\n")
            answers.append(await liar.rest())
    plain, lied = (
        b"strict-transport-security" in answer.lower() or b"; secure" in answer.lower() for answer in answers
    )
    assert (plain, lied) == (False, False)
    assert all(answer.startswith(b"HTTP/1.1 200 ") for answer in answers)


async def test_a_form_of_thousands_of_parts_is_refused(server: ServerProcess):
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    for body, kind in (
        (part * 5000 + b"--x--\r\n", b"multipart/form-data; boundary=x"),
        (b"a=1&" * 50_000, b"application/x-www-form-urlencoded"),
    ):
        async with connected(server) as bomb:
            host = server.url.partition("//")[2].encode()
            await bomb.send(
                b"POST / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\nContent-Type: " + kind
                + f"\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
            )  # fmt: skip
            assert (await bomb.rest()).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 "))
