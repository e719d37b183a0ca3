"""The database connection that a thread of ours keeps: the writer's and the readers'.

Kept from call to call, because to open one costs more than most calls, and so that no storm of pages can take it.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, connections


def let_go() -> bool:
    """Close this thread's connection after an error: it may have been the trouble. Whether it was: the server had
    ended it. The next call opens another.

    Where the server has ended it, those that wait in the pool are ended, too: trying one after the other would take
    longer than a voter waits.
    """
    raw: Any = connection.connection
    is_lost = connection.vendor == "postgresql" and raw is not None and raw.closed
    connections.close_all()
    pool: Any = getattr(connection, "pool", None) if is_lost else None
    if pool is not None:
        pool.drain()
    return is_lost
