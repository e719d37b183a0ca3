"""What a run is about: servers and stores, as operators run them, with production durability read back."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fault.database import Read, reader_of_postgresql, reader_of_sqlite
from tests.fault.host import sign_in
from tests.fault.node import SERVE, Node, Program
from tests.fault.redis_line import RedisLine
from tests.fault.room import ROOM_FILE, FaultRoom, room_of
from tests.server_process import ServerProcess, server_on
from tests.stores.postgresql import PostgresqlServer
from tests.stores.redis import RedisServer

EMAIL, PASSWORD = "operator@example.org", secrets.token_urlsafe(16)
# What each database must answer, or an acknowledgement is worth nothing in a power cut.
DURABLE = {
    "PRAGMA journal_mode": "wal",
    "PRAGMA synchronous": "2",
    "SHOW fsync": "on",
    "SHOW synchronous_commit": "on",
    "SHOW full_page_writes": "on",
}


class NotDurableError(Exception):
    """A proof on such a database would prove nothing."""


class Stand:
    """Servers on one database; `postgresql`, `redis` and the line to it only where there are."""

    store: str
    questions: tuple[str, ...]
    nodes: list[Node]
    read: Read
    postgresql: PostgresqlServer | None = None
    redis: RedisServer | None = None
    redis_line: RedisLine | None = None

    def __init__(self, program: Program = SERVE) -> None:
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="live_polls-fault-"))
        self.nodes = []
        self.session_key = ""
        self.durability: dict[str, str] = {}

    @property
    def addresses(self) -> list[str]:
        return [node.url for node in self.nodes]

    @property
    def server(self) -> ServerProcess:
        return self.nodes[0].server

    def build(self) -> None:
        """Start the stores and name the nodes."""
        raise NotImplementedError

    def start(self) -> None:
        """Refuse a database that is not durable; make the operator's account; start every node."""
        self.build()
        self.server.environment["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
        self.durability = prepare(self.server, self.questions)
        check_durability(self.durability)
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda node: node.start(self.program), self.nodes))

    def new_room(self, name: str) -> FaultRoom:
        """A room of its own for each run, by a process of its own: the stores may have been killed since the last."""
        file = self.folder / "room.toml"
        file.write_text(ROOM_FILE.format(name=name))
        loaded = self.server.manage("load_room", str(file), "--json")
        assert loaded.returncode == 0, loaded.stderr
        return room_of(json.loads(loaded.stdout))

    def stop(self) -> None:
        """End everything that this stand has started, and forget its data. Repeatable."""
        for node in self.nodes:
            node.stop()
        for store in (self.postgresql, self.redis):
            if store is not None:
                store.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


class SqliteStand(Stand):
    """The embedded default: one process, one file."""

    store = "sqlite"
    questions = ("PRAGMA journal_mode", "PRAGMA synchronous")

    def build(self) -> None:
        self.nodes = [Node(server_on(self.folder), "server")]
        self.file = self.folder / "db.sqlite3"
        self.read = reader_of_sqlite(self.file)


class PostgresqlStand(Stand):
    """A hall on PostgreSQL and Redis: two nodes, one of them with two workers, the other behind a line we can cut."""

    store = "postgresql"
    questions = ("SHOW fsync", "SHOW synchronous_commit", "SHOW full_page_writes")

    def __init__(self, redis_line: RedisLine, program: Program = SERVE) -> None:
        super().__init__(program)
        self.redis_line = redis_line

    def build(self) -> None:
        assert self.redis_line is not None
        self.redis = RedisServer()
        self.redis_line.port_behind = self.redis.port
        self.postgresql = PostgresqlServer(durable=True)
        stores = {"DATABASE_URL": self.postgresql.url}
        first = server_on(self.folder, **stores, REDIS_URL=self.redis.url)
        second = server_on(self.folder, **stores, REDIS_URL=self.redis_line.url)
        self.nodes = [Node(first, "first", workers=2), Node(second, "second")]
        self.read = reader_of_postgresql(self.postgresql.url)


@asynccontextmanager
async def standing(store: str, program: Program = SERVE) -> AsyncIterator[Stand]:
    """A stand that serves, with the host signed in, until the block ends."""
    line = RedisLine()
    await line.open()
    stand = PostgresqlStand(line, program) if store == "postgresql" else SqliteStand(program)
    try:
        await asyncio.to_thread(stand.start)
        stand.session_key = await sign_in(stand.nodes[0].url, EMAIL, PASSWORD)
        yield stand
    finally:
        await asyncio.to_thread(stand.stop)
        await line.close()


def prepare(server: ServerProcess, questions: tuple[str, ...]) -> dict[str, str]:
    """Make the tables and the operator; what the database answers on a connection of the server's own settings.

    One process does all of it: each start of Django would take as long as the work itself.
    """
    code = (
        "import json; from django.core.management import call_command; from django.db import connection;"
        "call_command('migrate', verbosity=0);"
        f"call_command('createsuperuser', interactive=False, email={EMAIL!r}, verbosity=0);"
        "cursor = connection.cursor();"
        f"print(json.dumps({{question: str(cursor.execute(question).fetchone()[0]) for question in {questions!r}}}))"
    )
    asked = server.manage("shell", "--no-imports", "-c", code)
    assert asked.returncode == 0, asked.stderr
    return dict(json.loads(asked.stdout.splitlines()[-1]))


def check_durability(answers: Mapping[str, str]) -> None:
    """Refuse a database that would take back what it has said."""
    unsafe = {question: answer for question, answer in answers.items() if answer != DURABLE[question]}
    if unsafe or not answers:
        raise NotDurableError(f"Nothing is proved on such a database: {unsafe}.")
