"""`page`: how much a phone loads before it can vote."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from bench.figures import Bar, Figure
from bench.live_server import live_server
from bench.page_files import PageFiles
from bench.rooms import Rooms, room_file
from bench.rounds import rounds_of
from bench.scale import Scale


def room(scale: Scale) -> str:
    """Write the room: a few polls."""
    return room_file("page", n_polls=3, n_options=4)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Add up the audience page and all that it loads, compressed as browsers ask for it."""
    files = PageFiles()
    with live_server(rooms, "page", profile=scale.profile) as server:
        await asyncio.to_thread(files.load, f"{server.origin}/j/{server.join_code}")
    for url, size in files.sizes.items():
        print(f"page: {size:7,} bytes {url.removeprefix(server.origin)}")
    yield Figure(
        scenario="page",
        name="audience page, all files, brotli",
        unit="KB",
        rounds=rounds_of([files.kb]),
        key="page_kb",
        bar=Bar(at_most=45),
    )
    yield Figure(
        scenario="page",
        name="requests before the socket",
        unit="requests",
        rounds=rounds_of([float(len(files.sizes))]),
        key="page_requests",
        bar=Bar(at_most=5),
    )
