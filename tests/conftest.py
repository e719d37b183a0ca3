"""What tests of the live path leave behind, and who clears it away; and which tests belong to which stores."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django.plugin import DjangoDbBlocker

from live_polls.domain.record_gate import letting_records_go
from live_polls.live.addresses import forget_addresses
from live_polls.live.ballot_box import drop_box
from live_polls.live.hub import drop_hub
from live_polls.live.passcodes import forget_passcodes
from live_polls.live.patterns import forget_patterns
from live_polls.live.readers import stop_readers
from tests.order import in_order

IS_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
# The second run, on PostgreSQL and Redis, leaves out what has no store and what brings its own.
collect_ignore_glob = (
    [
        *("browser/*", "docs/*", "fault/*", "operations/*", "nodes/*", "unit/bench/*", "unit/frontend/*"),
        *("unit/kinds/*", "unit/project/*", "live/test_demo.py", "live/test_simulate.py", "live/test_full_disk.py"),
        *("live/test_bombs.py", "live/test_server_neighbours.py", "live/test_server_slow_peers.py"),
        # Counted in memory, or pure.
        *("web/test_code_guard.py", "live/test_guessed_codes.py", "unit/live/test_addresses.py"),
        *(
            "unit/commands/test_simulation_parts.py",
            "unit/domain/test_suppression.py",
            "unit/domain/test_word_lists.py",
        ),
        # The last: PostgreSQL says itself whether a commit is undone.
        *("live/test_real_ballots.py", "stores/test_*", "unit/domain/test_full_database.py"),
    ]
    if IS_POSTGRESQL
    else ["stores/on_postgresql/*"]
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Several processes begin with what takes long; one alone with what fails soon, as it was collected."""
    if hasattr(config, "workerinput"):
        items[:] = in_order(items, Path(__file__).parent)


# A password costs a twentieth of a second of a core, so that nobody guesses it; tests make hundreds of accounts.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tables are emptied after a test that commits, by DELETE alone.

    Django's `flush` makes all permissions anew each time, a quarter of the time of these tests; and on PostgreSQL it locks
    out every reader, and so meets a server process in a deadlock.
    """
    kept = {"django_content_type", "auth_permission", "django_migrations"}
    with django_db_blocker.unblock():
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    deletes = [f"DELETE FROM {connection.ops.quote_name(name)}" for name in names if name not in kept]  # noqa: S608 -- ours

    def empty_tables(case: TransactionTestCase) -> None:
        with transaction.atomic(), letting_records_go(), connection.cursor() as cursor:
            for statement in ["; ".join(deletes)] if IS_POSTGRESQL else deletes:
                cursor.execute(statement)

    setattr(TransactionTestCase, "_fixture_teardown", empty_tables)  # noqa: B010 -- it has no type
    yield
    if IS_POSTGRESQL:
        # It drops no database that somebody is still connected to, were it a thread that has long been done.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


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
