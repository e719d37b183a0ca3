"""The product on loopback, with a copy of the prepared rooms."""

from __future__ import annotations

import signal
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.commands import run_python
from bench.ports import HOST, START_SECONDS, free_port, wait_until_listening
from bench.process import ProcessFailedError, ServerProcess
from bench.product import environment, serve_command
from bench.rooms import Rooms
from bench.target import ROOT, Target


@dataclass(frozen=True, slots=True)
class LiveServer:
    """The running product, and the room of one scenario."""

    target: Target
    origin: str
    join_code: str
    tokens: Sequence[str]
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
def live_server(rooms: Rooms, scenario: str, *, profile: Path | None = None) -> Iterator[LiveServer]:
    """Run `manage.py serve` with the room of a scenario."""
    port, folder, room = free_port(), rooms.copy(), rooms.by_scenario[scenario]
    env = environment(folder) | {"PORT": str(port)}
    with ServerProcess(serve_command(port, profile), env=env, cwd=ROOT) as process:
        if profile is not None:
            process.stop_signal = signal.SIGINT  # the profile is written on the way out of the interpreter
        wait_until_listening(process, port)
        _wait_until_ready(process, f"http://{HOST}:{port}/readyz")
        yield LiveServer(
            target=Target("live_polls", f"ws://{HOST}:{port}/ws/rooms/{room.join_code}", process),
            origin=f"http://{HOST}:{port}",
            join_code=room.join_code,
            tokens=room.tokens,
            data_dir=folder,
            env=env,
        )


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
