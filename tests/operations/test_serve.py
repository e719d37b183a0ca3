"""How `serve` begins and ends, for whoever watches it: sentences and exit codes."""

from __future__ import annotations

import signal
import socket
import sqlite3
from contextlib import closing

import pytest

from tests.server_process import ServerProcess, prepare_server, server_on, serving
from tests.stores.waits import until

COUNTDOWN = """
[room]
slug = "timed"
title = "Timed"
[[polls]]
kind = "single_choice"
prompt = "Now?"
options = ["Yes", "No"]
seconds = 30
state = "open"
"""


@pytest.fixture
def server(tmp_path):
    return prepare_server(tmp_path)


@pytest.fixture
def hang_up_means_what_it_says():
    """Under nohup it would be ignored by whatever is started here."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hang_up_means_what_it_says")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_ended_as_asked_is_success(server, number):
    with serving(server) as process:
        process.send_signal(number)
        assert process.wait(12) == 0

    assert "Traceback" not in server.said


def test_a_port_that_is_taken_is_named_and_nothing_is_said_to_be_served(server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(server.environment["PORT"])))
        taken.listen()
        refused = server.manage("serve")

    assert refused.returncode == 1
    assert (
        f"Nothing can listen on 127.0.0.1, port {server.environment['PORT']}: Address already in use" in refused.stderr
    )
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_database_without_tables_is_refused(tmp_path):
    refused = server_on(tmp_path).manage("serve")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "manage.py migrate" in refused.stderr


def test_a_countdown_that_ran_out_while_the_server_was_down_ends_though_nobody_comes(server):
    server.load_room(COUNTDOWN)
    server.stop()
    with closing(sqlite3.connect(server.folder / "db.sqlite3")) as database, database:
        database.execute("UPDATE live_polls_poll SET deadline = '2026-01-01 00:00:00'")

    with serving(server):
        until(lambda: state_of_the_poll(server) == "closed")


def state_of_the_poll(server: ServerProcess) -> str:
    """Asked of the database: a look through the server would wake it."""
    with closing(sqlite3.connect(f"file:{server.folder / 'db.sqlite3'}?mode=ro", uri=True)) as database:
        return str(database.execute("SELECT state FROM live_polls_poll").fetchone()[0])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "change-me-to-at-least-32-random-characters", "SECRET_KEY is a sample"),
        ("FORWARDED_ALLOW_IPS", "*", "FORWARDED_ALLOW_IPS takes addresses and networks"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be one of text, json"),
    ],
)
def test_what_is_not_safe_or_makes_no_sense_is_refused_by_name(tmp_path, name, value, said):
    refused = server_on(tmp_path, **{name: value}).manage("serve")

    assert refused.returncode == 1
    assert said in refused.stderr.splitlines()[-1]
