from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from live_polls.live.file_lock import ServerLock

HOLD = """
import sys, pathlib
from live_polls.live.file_lock import ServerLock
lock = ServerLock(pathlib.Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def database(tmp_path):
    return tmp_path / "db.sqlite3"


@pytest.fixture
def lock_of() -> Iterator[Callable[[Path], ServerLock]]:
    locks: list[ServerLock] = []

    def make(database: Path) -> ServerLock:
        locks.append(ServerLock(database))
        return locks[-1]

    yield make
    for lock in locks:
        lock.release()


def test_first_server_gets_the_file_and_a_second_does_not(lock_of, database):
    assert lock_of(database).acquire(0)
    assert not lock_of(database).acquire(0)


def test_second_server_gets_the_file_when_the_first_lets_it_go(lock_of, database):
    first = lock_of(database)
    first.acquire(0)
    first.release()
    first.release()

    assert lock_of(database).acquire(0)


def test_second_server_waits_for_one_that_drains(lock_of, database, monkeypatch):
    first = lock_of(database)
    first.acquire(0)
    monkeypatch.setattr(time, "sleep", lambda _seconds: first.release())

    assert lock_of(database).acquire(5)


def test_lock_of_one_database_is_not_that_of_another(lock_of, database):
    assert lock_of(database).acquire(0)
    assert lock_of(database.with_name("other.sqlite3")).acquire(0)


def test_server_that_was_killed_holds_nothing(lock_of, database):
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    assert not lock_of(database).acquire(0)

    other.kill()
    other.communicate()

    assert lock_of(database).acquire(0)
