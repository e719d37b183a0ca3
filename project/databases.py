"""DATABASE_URL as Django's DATABASES entry."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# WAL lets screens read while ballots are written; FULL makes an acknowledged ballot survive a power cut; the
# size limit gives disk back after a storm.
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA journal_size_limit=67108864;"


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
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    pool = options.pop("pool", "20")
    if not (pool.isascii() and pool.isdigit()) or int(pool) < 1:
        raise ImproperlyConfigured(f"The pool of DATABASE_URL must be a whole number from 1, not {pool!r}.")
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"The port of DATABASE_URL is no port: {error}.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        # Under ASGI a kept connection belongs to a thread that may never run again; the pool bounds and shares them.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**options, "pool": {"min_size": 1, "max_size": int(pool), "timeout": 10}},
    }
