"""Records are not deleted, but by what says that it may: a room that goes with all it has, and retention.

The database refuses everybody else, page, shell and admin alike (migration 0013). What may do it says so for as long as
it lasts: PostgreSQL is told for the transaction, SQLite asks the process by a function that each connection brings
along. Without our function, as in a shell of SQLite's own, it refuses too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# As the triggers call it; on PostgreSQL the name of a setting.
SQLITE_FUNCTION = "live_polls_records_may_go"
POSTGRESQL_SETTING = "live_polls.records_may_go"

_may_go: ContextVar[bool] = ContextVar("records_may_go", default=False)


@contextmanager
def letting_records_go() -> Iterator[None]:
    """Records may be deleted inside, by this thread and in the transaction that is open."""
    token = _may_go.set(True)
    try:
        _tell_postgresql("on")
        yield
        # Not after an error: the transaction is lost then, and the permission with it.
        _tell_postgresql("")
    finally:
        _may_go.reset(token)


def watch() -> None:
    """Let each connection to SQLite answer what its trigger asks. Repeatable."""
    connection_created.connect(_bring_function, dispatch_uid="records may go")


def _tell_postgresql(may_go: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [POSTGRESQL_SETTING, may_go])


def _bring_function(connection: BaseDatabaseWrapper, **_more: object) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(SQLITE_FUNCTION, 0, lambda: int(_may_go.get()))
