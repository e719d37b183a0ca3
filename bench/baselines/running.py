"""Starts the baselines on loopback, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from bench.durability import prepare_durable_database
from bench.ports import HOST, free_port, wait_until_listening
from bench.process import ServerProcess
from bench.target import ROOT, Target

STOCK = "bench.baselines.stock_channels"
NPM_SECONDS = 20.0
UVICORN = (
    *(sys.executable, "-m", "uvicorn", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
    *("--no-access-log", "--log-level", "warning", "--backlog", "2048"),
)


@contextmanager
def stock_channels(folder: Path, *, n_options: int) -> Iterator[Target]:
    """Run the tutorial's consumer on a durable SQLite file, new in each run."""
    database = folder / "stock.sqlite3"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": f"{STOCK}.settings",
        "BASELINE_DATABASE": str(database),
        "BASELINE_OPTIONS": str(n_options),
    }
    if not database.exists():
        prepare_durable_database(env)
    command = [*UVICORN, f"{STOCK}.asgi:application"]
    with _listening("stock Channels", command, env=env) as target:
        yield target


@contextmanager
def websockets_broadcast(*, n_options: int) -> Iterator[Target]:
    """Run python's `websockets.broadcast`."""
    command = [sys.executable, "-m", "bench.baselines.websockets_broadcast", "--options", str(n_options)]
    with _listening("websockets.broadcast", command) as target:
        yield target


@contextmanager
def bare_echo() -> Iterator[Target]:
    """Run a bare ASGI echo application under stock uvicorn."""
    command = [*UVICORN, "--lifespan", "off", "bench.baselines.bare_echo:application"]
    with _listening("bare uvicorn", command) as target:
        yield target


@contextmanager
def node_ws(modules: Path, *, n_options: int) -> Iterator[Target]:
    """Run node's `ws`."""
    port = free_port()
    script = str(ROOT / "bench" / "baselines" / "node_ws" / "server.mjs")
    command = ["node", script, str(modules), str(port), str(n_options)]
    with _started("node ws", command, port) as target:
        yield target


@cache
def node_modules(folder: Path) -> Path | None:
    """Install `ws` into a folder of the run; None where node, npm or the registry is absent."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    options = ("--no-audit", "--no-fund", "--silent", "--ignore-scripts")
    try:
        subprocess.run(
            [npm, "install", *options, "--prefix", str(folder), "ws@8"],
            check=True,
            capture_output=True,
            timeout=NPM_SECONDS,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return folder


@contextmanager
def _listening(name: str, command: Sequence[str], *, env: dict[str, str] | None = None) -> Iterator[Target]:
    port = free_port()
    with _started(name, [*command, "--port", str(port)], port, env=env) as target:
        yield target


@contextmanager
def _started(name: str, command: list[str], port: int, *, env: dict[str, str] | None = None) -> Iterator[Target]:
    with ServerProcess(command, env=env or dict(os.environ), cwd=ROOT) as process:
        wait_until_listening(process, port)
        yield Target(name, f"ws://{HOST}:{port}/ws/rooms/BENCH1", process)
