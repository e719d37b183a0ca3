"""A PostgreSQL server for tests."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from tests.server_process import free_port
from tests.stores.binaries import postgresql_folder
from tests.stores.processes import StoreProcess, as_nobody, is_runnable, own_folder

USER = "polls"
DATABASE = "polls"
# Only for tests of what is counted, never for tests of what survives: a power cut may take everything.
FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


class PostgresqlServer(StoreProcess):
    """Start it with `start_server`; `durable` is how operators run it."""

    def __init__(self, *, durable: bool = False, max_connections: int = 100, parent: Path | None = None) -> None:
        folder = own_folder("postgresql", parent)
        self.programs = _runnable(postgresql_folder(), folder)
        super().__init__(self.programs / "postgres", folder)
        self.port = free_port()
        self._options = ["-c", f"max_connections={max_connections}", *(() if durable else FAST)]
        try:
            self._make_cluster()
            self.start_server()
            self.create_database(DATABASE)
        except BaseException:
            self.remove()
            raise

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def start_server(self) -> None:
        """Start, again on the same data and port after a `kill` or `stop`."""
        where = ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        self.start(["-D", str(self.folder / "data"), *where, *self._options], self._is_ready)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Fast shutdown: open transactions are rolled back, sessions are ended."""
        super().stop(number)

    @contextmanager
    def taking_no_writes(self) -> Iterator[None]:
        """As in the middle of a failover: whoever answers is not the one that writes, until the block ends."""
        with self.connect() as connection:
            _set(connection, "on")
            try:
                yield
            finally:
                _set(connection, "off")

    def remove(self) -> None:
        """End it and forget its data. Repeatable."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, name: str) -> str:
        """A new empty database; its URL."""
        with self.connect("postgres") as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return self.url_of(name)

    def connect(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        """A connection of the test's own; close it, or use it in a `with`."""
        return psycopg.connect(self.url_of(database), autocommit=True, connect_timeout=5)

    def value(self, query: str, *parameters: object) -> Any:
        """The one value that a query returns."""
        with self.connect() as connection:
            row = connection.execute(query.encode(), parameters).fetchone()
        assert row is not None
        return row[0]

    def _make_cluster(self) -> None:
        made = subprocess.run(
            [
                *(str(self.programs / "initdb"), "-D", str(self.folder / "data"), "-U", USER),
                *("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            **as_nobody(),
        )
        assert made.returncode == 0, made.stderr

    def _is_ready(self) -> bool:
        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _set(connection: psycopg.Connection[Any], read_only: str) -> None:
    """Every transaction that begins from now on, in whatever session."""
    connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {read_only}".encode())
    connection.execute("SELECT pg_reload_conf()")


def _runnable(programs: Path, folder: Path) -> Path:
    """The folder of programs where it is, or a copy of its tree; the wheel's libraries are looked for beside that."""
    if is_runnable(programs / "postgres"):
        return programs
    tree = programs.parent
    libraries = tree.parent.with_name(f"{tree.parent.name}.libs")
    copy = folder / tree.parent.name / tree.name
    shutil.copytree(tree, copy)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / programs.name
