"""The two stands of the short proof, each started once, with what an acknowledgement is worth there printed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fault.stand import Stand, standing


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sqlite(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    """The embedded default: SQLite and the in-memory layer."""
    async with standing("sqlite") as stand:
        tell(request, stand)
        yield stand


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgresql(request: pytest.FixtureRequest) -> AsyncIterator[Stand]:
    """PostgreSQL and Redis, two nodes, three processes."""
    async with standing("postgresql") as stand:
        tell(request, stand)
        yield stand


def tell(request: pytest.FixtureRequest, stand: Stand) -> None:
    """Print it past pytest's capture: a proof without it proves nothing."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    reporter.write_line(f"\n{stand.store}: {stand.durability}")
