"""A database of its own for an installation: of the kind that this run of the tests stands on, copied from a template."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from psycopg.sql import SQL, Identifier

from tests.live.doors import PATIENCE_S
from tests.server_process import migrate, migrated_database, server_on
from tests.stores.addresses import stores_in_use

_LOCK_POLLS = b"SELECT id FROM live_polls_poll FOR UPDATE"


class OwnDatabase(Protocol):
    """What is read here is read without a line of the product."""

    @property
    def stores(self) -> dict[str, str]:
        """The environment of a server on it."""

    def rows(self, query: str) -> list[tuple[Any, ...]]: ...

    def locked(self) -> closing[Any]:
        """A database in which no ballot can be written while this is open."""

    def copy(self, folder: Path) -> OwnDatabase:
        """Another one with the same in it; for a folder of its own, if it is a file."""

    def drop(self) -> None: ...


class SqliteDatabase:
    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def stores(self) -> dict[str, str]:
        return {"DATABASE_URL": f"sqlite:///{self._file}"}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def locked(self) -> closing[Any]:
        database = sqlite3.connect(self._file, isolation_level=None, timeout=PATIENCE_S)
        database.execute("BEGIN IMMEDIATE")
        return closing(database)

    def copy(self, folder: Path) -> OwnDatabase:
        return SqliteDatabase(Path(shutil.copy(self._file, folder)))

    def drop(self) -> None:
        """It goes with its folder."""


class PostgresqlDatabase:
    """Beside the database of the tests, in the same server; hints go through the same Redis."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def stores(self) -> dict[str, str]:
        stores = stores_in_use()
        return stores | {"DATABASE_URL": urlsplit(stores["DATABASE_URL"])._replace(path=f"/{self._name}").geturl()}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(self._connect()) as database:
            return database.execute(query.encode()).fetchall()

    def locked(self) -> closing[Any]:
        database = self._connect()
        database.autocommit = False
        database.execute(_LOCK_POLLS)
        return closing(database)

    def copy(self, folder: Path) -> OwnDatabase:
        return self._created(SQL("CREATE DATABASE {} TEMPLATE {}"), Identifier(self._name))

    def drop(self) -> None:
        self._ask(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(self._name)))

    @classmethod
    def new(cls) -> PostgresqlDatabase:
        return cls("")._created(SQL("CREATE DATABASE {}"))

    def _created(self, query: SQL, *more: Identifier) -> PostgresqlDatabase:
        made = PostgresqlDatabase(f"installation_{secrets.token_hex(6)}")
        self._ask(query.format(Identifier(made._name), *more))
        return made

    def _ask(self, query: Any) -> None:
        """Of the server, from the database of the tests, which nobody drops meanwhile."""
        with closing(psycopg.connect(stores_in_use()["DATABASE_URL"], autocommit=True)) as database:
            database.execute(query)

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.stores["DATABASE_URL"], autocommit=True)


def new_database(folder: Path) -> OwnDatabase:
    """With its tables and nothing in them."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return SqliteDatabase(migrated_database()).copy(folder)
    made = PostgresqlDatabase.new()
    migrate(server_on(folder, **made.stores))
    # Rooms are known to Redis by their numbers: those of others, on the same Redis, begin at 1.
    made.rows(f"SELECT setval('live_polls_room_id_seq', {10**6 + secrets.randbelow(10**9)})")
    return made
