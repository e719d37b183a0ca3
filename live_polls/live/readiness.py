"""Whether this process wants new traffic. The server says no before it drains, so that a proxy looks elsewhere."""

from __future__ import annotations

from functools import lru_cache
from threading import Event

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

_draining = Event()


def start_draining() -> None:
    """Ask for no more traffic. Repeatable."""
    _draining.set()


def stop_draining() -> None:
    """Ask for traffic again: a server starts. Repeatable."""
    _draining.clear()


def is_draining() -> bool:
    """Whether the server is on its way down."""
    return _draining.is_set()


def migrations_are_applied() -> bool:
    """Whether the database has the tables of this version. Asked once, when the answer is yes."""
    try:
        return _no_migration_is_left()
    except _MigrationsLeft:
        return False


class _MigrationsLeft(Exception):  # noqa: N818 -- not a mistake of anybody
    """Raised so that the cache keeps a yes and asks again after a no."""


@lru_cache(maxsize=1)
def _no_migration_is_left() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _MigrationsLeft
    return True
