"""What tests of the live path leave behind, and who clears it away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from live_polls.live.ballot_box import drop_box
from live_polls.live.hub import drop_hub
from live_polls.live.readers import stop_readers


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
