"""Baseline: `websockets.broadcast`, one encoded text to every connection, as its docs advise.

Each ballot is answered and broadcast; nothing is checked or stored.
"""

from __future__ import annotations

import argparse
import json

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bench.baselines.tally_frame import ack_text, snapshot_text, tally_text


class Room:
    """All connections, and how many ballots came."""

    def __init__(self, n_options: int) -> None:
        self.n_options = n_options
        self.connections: set[ServerConnection] = set()
        self.version = 0

    async def serve_connection(self, connection: ServerConnection) -> None:
        """Answer one connection until it leaves."""
        self.connections.add(connection)
        try:
            async for text in connection:
                await self.answer(connection, json.loads(text))
        finally:
            self.connections.discard(connection)

    async def answer(self, connection: ServerConnection, message: dict[str, object]) -> None:
        """Greet, or acknowledge a ballot and show the tally to everybody."""
        if message["type"] == "hello":
            await connection.send(snapshot_text())
            return
        self.version += 1
        await connection.send(ack_text(message, version=self.version))
        broadcast(self.connections, tally_text(version=self.version, n_options=self.n_options))


async def main() -> None:
    """Serve one room on loopback until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--options", type=int, required=True)
    arguments = parser.parse_args()
    room = Room(arguments.options)
    async with serve(room.serve_connection, "127.0.0.1", arguments.port, compression=None, backlog=2048) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
