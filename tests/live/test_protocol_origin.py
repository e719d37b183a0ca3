"""Which pages may open a socket: an exact match with our own origins, or HTTP 403 before anything is accepted."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.conf import settings

from live_polls.consumers import base
from live_polls.domain.participants import new_token
from live_polls.live.queued_wire import OWN_CODES
from live_polls.models import Account, Room
from tests.live.doors import ClosedError, Door, Headers, QueuedDoor, RefusedError
from tests.live.driver import act, address, hosted, joined, opened, page_of, participant_page, signed_in

FOREIGN = {
    "another site": "http://evil.example",
    "another scheme": "https://{netloc}",
    "a socket's scheme": "ws://{netloc}",
    "another port": "http://{host}:1",
    "the default port": "http://{host}",
    "another name of the same length": "http://10.99.99.99:{port}",
    "ours as a sub-domain": "http://{netloc}.evil.example",
    "ours as a part of a name": "http://evil-{netloc}",
    "ours as a user": "http://{netloc}@evil.example",
    "a user at ours": "http://evil@{netloc}",
    "ours as a path": "http://evil.example/{netloc}",
    "ours as a query": "http://evil.example?{origin}",
    "ours as a fragment": "http://evil.example#{origin}",
    "a trailing slash": "{origin}/",
    "a trailing dot": "http://localhost.:{port}",
    "upper case": "HTTP://LOCALHOST:{port}",
    "punycode that looks like ours": "http://xn--lcalhost-n2a:{port}",
    "IPv6 that holds our IPv4": "http://[::ffff:127.0.0.1]:{port}",
    "an extension": "chrome-extension://{host}",
    "a file": "file://",
    "nothing we may know": "null",
    "empty": "",
    "malformed": "http://[",
    "two in one": "{origin} {origin}",
    "a list": "{origin}, {origin}",
}


def _filled(template: str, door: Door) -> str:
    parts = urlsplit(door.origin)
    return template.format(origin=door.origin, netloc=parts.netloc, host=parts.hostname, port=parts.port)


async def _status(door: Door, room: Room, headers: Headers) -> int:
    try:
        async with opened(door, address(room), headers):
            return 101
    except RefusedError as refused:
        return refused.status


@pytest.mark.parametrize("origin", FOREIGN.values(), ids=FOREIGN.keys())
async def test_a_foreign_page_is_refused_before_the_socket_opens(door: Door, room: Room, origin: str):
    assert await _status(door, room, [("Origin", _filled(origin, door))]) == 403


async def test_our_own_pages_may_open_sockets_by_every_name_of_this_machine(door: Door, room: Room):
    port = urlsplit(door.origin).port
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert await _status(door, room, [("Origin", f"http://{host}:{port}")]) == 101


async def test_two_origins_are_none(door: Door, room: Room):
    for second in ("http://evil.example", door.origin):
        # Some servers find that malformed before we see it.
        assert await _status(door, room, [("Origin", door.origin), ("Origin", second)]) in {400, 403}


async def test_a_foreign_page_gains_nothing_by_the_cookies_it_rides_on(door: Door, room: Room, alice: Account):
    host, participant = await act(signed_in, door, alice), participant_page(door, room, new_token(room.pk))
    for _, cookie in (host, participant):
        assert await _status(door, room, [("Origin", "http://evil.example"), cookie]) == 403


async def test_a_foreign_page_gains_nothing_by_a_token(door: Door, room: Room):
    with pytest.raises(RefusedError):
        await door.open(address(room), [("Origin", "http://evil.example")])


async def test_a_program_without_an_origin_comes_in_by_its_token(door: Door, room: Room):
    async with joined(door, room) as program:
        assert program.snapshot["room"]["code"] == room.join_code


async def test_a_full_server_says_so_before_it_accepts(hub: None, room: Room, monkeypatch: pytest.MonkeyPatch):
    door = QueuedDoor(extensions={"websocket.http.response": {}})
    monkeypatch.setattr(settings, "MAX_SOCKETS", base.n_sockets + 2)
    monkeypatch.setattr(base, "LINGER_SECONDS", 1000.0)

    async with joined(door, room), opened(door, address(room)) as silent:
        assert await _status(door, room, page_of(door)) == 503
        await silent.hello(token=new_token(room.pk))  # who is inside is not disturbed

    async with joined(door, room):
        pass  # there is room again


async def test_a_full_room_says_so_and_lets_its_hosts_in(
    hub: None, room: Room, alice: Account, monkeypatch: pytest.MonkeyPatch
):
    door = QueuedDoor()
    monkeypatch.setattr(settings, "MAX_SOCKETS_PER_ROOM", 1)

    async with joined(door, room), opened(door, address(room)) as late:
        await late.say("hello", token=new_token(room.pk))
        assert (await late.next("error"))["code"] == "busy"
        assert await late.closed() == OWN_CODES[1013]
        async with hosted(door, room, alice) as host, hosted(door, room, alice, role="stage"):
            assert host.snapshot["presence"] == 1

    async with joined(door, room):
        pass  # there is room again


@pytest.mark.parametrize("path", ["/ws/rooms/", "/ws/rooms/ABC/DEF", "/ws", "/", "/ws/rooms/ABCDEF/"])
async def test_there_is_no_socket_elsewhere(door: Door, room: Room, path: str, caplog: pytest.LogCaptureFixture):
    try:
        async with opened(door, path, page_of(door)) as socket:
            status = await socket.closed()
    except (RefusedError, ClosedError) as refused:
        status = getattr(refused, "status", 0)

    assert status in {403, 404}
    assert caplog.text == ""
