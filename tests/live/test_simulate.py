"""`simulate` against a real server process."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.real_voters import await_state
from tests.server_process import ROOT, ServerProcess, prepare_server, running_server, serving

FIRST = """\
[room]
slug = "first"
title = "Rehearsal"
[[polls]]
kind = "single_choice"
prompt = "First?"
options = ["a", "b", "c"]
state = "open"
"""
SECOND = '[[polls]]\nkind = "ranking"\nprompt = "Second?"\noptions = ["a", "b", "c"]\nstate = "open"\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@contextmanager
def simulating(server: ServerProcess, *args: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "simulate", *args],
        cwd=ROOT,
        env=server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def report_after_ctrl_c(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    said, complaints = process.communicate(timeout=30)
    assert (process.returncode, complaints) == (0, "")
    return said


def n_ballots(state: dict[str, Any]) -> list[int]:
    return [poll["tally"]["n_ballots"] for poll in state["polls"]]


def test_every_voter_votes_once_in_each_poll_that_opens(server):
    code = server.load_room(FIRST)["join_code"]

    with simulating(server, code, "--voters", "12", "--rate", "100", "--seed", "3") as process:
        await_state(server.url, code, lambda state: n_ballots(state) == [12])
        server.load_room(FIRST + SECOND)
        await_state(server.url, code, lambda state: n_ballots(state) == [12, 12])
        report = report_after_ctrl_c(process)

    assert report.startswith("joined        12 voters, 0 reconnects\n")
    assert "0 unanswered" in report
    assert "errors        none" in report
    assert server.manage("recount").returncode == 0


def test_voters_come_back_to_a_server_that_was_killed(tmp_path):
    server = prepare_server(tmp_path)
    code = server.load_room(FIRST)["join_code"]

    with serving(server) as first_life, simulating(server, code, "--voters", "12", "--rate", "40") as process:
        await_state(server.url, code, lambda state: n_ballots(state)[0] >= 3)
        first_life.kill()
        first_life.wait()
        with serving(server):
            await_state(server.url, code, lambda state: n_ballots(state) == [12])
            report = report_after_ctrl_c(process)

    assert report.startswith("joined        12 voters")
    assert "0 unanswered" in report
    assert server.manage("recount").returncode == 0


def test_simulate_ends_after_seconds(server):
    code = server.load_room(FIRST.replace("first", "other"))["join_code"]

    ended = server.manage("simulate", code, "--voters", "2", "--rate", "100", "--seconds", "1")

    assert ended.returncode == 0
    assert ended.stdout.startswith("joined        2 voters")


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("AAAAAA", "--voters", "1"), "There is no room AAAAAA at {url}."),
        (("KEYNOTE", "--voters", "1"), "KEYNOTE is no join code: six letters and digits, as K7Q M2X."),
        (("AAAAAA", "--voters", "1", "--url", "http://127.0.0.1:1"), "http://127.0.0.1:1 does not answer"),
    ],
)
def test_simulate_says_why_it_cannot_start(server, args, complaint):
    ended = server.manage("simulate", *args)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert complaint.format(url=server.url) in ended.stderr
