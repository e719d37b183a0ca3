"""Stores for tests that start servers of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.stores.__main__ import store_urls


@pytest.fixture(scope="session")
def store_addresses() -> Iterator[Mapping[str, str]]:
    """DATABASE_URL and REDIS_URL of PostgreSQL and Redis."""
    with ExitStack() as servers:
        yield store_urls(servers)
