"""The database's clock, the one by which deadlines are kept: nodes whose own clocks differ agree on it.

A phone's clock is never asked: phones are told what time it is here, and count the seconds from then on.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from django.db import connection

# A ballot sent before the countdown ran out may arrive a little later: the voter gets the benefit.
COUNTDOWN_GRACE = timedelta(seconds=2)

# By how much the database's clock is ahead of the seconds that this process counts, as last heard: a process in
# which somebody is asks every second. Counted seconds, because the machine's own clock may be set while people vote.
_offset = time.time() - time.monotonic()


def read_now() -> datetime:
    """What time it is, asked of the database: at this statement, not at the beginning of its transaction."""
    global _offset
    is_sqlite = connection.vendor == "sqlite"
    sql = "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')" if is_sqlite else "SELECT clock_timestamp()"
    with connection.cursor() as cursor:
        asked = time.monotonic()
        cursor.execute(sql)
        (said,) = cursor.fetchone()
        heard = time.monotonic()
    # By hand, because SQLite has no type for moments: a text in UTC that does not say so.
    now: datetime = datetime.fromisoformat(said).replace(tzinfo=UTC) if is_sqlite else said
    _offset = now.timestamp() - (asked + heard) / 2
    return now


def over_before() -> str:
    """In SQL, the moment before which a deadline and its grace are over: for statements that must be one."""
    seconds = COUNTDOWN_GRACE.total_seconds()
    if connection.vendor == "sqlite":
        return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-{seconds} seconds')"
    return f"clock_timestamp() - interval '{seconds} seconds'"


def now() -> float:
    """What time it is by the database's clock, in Unix seconds, as this process last heard: asks nobody."""
    return time.monotonic() + _offset
