from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

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
