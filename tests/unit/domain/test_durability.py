from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection

from live_polls.domain import durability
from live_polls.domain.durability import Durability, is_surely_undone, read_durability

pytestmark = pytest.mark.django_db(transaction=True)

IS_SQLITE = connection.vendor == "sqlite"
NAMES = ("journal_mode", "synchronous") if IS_SQLITE else ("fsync", "synchronous_commit", "full_page_writes")


def asked() -> dict[str, str]:
    """The settings in the database's own words. Of these tests it is durable on SQLite, on PostgreSQL mostly fast."""
    answers = {}
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"{'PRAGMA' if IS_SQLITE else 'SHOW'} {name}")
            answers[name] = str(cursor.fetchone()[0])
    return answers


@contextmanager
def with_setting(statement: str, back: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        try:
            yield
        finally:
            cursor.execute(back)


def test_settings_are_those_in_force():
    found = read_durability()

    assert found.settings == ({"journal_mode": "wal", "synchronous": "full"} if IS_SQLITE else asked())
    assert asked() == {"journal_mode": "wal", "synchronous": "2"} or not IS_SQLITE
    assert found.store.startswith("SQLite 3." if IS_SQLITE else "PostgreSQL ")


def test_there_is_a_sentence_for_each_setting_that_is_not_safe():
    faults = read_durability().faults

    assert len(faults) == list(asked().values()).count("off")
    assert all(fault.startswith("PostgreSQL") and fault.endswith(".") and "=off: " in fault for fault in faults)


def test_what_is_changed_on_the_way_is_noticed():
    statement, back = (
        ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL")
        if IS_SQLITE
        else ("SET synchronous_commit = remote_apply", "RESET synchronous_commit")
    )
    with with_setting(statement, back):
        found = read_durability()

    if IS_SQLITE:
        [fault] = found.faults
        assert "synchronous=normal: a power cut may take back the ballots that were acknowledged last." in fault
    else:
        assert found.settings["synchronous_commit"] == "remote_apply"  # more than we ask for
        assert not any("synchronous_commit" in fault for fault in found.faults)


@pytest.mark.parametrize("value", ["local", "on", "remote_write"])
def test_a_commit_that_waits_for_the_own_disk_is_enough(value):
    settings = {"fsync": "on", "synchronous_commit": value, "full_page_writes": "on"}

    assert durability._judge("PostgreSQL 18", settings, durability._POSTGRESQL) == Durability(
        "PostgreSQL 18", settings, ()
    )


@pytest.mark.parametrize(
    ("name", "is_undone"),
    [("SQLITE_FULL", True), ("SQLITE_IOERR_WRITE", True), ("SQLITE_IOERR_FSYNC", False), ("SQLITE_BUSY", False)],
)
def test_of_a_commit_without_room_alone_it_is_known_that_nothing_is_left(name, is_undone):
    cause = sqlite3.OperationalError("disk I/O error")
    cause.sqlite_errorname = name
    error = OperationalError("disk I/O error")
    error.__cause__ = cause

    assert is_surely_undone(error) is is_undone
    assert not is_surely_undone(OperationalError("the connection is lost"))
