"""The stores that a run stands on: SQLite in a file, or PostgreSQL and Valkey started for it, durable as in production."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.sql import SQL, Identifier

from bench.process import ProcessFailedError, cpu_seconds_of
from bench.product import environment
from tests.stores.binaries import StoreNotFoundError
from tests.stores.postgresql import PostgresqlServer
from tests.stores.redis import RedisServer

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASE_FILE = "db.sqlite3"
MAX_CONNECTIONS = 200


class Stores(Protocol):
    """Where the product keeps what it knows. `name` ends the keys of the figures."""

    name: str

    def make(self, data: Path) -> dict[str, str]:
        """Return an environment in which the product has an empty database."""

    def copy(self, env: Mapping[str, str], data: Path) -> dict[str, str]:
        """Return an environment with a copy of the database of another; nobody may be connected to that."""

    def fetch(self, env: Mapping[str, str], sql: str, parameters: Sequence[object]) -> Any:
        """Return the first row of a query; `?` marks a parameter. Any: columns have the types of the query."""

    def cpu_seconds(self) -> float:
        """Return the time of the store's own processes; 0 where it has none."""

    def n_published(self) -> int:
        """Return how many messages have gone through the channel layer's server."""

    @property
    def pid(self) -> int | None:
        """The process of the database, with its children, where it has one."""


class SqliteStores:
    """The embedded default: nothing runs but the product."""

    name = SQLITE
    pid = None

    def make(self, data: Path) -> dict[str, str]:
        return environment(data)

    def copy(self, env: Mapping[str, str], data: Path) -> dict[str, str]:
        return environment(data)  # the file came with the folder

    def fetch(self, env: Mapping[str, str], sql: str, parameters: Sequence[object]) -> Any:
        with closing(sqlite3.connect(f"file:{env['DATA_DIR']}/{DATABASE_FILE}?mode=ro", uri=True)) as database:
            return database.execute(sql, parameters).fetchone()

    def cpu_seconds(self) -> float:
        return 0.0

    def n_published(self) -> int:
        return 0


class ServerStores:
    """PostgreSQL with its production defaults, and Valkey."""

    name = POSTGRESQL

    def __init__(self, postgresql: PostgresqlServer, redis: RedisServer) -> None:
        self.postgresql = postgresql
        self.redis = redis
        self._numbers = count(1)

    @property
    def pid(self) -> int:
        return self.postgresql.pid

    def make(self, data: Path) -> dict[str, str]:
        return self._environment(data, self.new_database())

    def copy(self, env: Mapping[str, str], data: Path) -> dict[str, str]:
        template = env["DATABASE_URL"].rpartition("/")[2]
        name = f"bench{next(self._numbers)}"
        with self.postgresql.connect("postgres") as connection:
            connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        return self._environment(data, self.postgresql.url_of(name))

    def new_database(self) -> str:
        """Make an empty database for a baseline; its address."""
        return self.postgresql.create_database(f"bench{next(self._numbers)}")

    def fetch(self, env: Mapping[str, str], sql: str, parameters: Sequence[object]) -> Any:
        with psycopg.connect(env["DATABASE_URL"]) as connection:
            return connection.execute(sql.replace("?", "%s").encode(), parameters).fetchone()

    def cpu_seconds(self) -> float:
        return cpu_seconds_of(self.postgresql.pid)

    def n_published(self) -> int:
        return self.redis.n_calls("publish")

    def _environment(self, data: Path, database_url: str) -> dict[str, str]:
        return environment(data) | {"DATABASE_URL": database_url, "REDIS_URL": self.redis.url}


@contextmanager
def server_stores(folder: Path) -> Iterator[ServerStores]:
    """Run PostgreSQL and Valkey with their data beside that of the run, and end them with it."""
    if os.geteuid() == 0:
        folder.chmod(0o711)  # PostgreSQL runs as nobody, who must be able to pass
    with ExitStack() as running:
        try:
            postgresql = PostgresqlServer(durable=True, max_connections=MAX_CONNECTIONS, parent=folder)
            running.callback(postgresql.remove)
            redis = RedisServer()
            running.callback(redis.remove)
        except (AssertionError, StoreNotFoundError) as error:
            raise ProcessFailedError(str(error)) from error
        yield ServerStores(postgresql, redis)


def copy_folder(folder: Path, copy: Path) -> Path:
    """Copy a data folder, the secret that signs tokens included."""
    return Path(shutil.copytree(folder, copy, dirs_exist_ok=True))
