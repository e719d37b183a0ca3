"""A Redis or Valkey server for tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.server_process import free_port
from tests.stores.binaries import redis_program
from tests.stores.processes import StoreProcess, is_runnable, own_folder


class RedisServer(StoreProcess):
    """Keeps nothing on disk, since live_polls keeps nothing in it."""

    def __init__(self) -> None:
        folder = own_folder("redis")
        program = redis_program()
        if not is_runnable(program):
            program = Path(shutil.copy(program, folder))
        super().__init__(program, folder)
        self.port = free_port()
        try:
            self.start_server()
        except BaseException:
            self.remove()
            raise

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start_server(self) -> None:
        """Start, again on the same port after a `kill` or `stop`."""
        where = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        self.start([*where, "--save", "", "--appendonly", "no"], self._is_ready)

    def remove(self) -> None:
        """End it. Repeatable."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def another_password(self) -> Iterator[None]:
        """Everybody is thrown out, and comes back with the wrong password, until the block ends."""
        with self.client() as client:
            client.config_set("requirepass", "changed")
            try:
                for connections in ("normal", "pubsub"):
                    client.client_kill_filter(_type=connections, skipme=True)
                yield
            finally:
                client.config_set("requirepass", "")

    def client(self) -> Redis:
        """A client of the test's own; use it in a `with`."""
        return Redis(port=self.port, socket_timeout=5, decode_responses=True)

    def n_calls(self, command: str) -> int:
        """How often the command was called since the start."""
        with self.client() as client:
            stats: dict[str, Any] = client.info("commandstats")
        return int(stats.get(f"cmdstat_{command}", {}).get("calls", 0))

    def _is_ready(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except RedisConnectionError:
            return False
