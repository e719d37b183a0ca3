"""What `serve` says before it opens the doors."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from live_polls.domain.durability import Durability
from live_polls.live import readiness, start_checks
from live_polls.live.start_checks import StartRefusedError, check_database
from tests.server_process import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_is_well(monkeypatch, settings):
    """Then one thing is not."""
    readiness._no_migration_is_left.cache_clear()
    settings.REDIS_URLS = []
    monkeypatch.setattr(start_checks, "raise_file_limit", lambda: None)
    monkeypatch.setattr(start_checks, "read_durability", lambda: Durability("PostgreSQL 18", {}, ()))
    if connection.vendor == "postgresql":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"]["pool"], "max_size", 4)
    yield
    readiness._no_migration_is_left.cache_clear()


def warnings(workers: int = 1) -> list[str]:
    return list(start_checks.warnings(workers=workers))


def test_nothing_is_said_when_all_is_well():
    check_database()

    assert warnings() == []


def test_a_database_of_another_version_stops_the_start():
    recorder = MigrationRecorder(connection)
    newest = max(name for app, name in recorder.applied_migrations() if app == "live_polls")
    recorder.record_unapplied("live_polls", newest)

    with pytest.raises(StartRefusedError, match=r"run `manage\.py migrate` first"):
        check_database()


def test_a_database_that_is_away_stops_the_start(monkeypatch):
    def away() -> bool:
        raise OperationalError("connection refused")

    monkeypatch.setattr(readiness, "migrations_are_applied", away)

    with pytest.raises(StartRefusedError, match="DATABASE_URL cannot be used: connection refused"):
        check_database()


def test_unsafe_settings_of_the_database_are_said(monkeypatch):
    monkeypatch.setattr(start_checks, "read_durability", lambda: Durability("PostgreSQL 18", {}, ("Unsafe.",)))

    assert warnings() == ["Unsafe."]


def test_too_few_files_are_said(monkeypatch):
    monkeypatch.setattr(start_checks, "raise_file_limit", lambda: "Only 3 files.")

    assert warnings() == ["Only 3 files."]


def test_several_workers_without_redis_are_said():
    [said] = warnings(workers=2)

    assert "Several workers without REDIS_URL" in said


def test_a_redis_that_is_away_is_said_without_its_password(settings):
    settings.REDIS_URLS = [f"redis://:hunter2@127.0.0.1:{free_port()}/0"]

    [said] = warnings(workers=2)

    assert said.startswith("Redis at 127.0.0.1 does not answer (ConnectionError). Voting goes on;")
    assert "hunter2" not in said
