"""What the operating system says about a process of a run."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from bench.durability import NotDurableError, check_durability
from bench.ports import free_port, wait_until_listening
from bench.process import Processes, ProcessFailedError, ServerProcess, family, workers_of

HERE = Path(__file__).parent
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
LISTENER = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); s.accept(); s.accept()"


def _run(code: str, *arguments: str) -> ServerProcess:
    return ServerProcess([sys.executable, "-c", code, *arguments], env=os.environ, cwd=HERE)


def _wait_for(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline


def test_children_are_counted_with_their_parent_and_all_is_over_after_stop():
    with _run(PARENT) as process:
        _wait_for(lambda: len(list(family(process.pid))) == 2)
        child = list(family(process.pid))[1]

        assert process.cpu_seconds() > 0
        assert process.rss_kb() > 1000
        os.kill(child, 9)
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_a_server_that_ends_at_once_is_told_with_its_last_words():
    with _run("raise SystemExit('no such room')") as process, pytest.raises(ProcessFailedError, match="no such room"):
        wait_until_listening(process, free_port())


def test_waiting_ends_when_the_server_listens():
    port = free_port()

    with _run(LISTENER, str(port)) as process:
        wait_until_listening(process, port)


def test_several_processes_count_together():
    with _run("import time; time.sleep(60)") as one, _run("import time; time.sleep(60)") as other:
        _wait_for(lambda: min(one.rss_kb(), other.rss_kb()) > 1000)

        assert Processes([one, other]).rss_kb() > one.rss_kb() + 1000
    assert Processes([]).cpu_seconds() == 0


def test_only_spawned_workers_are_killed_and_never_their_supervisor():
    workers = (
        "from multiprocessing import get_context as c; import time; c('spawn').Process(target=time.sleep, args=[60])"
    )
    with _run(f"p = None\nif __name__ == '__main__':\n {workers}.start(); time.sleep(60)") as server:
        _wait_for(lambda: workers_of(server.pid))
        found = workers_of(server.pid)

        assert server.pid not in found
        assert len(found) == 1
        os.kill(found[0], 9)


@pytest.mark.parametrize(
    "settings",
    [
        {"journal_mode": "wal", "synchronous": "1"},
        {"journal_mode": "delete", "synchronous": "2"},
        {"fsync": "on", "synchronous_commit": "off", "full_page_writes": "on"},
        {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "on"},
        {},
    ],
)
def test_what_a_power_cut_could_take_back_is_not_measured(settings: dict[str, str]):
    with pytest.raises(NotDurableError):
        check_durability(settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"journal_mode": "wal", "synchronous": "2", "fullfsync": "0"},
        {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
    ],
)
def test_a_synced_log_is_measured(settings: dict[str, str]):
    check_durability(settings)
