"""`demo` as a stranger starts it: one command, two links, a room full of life, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.real_voters import await_state
from tests.server_process import ROOT, free_port

LINK = re.compile(r"http://\S+")


@pytest.fixture
def demo(tmp_path) -> Iterator[subprocess.Popen[str]]:
    port = str(free_port())
    own = {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'real.sqlite3'}",
        "HOST": "127.0.0.1",
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--voters", "8", "--rate", "50"],
        cwd=ROOT,
        env=os.environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=60)


def words_until_started(demo: subprocess.Popen[str]) -> str:
    assert demo.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        line = demo.stdout.readline()
        assert line, said
        said += line
    return said


def test_the_demo_is_a_room_full_of_life_and_leaves_nothing_behind(demo, tmp_path):
    said = words_until_started(demo)
    stage, audience, first_run = LINK.findall(said)
    url, _, code = audience.partition("/j/")

    assert re.fullmatch(re.escape(f"{url}/stage/{code}#") + r"\S{20,}", stage)
    assert first_run.startswith(f"{url}/welcome/")
    state = await_state(url, code, lambda state: any(poll["tally"]["n_ballots"] == 8 for poll in state["polls"]))
    asked = next(poll for poll in state["polls"] if poll["tally"]["n_ballots"])
    assert (state["current"]["code"], asked["state"]) == (asked["code"], "open")

    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=60)

    assert (demo.returncode, rest) == (0, "The demo has ended.\n")
    assert not (tmp_path / "real.sqlite3").exists()  # a demo never touches the stores of an installation
    assert "joined        8 voters" in (tmp_path / "demo" / "simulate.log").read_text()
    with pytest.raises(ConnectionRefusedError):  # the server is gone too
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def test_the_demo_says_when_its_port_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=os.environ | {"DATA_DIR": str(tmp_path), "HOST": "127.0.0.1", "PORT": port},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"Port {port} is taken" in ended.stderr
