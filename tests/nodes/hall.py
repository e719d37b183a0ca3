"""A hall: PostgreSQL and Redis of its own, any number of nodes on them, and people who come to one or the other."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from live_polls.models import Poll, Room
from tests.live.doors import GuardedDoor
from tests.live.driver import Socket, joined
from tests.operations.rooms import join, load_room
from tests.operations.topology import ask
from tests.server_process import ServerProcess, prepare_server, server_on, serving
from tests.stores.postgresql import PostgresqlServer
from tests.stores.redis import RedisServer

Periods = Mapping[str, Mapping[str, float]]


class Hall:
    """The stores are ordinary ones, fast and not durable: what survives a power cut is proved elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._secret = secrets.token_hex(32)
        self.redis = RedisServer()
        try:
            self.postgresql = PostgresqlServer()
        except BaseException:
            self.redis.remove()
            raise
        self._manager = prepare_server(folder, **self._environment())

    def remove(self) -> None:
        self._manager.stop()
        self.redis.remove()
        self.postgresql.remove()

    def node(self, **more: str) -> ServerProcess:
        """A node that could start; `more` are environment variables, such as another way to Redis."""
        folder = self._folder / f"node-{secrets.token_hex(4)}"
        folder.mkdir()
        return server_on(folder, **(self._environment() | more))

    def new_room(self) -> HallRoom:
        loaded = load_room(self._manager)
        return HallRoom(loaded, Room(join_code=loaded["join_code"]), Poll(code=loaded["polls"][0]["code"], round=1))

    def recount(self) -> tuple[int, str]:
        done = self._manager.manage("recount")
        return done.returncode, done.stdout

    def n_listeners(self, room: HallRoom) -> int:
        """How many processes hear the hints of the room."""
        return self._of_topic(room)[1]

    def topic(self, room: HallRoom) -> str:
        return self._of_topic(room)[0]

    def _of_topic(self, room: HallRoom) -> tuple[str, int]:
        room_id = self.postgresql.value("SELECT id FROM live_polls_room WHERE join_code = %s", room.room.join_code)
        with self.redis.client() as client:
            [topic] = client.pubsub_channels(f"live_polls:*live_polls.room.{room_id}") or [""]
            [(_, n)] = client.pubsub_numsub(topic)
        return topic, n

    def _environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.postgresql.url, "REDIS_URL": self.redis.url, "SECRET_KEY": self._secret}


@dataclass(frozen=True, slots=True)
class HallRoom:
    """A room with one open poll, as far as a client needs to know it."""

    loaded: dict[str, Any]
    room: Room
    poll: Poll

    async def token(self, node: ServerProcess) -> str:
        """Of a new participant."""
        return await asyncio.to_thread(join, node.url, self.loaded)


@contextmanager
def running(node: ServerProcess, periods: Periods | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """One life of the node, with other periods where they are given."""
    command = ("-m", "tests.nodes.serve_with", json.dumps(periods), "serve") if periods else ()
    with serving(node, *command) as process:
        yield process


@asynccontextmanager
async def coming(node: ServerProcess, room: HallRoom, *, token: str = "") -> AsyncIterator[Socket]:
    """A participant at this node, a new one unless a token is given."""
    async with joined(GuardedDoor(node.url), room.room, token=token or await room.token(node)) as socket:
        yield socket


def is_tally(n_ballots: int) -> Any:
    """The tally of so many ballots, for `next(…, where=…)`."""
    return lambda message: message["tally"]["n_ballots"] == n_ballots


def measured(node: ServerProcess, name: str) -> float:
    """What the node counts under this name, as /metrics says it."""
    said = ask(f"{node.url}/metrics").body.decode()
    line = re.search(rf"^{re.escape(name)} (\S+)$", said, re.MULTILINE)
    return float(line[1]) if line else 0.0
