"""Starts the baselines on loopback, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

from bench.durability import prepare_durable_database
from bench.ports import HOST, free_port, wait_until_listening
from bench.process import ProcessFailedError, ServerProcess
from bench.target import ROOT, Target
from tests.stores.binaries import StoreNotFoundError
from tests.stores.redis import RedisServer

STOCK = "bench.baselines.stock_channels"
DJANGO_PAGES = "project.asgi:django_application"
NODE = ROOT / "bench" / "baselines" / "node"
NPM_SECONDS = 60.0
UVICORN = (
    *(sys.executable, "-m", "uvicorn", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"),
    *("--no-access-log", "--log-level", "warning", "--backlog", "2048"),
)


@contextmanager
def stock_channels(
    folder: Path, *, n_options: int, database_url: str | None = None, redis_url: str | None = None
) -> Iterator[Target]:
    """Run the tutorial's consumer on a durable SQLite file, new in each run, or on a new database of PostgreSQL.

    With Redis its groups go through the pub/sub layer, else through memory.
    """
    database = folder / "stock.sqlite3"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": f"{STOCK}.settings",
        "BASELINE_DATABASE": database_url or str(database),
        "BASELINE_REDIS": redis_url or "",
        "BASELINE_OPTIONS": str(n_options),
    }
    if database_url is not None or not database.exists():
        prepare_durable_database(env)
    command = [*UVICORN, f"{STOCK}.asgi:application"]
    with _listening("stock Channels", command, env=env) as target:
        yield target


@contextmanager
def redis_url() -> Iterator[str]:
    """Run a Redis or Valkey for a baseline alone."""
    try:
        redis = RedisServer()
    except (AssertionError, StoreNotFoundError) as error:
        raise ProcessFailedError(str(error)) from error
    try:
        yield redis.url
    finally:
        redis.remove()


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
def bare_ack() -> Iterator[Target]:
    """Run a bare ASGI application that acknowledges and does nothing else, under stock uvicorn."""
    command = [*UVICORN, "--lifespan", "off", "bench.baselines.bare_ack:application"]
    with _listening("bare acknowledgements", command) as target:
        yield target


@contextmanager
def django_pages(env: Mapping[str, str]) -> Iterator[Target]:
    """Run the product's own Django application with nothing in front of it, on the same rooms."""
    with _listening("pages by Django", [*UVICORN, "--lifespan", "off", DJANGO_PAGES], env=dict(env)) as target:
        yield target


@contextmanager
def node_ws(modules: Path, *, n_options: int) -> Iterator[Target]:
    """Run node's `ws`."""
    with _node("node ws", "ws.mjs", modules, n_options) as target:
        yield target


@contextmanager
def node_pg(modules: Path, database_url: str, *, n_options: int) -> Iterator[Target]:
    """Run what a good engineer builds in an afternoon: node, `ws`, and one upsert a ballot through `pg`."""
    with _node("node ws and pg", "pg.mjs", modules, n_options, database_url) as target:
        yield target


@contextmanager
def _node(name: str, script: str, modules: Path, n_options: int, *arguments: str) -> Iterator[Target]:
    port = free_port()
    command = ["node", str(NODE / script), str(modules), str(port), str(n_options), *arguments]
    with _started(name, command, port) as target:
        yield target


@cache
def node_modules() -> Path | None:
    """Install the locked packages, once a lock file; None (and a word why) where node, npm or the registry is absent."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        print("node or npm is not there: its baselines are left out", flush=True)
        return None
    lock = NODE / "package-lock.json"
    folder = ROOT / "build" / f"node-{sha256(lock.read_bytes()).hexdigest()[:12]}"
    if (folder / "installed").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for file in (NODE / "package.json", lock):
        shutil.copy(file, folder)
    try:
        subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"],
            cwd=folder,
            check=True,
            capture_output=True,
            timeout=NPM_SECONDS,
        )
    except (subprocess.SubprocessError, OSError) as error:
        print(f"the packages for node could not be installed, its baselines are left out: {error}", flush=True)
        return None
    (folder / "installed").touch()
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
