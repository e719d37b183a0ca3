"""Frames that promise, hide or never finish something large: none of it is ever held."""

from __future__ import annotations

import zlib
from contextlib import AsyncExitStack

from live_polls.domain.participants import new_token
from tests.live.driver import address, joined
from tests.live.installations import Installation
from tests.live.raw import CONT, FIN, RSV1, TEXT, RawSocket, frame, raw_socket, text
from tests.memory import rss_mb
from tests.server_process import serving

N_SOCKETS = 40
MOST_GROWTH_MB = 25

# Ten megabytes of blanks in ten kilobytes.
DEFLATED = zlib.compress(b" " * 10_000_000)[2:-4]
BOMBS = {
    "a gigabyte is announced": frame(TEXT, b"x" * 1000, length=2**30),
    "megabytes are hidden in a compressed frame": frame(TEXT, DEFLATED, first=FIN | RSV1),
    "a message never ends": frame(TEXT, b"x" * 8000, first=0) + frame(CONT, b"x" * 8000, first=0),
    "pieces of nothing never end": frame(TEXT, b"", first=0) + frame(CONT, b"", first=0) * 2000,
}


async def seated(people: AsyncExitStack, installation: Installation) -> RawSocket:
    room = installation.room
    socket = await people.enter_async_context(raw_socket(installation.server.url, address(room)))
    await socket.send(text({"type": "hello", "token": new_token(room.pk)}))
    await socket.next("snapshot")
    return socket


async def test_nothing_that_is_promised_hidden_or_never_finished_takes_memory(installation: Installation):
    assert len(DEFLATED) < 16 * 1024
    with serving(installation.server) as process:
        async with joined(installation.door, installation.room) as neighbour:
            grown = {}
            for name, bomb in BOMBS.items():
                async with AsyncExitStack() as people:
                    sockets = [await seated(people, installation) for _ in range(N_SOCKETS)]
                    await neighbour.fence()
                    before = rss_mb(process.pid)
                    for socket in sockets:
                        await socket.send(bomb)
                    await neighbour.fence()
                    grown[name] = rss_mb(process.pid) - before
            assert (await neighbour.cast(installation.poll, {"option": 1}))["type"] == "ack"

    assert {name: mb for name, mb in grown.items() if mb > MOST_GROWTH_MB} == {}
