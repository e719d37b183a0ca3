"""What an acknowledgement is worth: the settings that decide it, read back from the server's database."""

from __future__ import annotations

from collections.abc import Mapping

from bench.commands import ask_inside

# What must be in force; the rest of what is read back is only printed.
NEEDED = {
    "sqlite": {"journal_mode": "wal", "synchronous": "2"},
    "postgresql": {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
}


class NotDurableError(Exception):
    """The server would acknowledge ballots that a power cut can take back: its speed means nothing."""


def prepare_durable_database(env: Mapping[str, str]) -> None:
    """Make the tables in a server's settings; refuse a database that is not durable."""
    check_durability(ask_inside(env, "database"))


def check_durability(settings: Mapping[str, str]) -> None:
    """Refuse anything that is not synced at every commit."""
    needed = NEEDED["postgresql" if "fsync" in settings else "sqlite"]
    if any(settings.get(name) != value for name, value in needed.items()):
        raise NotDurableError(f"measured only with {needed}, not {dict(settings)}")
