"""The product on loopback, with a copy of the prepared rooms: one process, several workers, or several nodes."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.commands import run_python
from bench.ports import HOST, START_SECONDS, free_port, wait_until_listening
from bench.process import ProcessFailedError, ServerProcess
from bench.product import serve_command
from bench.rooms import Rooms
from bench.stores import Stores
from bench.target import ROOT, Target


@dataclass(frozen=True, slots=True)
class LiveServer:
    """The running product, and the room of one scenario."""

    target: Target
    process: ServerProcess
    origin: str
    join_code: str
    tokens: Sequence[str]
    env: Mapping[str, str]
    stores: Stores

    def stored_ballots(self, polls: Sequence[str]) -> tuple[int, int]:
        """Count the ballots that the database holds for these polls, and add up their `seq`."""
        marks = ", ".join("?" * len(polls))
        sql = (
            "SELECT count(*), coalesce(sum(b.seq), 0) FROM live_polls_ballot b"  # noqa: S608 - only marks
            f" JOIN live_polls_poll p ON p.id = b.poll_id WHERE p.code IN ({marks}) AND b.answer IS NOT NULL"
        )
        n, seqs = self.stores.fetch(self.env, sql, list(polls))
        return int(n), int(seqs)

    def recount(self) -> bool:
        """Say whether the product's own recount finds tallies and ballots equal."""
        try:
            run_python(self.env, "manage.py", "recount")
        except ProcessFailedError:
            return False
        return True


@contextmanager
def live_server(rooms: Rooms, scenario: str, *, workers: int = 1, profile: Path | None = None) -> Iterator[LiveServer]:
    """Run `manage.py serve` with the room of a scenario."""
    with _node(rooms, scenario, rooms.copy(), workers=workers, profile=profile) as server:
        yield server


@contextmanager
def live_nodes(rooms: Rooms, scenario: str, n: int) -> Iterator[list[LiveServer]]:
    """Run several nodes on the same stores, each on a port of its own."""
    env = rooms.copy()
    with ExitStack() as running:
        yield [running.enter_context(_node(rooms, scenario, env)) for _ in range(n)]


@contextmanager
def _node(
    rooms: Rooms, scenario: str, env: Mapping[str, str], *, workers: int = 1, profile: Path | None = None
) -> Iterator[LiveServer]:
    port, room = free_port(), rooms.by_scenario[scenario]
    env = {**env, "PORT": str(port)}
    command = [*serve_command(port, profile), "--workers", str(workers)]
    with ServerProcess(command, env=env, cwd=ROOT) as process:
        if profile is not None:
            process.stop_signal = signal.SIGINT  # the profile is written on the way out of the interpreter
        wait_until_listening(process, port)
        _wait_until_ready(process, f"http://{HOST}:{port}/readyz")
        yield LiveServer(
            target=Target("live_polls", f"ws://{HOST}:{port}/ws/rooms/{room.join_code}", process),
            process=process,
            origin=f"http://{HOST}:{port}",
            join_code=room.join_code,
            tokens=room.tokens,
            env=env,
            stores=rooms.stores,
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
