"""The two doors, the cast, and a room for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from django.db import connection

from live_polls.consumers import base
from live_polls.enums import Role
from live_polls.models import Account, Membership, Poll, Room
from tests.factories import make_poll, make_room
from tests.live.doors import Door, GuardedDoor, QueuedDoor
from tests.live.installations import Installation, Template, installation_in, prepare_template
from tests.server_process import ServerProcess, server_on, serving
from tests.stores.addresses import stores_in_use


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server process in a hurry, on the database of the tests and with their secret.

    Whatever the tests do to it: it logs no error, which would be one that nobody thought of.
    """
    server = server_on(tmp_path_factory.mktemp("server"), **stores_in_use())
    with serving(server, "-m", "tests.live.hasty", "serve"):
        yield server
    database = Path(connection.settings_dict["NAME"])
    database.with_name(f"{database.name}.server-lock").unlink(missing_ok=True)
    assert "Traceback" not in server.said, server.said
    assert " ERROR " not in server.said, server.said


@pytest.fixture(scope="session")
def template(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    template = prepare_template(tmp_path_factory.mktemp("template"))
    yield template
    template.database.drop()


@pytest.fixture
def installation(template: Template, tmp_path: Path) -> Iterator[Installation]:
    """A data folder and a database of its own, for a test that starts and ends servers on it."""
    installation = installation_in(tmp_path, template)
    yield installation
    installation.database.drop()


@pytest_asyncio.fixture(params=["queued", "guarded"])
async def door(request: pytest.FixtureRequest, hub: None) -> AsyncIterator[Door]:
    """Each way to a room, one after the other; afterwards nobody may be left inside."""
    if request.param == "guarded":
        yield GuardedDoor(request.getfixturevalue("server").url)
    else:
        n_before = base.n_sockets
        yield QueuedDoor()
        assert base.n_sockets == n_before


@pytest.fixture
def alice(transactional_db: None) -> Account:
    """Hosts the room."""
    return Account.objects.create(email="alice@example.org", name="Alice")


@pytest.fixture
def charlie(transactional_db: None) -> Account:
    """Has an account, and no business in the room."""
    return Account.objects.create(email="charlie@example.org", name="Charlie")


@pytest.fixture
def mia(room: Room) -> Account:
    """Moderates the room."""
    account = Account.objects.create(email="mia@example.org", name="Mia")
    Membership.objects.create(room=room, account=account, role=Role.MODERATOR)
    return account


@pytest.fixture
def room(alice: Account) -> Room:
    return make_room("Keynote", owner=alice)


@pytest.fixture
def poll(room: Room) -> Poll:
    """Open, single choice, three options."""
    return make_poll(room)
