"""What an operator must hear before the doors open: what stops the start, and what goes on but should not stay so."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection

from live_polls.domain.durability import read_durability
from live_polls.live import readiness
from live_polls.live.server import raise_file_limit


class StartRefusedError(Exception):
    """The server cannot work like this; the sentence says what to do."""


def check_database() -> None:
    """Raise StartRefusedError unless the database answers and has the tables of this version."""
    try:
        if not readiness.migrations_are_applied():
            raise StartRefusedError("The database is not of this version: run `manage.py migrate` first.")
    except DatabaseError as error:
        raise StartRefusedError(f"The database of DATABASE_URL cannot be used: {error}") from error


def warnings(*, workers: int) -> Iterator[str]:
    """A sentence for each thing that is not as it should be; the first call also takes all files it may open."""
    if few_files := raise_file_limit():
        yield few_files
    if workers > 1 and not settings.REDIS_URLS:
        yield "Several workers without REDIS_URL: screens follow by the version poll, up to a second late."
    for url in settings.REDIS_URLS:
        yield from _on_redis(url)
    yield from read_durability().faults
    if connection.vendor == "postgresql":
        yield from _on_connections(workers)


def _on_redis(url: str) -> Iterator[str]:
    from redis import Redis, RedisError  # noqa: PLC0415 -- slow to import, and most installations have no Redis

    try:
        with Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2, retry=None) as client:
            client.ping()
    except (RedisError, OSError) as error:
        where = urlsplit(url).hostname or urlsplit(url).path  # nothing of the password
        yield (
            f"Redis at {where} does not answer ({type(error).__name__}). Voting goes on; until it does, screens on other "
            "processes follow by the version poll, up to a second late."
        )


def _on_connections(workers: int) -> Iterator[str]:
    """PostgreSQL refuses connections past its limit, and pages would fail in the middle of a hall."""
    pool = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
        )
        [allowed] = cursor.fetchone()
    if workers * pool > allowed:
        yield (
            f"PostgreSQL allows {allowed} connections, and {workers} workers may open {workers * pool} (pool={pool} "
            "each): raise its max_connections, or lower the pool in DATABASE_URL or --workers."
        )
