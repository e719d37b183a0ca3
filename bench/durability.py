"""What an acknowledgement is worth: the pragmas of a server's database, read back."""

from __future__ import annotations

from collections.abc import Mapping

from bench.commands import ask_inside

FULL = "2"


class NotDurableError(Exception):
    """The server would acknowledge ballots that a power cut can take back: its speed means nothing."""


def prepare_durable_database(env: Mapping[str, str]) -> None:
    """Make the tables in a server's settings; refuse a database that is not durable."""
    check_durability(ask_inside(env, "database"))


def check_durability(pragmas: Mapping[str, str]) -> None:
    """Refuse anything but a write-ahead log that is synced at every commit."""
    if pragmas.get("journal_mode") != "wal" or pragmas.get("synchronous") != FULL:
        raise NotDurableError(f"measured only with journal_mode=wal and synchronous=2 (FULL), not {dict(pragmas)}")
