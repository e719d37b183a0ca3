from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from live_polls.live.ballot_box import DEADLINE_SECONDS
from project.databases import parse_database_url

DATA = Path("/data")


def test_no_url_is_a_file_in_the_data_folder():
    database = parse_database_url("", data_dir=DATA)

    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["NAME"] == DATA / "db.sqlite3"


@pytest.mark.parametrize(
    ("url", "path"), [("sqlite:///polls.db", "polls.db"), ("sqlite:////srv/my%20polls.db", "/srv/my polls.db")]
)
def test_sqlite_url_names_a_file(url, path):
    assert parse_database_url(url, data_dir=DATA)["NAME"] == Path(path)


def test_postgresql_url_is_taken_apart_and_pooled():
    database = parse_database_url("postgresql://ann:p%40ss@db:5433/polls?pool=7&sslmode=require", data_dir=DATA)

    assert (database["USER"], database["PASSWORD"]) == ("ann", "p@ss")
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db", "5433", "polls")
    assert database["OPTIONS"]["pool"]["max_size"] == 7
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize(
    "url",
    [
        "polls.db",
        "sqlite://",
        "sqlite:///",
        "mysql://db/polls",
        "postgresql://db",
        "postgresql://db:no/polls",
        "postgres://db/polls?pool=0",
    ],
)
def test_other_urls_are_refused_without_repeating_their_password(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        parse_database_url(url, data_dir=DATA)


@pytest.mark.django_db
def test_connections_write_ahead_and_flush_each_commit():
    pragmas = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]

    assert pragmas == {"journal_mode": "wal", "synchronous": 2}
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_is_asked_with_deadlines_that_an_operator_may_change():
    url = "postgresql://db/polls?options=-c%20lock_timeout%3D9s&connect_timeout=2"
    options = parse_database_url(url, data_dir=DATA)["OPTIONS"]

    assert options["options"].startswith("-c lock_timeout=3s -c statement_timeout=30s")
    assert options["options"].endswith(" -c lock_timeout=9s")  # the last one counts
    assert options["connect_timeout"] == "2"
    assert options["application_name"] == "live_polls"


def test_who_waits_for_a_connection_hears_so_before_a_ballot_is_too_late():
    database = parse_database_url("postgresql://db/polls", data_dir=DATA)

    assert database["OPTIONS"]["pool"]["timeout"] < DEADLINE_SECONDS
    assert database["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize("pool", ["0", "5", "-1", "many", "٣"])
def test_a_pool_that_the_writer_and_the_readers_fill_alone_is_refused(pool):
    with pytest.raises(ImproperlyConfigured, match="pool of DATABASE_URL must be a whole number from 6"):
        parse_database_url(f"postgresql://db/polls?pool={pool}", data_dir=DATA)
