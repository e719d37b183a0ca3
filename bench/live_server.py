"""The product on loopback with data of its own: room prepared, server started, durability read back."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.commands import ask_inside, run_python
from bench.durability import check_durability
from bench.ports import HOST, START_SECONDS, free_port, wait_until_listening
from bench.process import ProcessFailedError, ServerProcess
from bench.target import ROOT, Target

_OURS = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ALLOWED_HOSTS", "ALLOWED_ORIGINS", "SECRET_KEY", "DEBUG")


@dataclass(frozen=True, slots=True)
class LiveServer:
    """The running product and its one room."""

    target: Target
    origin: str
    join_code: str
    tokens: Sequence[str]
    pragmas: Mapping[str, str]
    data_dir: Path
    env: Mapping[str, str]

    def stored_ballots(self, polls: Sequence[str]) -> tuple[int, int]:
        """Count the ballots that the database holds for these polls, and add up their `seq`."""
        marks = ", ".join("?" * len(polls))
        sql = (
            "SELECT count(*), coalesce(sum(b.seq), 0) FROM live_polls_ballot b"  # noqa: S608 - only marks
            f" JOIN live_polls_poll p ON p.id = b.poll_id WHERE p.code IN ({marks}) AND b.answer IS NOT NULL"
        )
        with closing(sqlite3.connect(f"file:{self.data_dir}/db.sqlite3?mode=ro", uri=True)) as database:
            n, seqs = database.execute(sql, list(polls)).fetchone()
        return int(n), int(seqs)

    def recount(self) -> bool:
        """Say whether the product's own recount finds tallies and ballots equal."""
        try:
            run_python(self.env, "manage.py", "recount")
        except ProcessFailedError:
            return False
        return True


@contextmanager
def live_server(folder: Path, room: str, *, n_tokens: int = 0, profile: Path | None = None) -> Iterator[LiveServer]:
    """Run `manage.py serve` with a new room made from a room file, and tokens for its participants."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    env = environment(folder) | {"PORT": str(port)}
    (folder / "room.toml").write_text(room, encoding="utf-8")
    prepared = ask_inside(env, "room", str(folder / "room.toml"), str(n_tokens))
    check_durability(prepared["pragmas"])
    with ServerProcess(_serve_command(port, profile), env=env, cwd=ROOT) as process:
        if profile is not None:
            process.stop_signal = signal.SIGINT  # the profile is written on the way out of the interpreter
        wait_until_listening(process, port)
        _wait_until_ready(process, f"http://{HOST}:{port}/readyz")
        url = f"ws://{HOST}:{port}/ws/rooms/{prepared['join_code']}"
        yield LiveServer(
            target=Target("live_polls", url, process),
            origin=f"http://{HOST}:{port}",
            join_code=prepared["join_code"],
            tokens=prepared["tokens"],
            pragmas=prepared["pragmas"],
            data_dir=folder,
            env=env,
        )


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which the product has nothing but its defaults, and its data in a folder."""
    env = {name: value for name, value in os.environ.items() if name not in _OURS}
    return env | {"DATA_DIR": str(folder), "HOST": HOST, "LOG_LEVEL": "WARNING"}


def _serve_command(port: int, profile: Path | None) -> list[str]:
    watched = [] if profile is None else ["-m", "cProfile", "-o", str(profile)]
    return [sys.executable, *watched, "manage.py", "serve", "--host", HOST, "--port", str(port)]


def _wait_until_ready(process: ServerProcess, url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        process.check_alive()
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise ProcessFailedError(f"{url} is not ready after {START_SECONDS:g} s")
