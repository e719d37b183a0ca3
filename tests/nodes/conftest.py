"""One hall for all tests of nodes; each test has a room of its own in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.nodes.hall import Hall, HallRoom


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    hall = Hall(tmp_path_factory.mktemp("hall"))
    yield hall
    hall.remove()


@pytest.fixture
def room(hall: Hall) -> HallRoom:
    return hall.new_room()
