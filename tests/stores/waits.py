"""Wait for conditions, seen from a connection beside those that are tested."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from django.db import connection

from tests.together import together

PATIENCE_S = 20 * float(os.environ.get("TEST_PATIENCE", "1"))
LOOK_AGAIN_S = 0.01


def until(is_so: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Return as soon as it is so; an AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds:g} s"
        threading.Event().wait(LOOK_AGAIN_S)


def somebody_waits_for_a_lock() -> bool:
    """Whether a transaction on our database waits for another one. Asked on a connection of its own: inside a
    transaction of the test the answer would stay the same."""
    return _is_any("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


def somebody_holds_a_lock() -> bool:
    """Whether a transaction on our database has written something and goes on."""
    return _is_any("SELECT 1 FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname = current_database()")


def _is_any(query: str) -> bool:
    def ask() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() is not None

    return together([ask])[0]
