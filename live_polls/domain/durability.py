"""What an acknowledgement is worth: the settings that decide it, read back from the database itself.

Not what our configuration asks for but what is in force, on a connection like those that write ballots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

# What every setting must be, and what is lost otherwise.
_POSTGRESQL = {
    "fsync": ({"on"}, "a crash of the machine may damage the database and lose acknowledged ballots"),
    "synchronous_commit": (
        {"on", "local", "remote_write", "remote_apply"},
        "a crash of PostgreSQL may take back the ballots that were acknowledged last",
    ),
    "full_page_writes": (
        {"on"},
        "a crash of the machine may damage the database, except on storage that never tears pages",
    ),
}
_SQLITE = {
    "journal_mode": ({"wal"}, "screens and voters wait for each other; some network file systems allow nothing better"),
    "synchronous": ({"full", "extra"}, "a power cut may take back the ballots that were acknowledged last"),
}
_SYNCHRONOUS = ("off", "normal", "full", "extra")


@dataclass(frozen=True, slots=True)
class Durability:
    """The settings in force, by name, and a sentence for each that is not safe."""

    store: str
    settings: Mapping[str, str]
    faults: tuple[str, ...]


def is_surely_undone(error: Exception) -> bool:
    """Whether a commit that failed has left nothing behind: SQLite found no room for it on the disk.

    Of every other failure in a commit nobody knows: the answer may be lost, and the ballots counted.
    """
    return getattr(error.__cause__, "sqlite_errorname", "") in {"SQLITE_FULL", "SQLITE_IOERR_WRITE"}


def read_durability() -> Durability:
    """Ask the database. Raises what the database raises when it cannot be reached."""
    return _of_sqlite() if connection.vendor == "sqlite" else _of_postgresql()


def _of_postgresql() -> Durability:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(_POSTGRESQL)])
        settings = dict(cursor.fetchall())
    version = ".".join(map(str, connection.get_database_version()))
    return _judge(f"PostgreSQL {version}", settings, _POSTGRESQL)


def _of_sqlite() -> Durability:
    settings = {}
    with connection.cursor() as cursor:
        for name in _SQLITE:
            cursor.execute(f"PRAGMA {name}")
            settings[name] = str(cursor.fetchone()[0])
    settings["synchronous"] = _SYNCHRONOUS[int(settings["synchronous"])]
    version = ".".join(map(str, connection.get_database_version()))
    return _judge(f"SQLite {version}", settings, _SQLITE)


def _judge(store: str, settings: dict[str, str], rules: Mapping[str, tuple[set[str], str]]) -> Durability:
    faults = tuple(
        f"{store} runs with {name}={settings[name]}: {loss}."
        for name, (safe, loss) in rules.items()
        if settings[name] not in safe
    )
    return Durability(store, settings, faults)
