"""A real `serve` process on a free port of loopback, with a data folder of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.request import ProxyHandler, build_opener

ROOT = Path(__file__).parent.parent
START_WITHIN_S = 60
END_WITHIN_S = 30
LOOK_AGAIN_S = 0.1


@dataclass(slots=True)
class ServerProcess:
    """Where it serves, and a way to run commands beside it on the same data."""

    url: str
    folder: Path
    environment: dict[str, str]
    _loader: subprocess.Popen[str] | None = None

    @property
    def log(self) -> Path:
        """The file of what the server says."""
        return self.folder / "serve.log"

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    def manage(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run one manage.py command to its end."""
        return subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_WITHIN_S,
        )

    def load_room(self, text: str) -> dict[str, Any]:
        """Load a room file; what `load_room --json` says about it."""
        file = self.folder / "room.toml"
        file.write_text(text, "utf-8")
        loader = self._loader = self._loader or self._start_loader()
        assert loader.stdin is not None
        assert loader.stdout is not None
        loader.stdin.write(f"{file}\n")
        loader.stdin.flush()
        loaded = dict(json.loads(loader.stdout.readline() or '{"error": "the loader of rooms ended"}'))
        assert "error" not in loaded, loaded["error"]
        return loaded

    def stop(self) -> None:
        """End what loads rooms; it starts again when it is asked. Repeatable."""
        loader, self._loader = self._loader, None
        if loader is not None:
            loader.communicate()  # which closes its input, and so ends it

    def _start_loader(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.room_loader"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def prepare_server(folder: Path, **more: str) -> ServerProcess:
    """A server that could start: a migrated database and a free port; `more` are environment variables."""
    server = server_on(folder, **more)
    if "DATABASE_URL" in more:
        migrate(server)
    else:
        shutil.copy(migrated_database(), folder)
    return server


def migrate(server: ServerProcess) -> None:
    """Make the tables, or bring them up to date."""
    done = server.manage("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr


@cache
def migrated_database() -> Path:
    """A database of the embedded kind with its tables and nothing else: made once a process, which takes seconds."""
    folder = Path(mkdtemp(prefix="migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(server_on(folder))
    return folder / "db.sqlite3"


def server_on(folder: Path, **more: str) -> ServerProcess:
    """A server on a free port, with what is already there; `more` are environment variables."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"DATA_DIR": str(folder), "HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": url}
    return ServerProcess(url, folder, os.environ | {"DATABASE_URL": "", "REDIS_URL": ""} | own | more)


@contextmanager
def running_server(folder: Path, **more: str) -> Iterator[ServerProcess]:
    """Serve until the block ends."""
    server = prepare_server(folder, **more)
    with serving(server):
        yield server


@contextmanager
def serving(server: ServerProcess, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """One life of the server's process; there may be several, one after the other, on the same data and port."""
    with started(server, *command) as process:
        await_ready(server, process)
        yield process


@contextmanager
def started(server: ServerProcess, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that may not be ready yet, and is ended by its id.

    `command` is what Python is given: `manage.py serve`, unless told otherwise.
    """
    with server.log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, *(command or ("manage.py", "serve"))],
            cwd=ROOT,
            env=server.environment,
            stdout=said,
            stderr=said,
        )
        try:
            yield process
        finally:
            server.stop()
            process.terminate()
            try:
                process.wait(END_WITHIN_S)
            finally:
                process.kill()


def await_ready(server: ServerProcess, process: subprocess.Popen[bytes]) -> None:
    """Return when the server takes ballots."""
    for _ in range(round(START_WITHIN_S / LOOK_AGAIN_S)):
        try:
            with build_opener(ProxyHandler({})).open(f"{server.url}/readyz", timeout=5):
                return
        except OSError:  # refused, or not ready yet
            pass
        try:
            process.wait(LOOK_AGAIN_S)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"The server did not start:\n{server.said}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
