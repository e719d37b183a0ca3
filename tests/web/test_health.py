from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import AsyncClient, Client

from live_polls.live import readiness


@pytest.fixture(autouse=True)
def _fresh_answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(readiness, "_write_at", 0.0)
    readiness._no_migration_is_left.cache_clear()
    yield
    readiness._no_migration_is_left.cache_clear()
    readiness.stop_draining()


def test_healthz_needs_no_database(client: Client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


async def test_healthz_is_answered_on_the_loop():
    assert (await AsyncClient().get("/healthz")).status_code == 200


@pytest.mark.django_db
def test_a_server_that_can_take_ballots_is_ready(client: Client):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": True, "migrations": True, "serving": True}


@pytest.mark.django_db
def test_a_server_that_drains_is_not_ready(client: Client):
    readiness.start_draining()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["serving"] is False


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready_until_it_is_applied(client: Client):
    recorder = MigrationRecorder(connection)
    [newest] = MigrationLoader(connection).graph.leaf_nodes("live_polls")
    recorder.record_unapplied(*newest)
    assert client.get("/readyz").json()["migrations"] is False

    recorder.record_applied(*newest)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_the_probe_costs_one_statement_once_migrations_are_known(client: Client, django_assert_num_queries):
    client.get("/readyz")

    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.django_db
def test_now_and_then_the_probe_really_writes(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readiness, "WRITE_SECONDS", 0.0)
    written = []

    def note(execute, sql, params, many, context):
        written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        for _ in range(2):
            assert client.get("/readyz").status_code == 200

    pragmas = [sql for sql in written if sql.startswith("PRAGMA user_version = ")]
    assert len(set(pragmas)) == (2 if connection.vendor == "sqlite" else 0)


def test_a_database_that_takes_no_writes_is_not_ready(client: Client, db: None, caplog: pytest.LogCaptureFixture):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("attempt to write a readonly database")

    with connection.execute_wrapper(refuse):
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": False, "migrations": False, "serving": True}
    assert "readonly" not in answer.content.decode()
    assert "The database takes no writes" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/healthz", "/readyz"])
def test_wrong_methods_are_refused(client: Client, url: str):
    assert client.head(url).status_code == 200
    assert client.post(url).status_code == 405
