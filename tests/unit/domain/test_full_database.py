"""SQLite finds no room, in a statement or only in the commit: it is known that nothing was written, and so `busy`."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from live_polls.domain.ballots import Cast, Counted, cast_batch
from live_polls.domain.questions import Ask, hear_batch
from live_polls.models import Ballot, Poll
from tests.asking import make_asking_room
from tests.factories import make_cast, make_poll
from tests.server_process import migrated_database

pytestmark = pytest.mark.django_db(transaction=True)

Run = Callable[[Callable[[], Any]], Any]
FULL_DEVICE = os.makedev(1, 7)  # /dev/full: whatever is written to it finds no space left


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """One of its own, which nobody else has open."""
    return Path(shutil.copy(migrated_database(), tmp_path))


@pytest.fixture
def there(database: Path) -> Iterator[Run]:
    """Do something in a thread whose database is that one."""

    def run(deed: Callable[[], Any]) -> Any:
        mine = connections.create_connection("default")
        mine.settings_dict = mine.settings_dict | {"NAME": database}
        connections["default"] = mine
        try:
            return deed()
        finally:
            mine.close()
            del connections["default"]

    with ThreadPoolExecutor(1) as thread:
        yield lambda deed: thread.submit(run, deed).result()


def fill_log(database: Path) -> None:
    """The log that commits are written to is on a disk without space, until the last connection ends."""
    try:
        os.mknod(f"{database}-wal", stat.S_IFCHR | 0o600, FULL_DEVICE)
        with Path(f"{database}-wal").open("rb"):
            pass
    except PermissionError:
        pytest.skip("this user may not make a full device")


def error_of(deed: Callable[[], object]) -> str:
    with pytest.raises(OperationalError) as raised:  # and no CommitUnknownError
        deed()
    return str(getattr(raised.value.__cause__, "sqlite_errorname", ""))


def test_a_commit_without_room_is_known_to_have_left_nothing(there: Run, database: Path):
    room = there(make_asking_room)
    ballot = there(lambda: make_cast(make_poll(room), {"option": 1}))
    question = Ask(room.pk, "voice", 1, "Why?")
    fill_log(database)

    said = there(lambda: (error_of(lambda: cast_batch([ballot])), error_of(lambda: hear_batch([question]))))

    assert said == ("SQLITE_FULL", "SQLITE_FULL")
    assert there(Ballot.objects.count) == 0
    [outcome] = there(lambda: cast_batch([ballot]))
    assert isinstance(outcome, Counted)


def test_a_statement_without_room_leaves_nothing_and_the_ballots_count_when_there_is(there: Run):
    casts = there(lambda: _many(make_poll()))

    def cast_without_room() -> str:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        return error_of(lambda: cast_batch(casts))

    assert there(cast_without_room) == "SQLITE_FULL"
    assert there(Ballot.objects.count) == 0
    assert all(isinstance(outcome, Counted) for outcome in there(lambda: cast_batch(casts)))
    assert there(Ballot.objects.count) == len(casts)


def _many(poll: Poll) -> list[Cast]:
    """More than the free places of the tables' pages hold."""
    return [make_cast(poll, {"option": 1}, participant=f"{n:032x}") for n in range(400)]
