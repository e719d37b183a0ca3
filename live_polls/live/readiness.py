"""Whether this process wants new traffic. The server says no before it drains, so that a proxy looks elsewhere."""

from __future__ import annotations

import secrets
import time
from functools import lru_cache
from threading import Event

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F

from live_polls.models import Room

# A write of its own costs what a commit costs: whoever asks more often than this is told whether the lock is free.
WRITE_SECONDS = 1.0

_draining = Event()
_write_at = 0.0


def start_draining() -> None:
    """Ask for no more traffic. Repeatable."""
    _draining.set()


def stop_draining() -> None:
    """Ask for traffic again: a server starts. Repeatable."""
    _draining.clear()


def is_draining() -> bool:
    """Whether the server is on its way down."""
    return _draining.is_set()


def try_to_write() -> None:
    """Raises what the database raises when it takes no writes: it is away, read-only, locked, or its disk is full.

    PostgreSQL is asked for the lock alone: without room it says so itself, or stops. SQLite finds out only when it
    writes, so it writes: a number in the head of its file that means nothing to anybody.
    """
    global _write_at
    Room.objects.filter(pk=-1).update(version=F("version"))
    if connection.vendor == "sqlite" and time.monotonic() >= _write_at:
        with connection.cursor() as cursor:
            # Another number each time: SQLite does not write what is there already.
            cursor.execute(f"PRAGMA user_version = {secrets.randbelow(2**31)}")
        _write_at = time.monotonic() + WRITE_SECONDS


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
