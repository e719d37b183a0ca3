"""What tests of the live path leave behind, and who clears it away; and which tests belong to which stores."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

import pytest
import pytest_asyncio
from django.conf import settings
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from live_polls.domain.record_gate import letting_records_go
from live_polls.live.addresses import forget_addresses
from live_polls.live.ballot_box import drop_box
from live_polls.live.hub import drop_hub
from live_polls.live.passcodes import forget_passcodes
from live_polls.live.patterns import forget_patterns
from live_polls.live.readers import stop_readers

IS_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
# The second run, on PostgreSQL and Redis, leaves out what has no store and what brings its own.
collect_ignore_glob = (
    [
        *("browser/*", "docs/*", "fault/*", "operations/*", "nodes/*", "unit/bench/*", "unit/frontend/*"),
        *("unit/kinds/*", "unit/project/*", "live/test_demo.py", "live/test_simulate.py", "live/test_full_disk.py"),
        *("live/test_bombs.py", "live/test_server_neighbours.py", "live/test_server_slow_peers.py"),
        *("live/test_real_ballots.py", "stores/test_*"),
    ]
    if IS_POSTGRESQL
    else ["stores/on_postgresql/*"]
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """On PostgreSQL the database is emptied and dropped beside others who use it."""
    if IS_POSTGRESQL:
        connection.ops.sql_flush = _delete_all  # type: ignore[method-assign]  # for the connection of the tests alone
    flush = connection.ops.execute_sql_flush

    def flush_records_too(sql_list: Iterable[str]) -> None:
        with transaction.atomic(), letting_records_go():
            flush(sql_list)

    connection.ops.execute_sql_flush = flush_records_too  # type: ignore[method-assign]
    yield
    if IS_POSTGRESQL:
        # It drops no database that somebody is still connected to, were it a thread that has long been done.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def _delete_all(
    style: object, tables: Sequence[str], *, reset_sequences: bool = False, allow_cascade: bool = False
) -> list[str]:
    """Instead of TRUNCATE, which locks out every reader, and so meets a server process in a deadlock."""
    return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]  # noqa: S608 -- our own tables


@pytest.fixture(autouse=True)
def addresses() -> Iterator[None]:
    """All tests come from one address: what one of them did there is not held against the next."""
    yield
    forget_addresses()
    forget_passcodes()
    forget_patterns()


@pytest.fixture
def box(transactional_db: None) -> Iterator[None]:
    """Ballots are written by a thread with a connection of its own: it must end before tables are emptied."""
    yield
    drop_box()
    stop_readers()


@pytest_asyncio.fixture
async def hub(box: None) -> AsyncIterator[None]:
    """Sockets leave a hub behind in the loop of the test."""
    yield
    await drop_hub()
