"""Run a command on real stores: `python -m tests.stores python -m pytest tests/live`.

Sets DATABASE_URL and REDIS_URL for it: those of TEST_DATABASE_URL and TEST_REDIS_URL, else of servers that are
started here and end with the command. `pg_dump` and its like are found beside the server, in its version.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from types import FrameType
from typing import NoReturn

from tests.stores.binaries import StoreNotFoundError
from tests.stores.postgresql import PostgresqlServer
from tests.stores.redis import RedisServer

# Requests of Django's test client leave their connections to the garbage collector, which the pool does not notice.
LEAKY_POOL = "?pool=2000"


def main(command: list[str]) -> int:
    with ExitStack() as servers:
        try:
            environment = os.environ | store_urls(servers)
        except StoreNotFoundError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        return subprocess.run(command, env=environment, check=False).returncode


def store_urls(servers: ExitStack) -> dict[str, str]:
    """DATABASE_URL and REDIS_URL of stores that live as long as `servers`, and the PATH to their programs."""
    database, redis = os.environ.get("TEST_DATABASE_URL", ""), os.environ.get("TEST_REDIS_URL", "")
    path = os.environ["PATH"]
    if not database:
        postgresql = PostgresqlServer(max_connections=300)
        servers.callback(postgresql.remove)
        database = postgresql.url + LEAKY_POOL
        path = f"{postgresql.programs}{os.pathsep}{path}"
    if not redis:
        valkey = RedisServer()
        servers.callback(valkey.remove)
        redis = valkey.url
    return {"DATABASE_URL": database, "REDIS_URL": redis, "PATH": path}


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Leave by way of every `finally`, so that no server stays behind."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main(sys.argv[1:]))
