"""DATABASE_URL as Django's DATABASES entry."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# WAL lets screens read while ballots are written; FULL makes an acknowledged ballot survive a power cut; the
# size limit gives disk back after a storm. First ballots in a full poll touch a page each: 2 MB of cache made a batch of
# them spill, and a checkpoint each 1,000 pages came every other batch; so a fifth of such a ballot went.
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA journal_size_limit=67108864;"
    "PRAGMA cache_size=-16384;PRAGMA wal_autocheckpoint=4000;"
)

# One connection for the writer of ballots, two for the readers of rooms, two for what single visitors ask, one for pages.
SMALLEST_POOL = 6
_POOL = {
    "min_size": 1,
    # Less than the patience of a ballot, so that a voter hears `busy` and not nothing.
    "timeout": 4,
    # How long one attempt to connect goes on, pausing longer and longer; who asks next begins another. After an outage
    # of minutes that means back within a second or two and not half a minute later.
    "reconnect_timeout": 2,
    # Unused ones are given back, one at a time; a storm of pages is over in less.
    "max_idle": 60,
    "max_lifetime": 1800,
}
# Notice within seconds that the server's machine has gone without a word.
_CONNECTING = {
    "application_name": "live_polls",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
# No ballot waits for a lock longer than its voter does; a process that froze in the middle of a transaction holds its
# poll for ten seconds and not for ever; nothing we ask takes half a minute, unless something is wrong.
_LIMITS = {
    "lock_timeout": "3s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "10s",
}


def parse_database_url(url: str, *, data_dir: Path) -> dict[str, Any]:
    """Return the settings of the database that the URL names; an empty URL is the SQLite file in `data_dir`."""
    if not url:
        return _sqlite(data_dir / "db.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and len(parts.path) > 1 and not parts.netloc:
        return _sqlite(Path(unquote(parts.path[1:])))
    if parts.scheme in {"postgres", "postgresql"} and len(parts.path) > 1:
        return _postgresql(parts)
    raise ImproperlyConfigured(
        "DATABASE_URL must look like sqlite:///file or postgresql://user:password@host:port/name."
    )


def _sqlite(path: Path) -> dict[str, Any]:
    test_file = Path(tempfile.gettempdir()) / f"live_polls-test-{os.getpid()}.sqlite3"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # A transaction that reads first and writes later would fail at once when another one wrote between.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": _SQLITE_PRAGMAS,
        },
        # A file, because the shared-cache memory database has neither WAL nor the same locks.
        "TEST": {"NAME": test_file},
    }


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    from psycopg import IsolationLevel  # noqa: PLC0415 -- slow to import, and most installations have no PostgreSQL

    options: dict[str, Any] = dict(parse_qsl(parts.query))
    pool = _pool_size(options.pop("pool", "20"))
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"The port of DATABASE_URL is no port: {error}.") from error
    # The operator's own come last and so win.
    limits = " ".join(f"-c {name}={value}" for name, value in _LIMITS.items())
    options["options"] = f"{limits} {options.get('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        # Under ASGI a kept connection belongs to a thread that may never run again; the pool bounds and shares them.
        "CONN_MAX_AGE": 0,
        # A page after a restart of PostgreSQL gets a connection that works, not the first one that does not.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_CONNECTING,
            **options,
            "pool": {**_POOL, "max_size": pool},
            # Said with every transaction, whatever the server's default is: what is read after a lock was won must be
            # what stands there then. Under a stricter level who waited would fail, and every batch waits for another.
            "isolation_level": IsolationLevel.READ_COMMITTED,
        },
    }


def _pool_size(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < SMALLEST_POOL:
        raise ImproperlyConfigured(
            f"The pool of DATABASE_URL must be a whole number from {SMALLEST_POOL}, not {text!r}: "
            "the writer of ballots and the readers keep connections of their own."
        )
    return int(text)
