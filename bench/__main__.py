"""Measure, print a table, and end with one line `RATIOS {…}`; `--quick` fits into a minute, all the rest into ten."""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, aclosing
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg
import uvloop

from bench.crowd import CrowdError
from bench.durability import NotDurableError
from bench.figures import Figure, ratios_line
from bench.machine import describe_machine
from bench.ports import raise_open_files
from bench.process import ProcessFailedError
from bench.rooms import Rooms, make_rooms
from bench.scale import Scale, quick
from bench.scenario import Scenario
from bench.scenarios import ballots, fanout, growth, hall, join, kinds, latency, memory, nodes, page, questions, spike
from bench.stores import POSTGRESQL, SQLITE, SqliteStores, Stores, server_stores
from bench.table import render_table
from bench.target import ROOT

MODULES = {
    "fanout": fanout,
    "ballots": ballots,
    "spike": spike,
    "nodes": nodes,
    "latency": latency,
    "join": join,
    "memory": memory,
    "page": page,
    "growth": growth,
    "kinds": kinds,
    "questions": questions,
    "hall": hall,
}
SCENARIOS = {
    name: Scenario(name, module.room, module.run, getattr(module, "STORES", (SQLITE,)))
    for name, module in MODULES.items()
}
# Runs of their own, for which ten minutes have no room: `python -m bench questions`, `python -m bench hall`.
APART = ("questions", "hall")
FULL = tuple(name for name in SCENARIOS if name not in APART)
# The minute has room for what the first bars are about, on the store that needs no start.
QUICK = ("fanout", "ballots", "spike", "memory", "page")
# What ends one scenario, and not the run.
FAILURES = (CrowdError, NotDurableError, ProcessFailedError, OSError, subprocess.SubprocessError, psycopg.Error)
RUN_SECONDS = 590.0
# Ending the last server takes a moment, and the minute is for all.
QUICK_SECONDS = 58.0
# No scenario is worth beginning with less: its servers alone take that long to come up.
START_SECONDS = 4.0


def main() -> None:
    """Run the chosen scenarios one after another."""
    started = time.monotonic()
    arguments = _parse_arguments()
    # The client shall not stop for its own garbage in the middle of a spike.
    gc.disable()
    n_files = raise_open_files()
    # Beside the checkout, because /tmp is often memory, where syncing costs nothing and proves nothing.
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as folder, ExitStack() as servers:
        print(*describe_machine(Path(folder)), f"open files: {n_files:,} at most", sep="\n", flush=True)
        scale = (quick if arguments.quick else Scale)(folder=Path(folder), profile=arguments.profile)
        signal.signal(signal.SIGTERM, _end)
        try:
            plan = list(_prepare(arguments, scale, servers))
        except FAILURES as error:
            sys.exit(f"nothing can be measured: {error}")
        until = started + (QUICK_SECONDS if arguments.quick else RUN_SECONDS)
        figures, failed = uvloop.run(_measure(plan, scale, until=until))
    print(render_table(figures), ratios_line(figures), sep="\n")
    # A bar missed is a figure like any other; what could not be measured is a failure.
    sys.exit(f"not measured: {', '.join(failed)}" if failed else 0)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="at most 60 s in all")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=[], metavar="SCENARIO", help="the same")
    parser.add_argument("--stores", nargs="+", choices=(SQLITE, POSTGRESQL), help="on these stores only")
    parser.add_argument("--profile", type=Path, help="write a profile of the product's server to this file")
    return parser.parse_args()


def _prepare(arguments: argparse.Namespace, scale: Scale, servers: ExitStack) -> Iterator[tuple[Scenario, Rooms]]:
    """Start the stores that the chosen scenarios want, make the rooms there, and say what is run where."""
    chosen = arguments.scenarios or arguments.only or (QUICK if arguments.quick else FULL)
    stores = arguments.stores or ((SQLITE,) if arguments.quick and chosen == QUICK else (SQLITE, POSTGRESQL))
    wanted = [(SCENARIOS[name], store) for name in chosen for store in SCENARIOS[name].stores if store in stores]
    rooms = {store: _make(scale, store, wanted, servers) for store in dict.fromkeys(store for _, store in wanted)}
    for scenario, store in wanted:
        yield scenario, rooms[store]


def _make(scale: Scale, store: str, wanted: Sequence[tuple[Scenario, str]], servers: ExitStack) -> Rooms:
    stores: Stores = SqliteStores() if store == SQLITE else servers.enter_context(server_stores(scale.folder))
    files = {scenario.name: scenario.room(scale) for scenario, at in wanted if at == store}
    rooms = make_rooms(stores, scale.folder, files, n_tokens=scale.n_tokens)
    print(f"{store}: " + ", ".join(f"{name}={value}" for name, value in rooms.settings.items()), flush=True)
    return rooms


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Leave by way of every `with`, so that no server stays behind."""
    sys.exit(128 + number)


async def _measure(
    plan: Sequence[tuple[Scenario, Rooms]], scale: Scale, *, until: float
) -> tuple[list[Figure], list[str]]:
    figures: list[Figure] = []
    failed: list[str] = []
    measuring = asyncio.current_task()
    if measuring is not None:
        # Cancelled, every scenario ends the servers that it started.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, measuring.cancel)
    for scenario, rooms in plan:
        started = time.monotonic()
        name = f"{scenario.name} on {rooms.stores.name}"
        try:
            await _run(scenario, scale, rooms, figures=figures, seconds=until - started)
        except FAILURES as error:
            failed.append(name)
            print(f"{name}: {str(error) or 'out of time'}")
        except asyncio.CancelledError:
            # Ended from outside: what has been measured is still worth a table.
            return figures, [*failed, f"{name} and all after it"]
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    return figures, failed


async def _run(scenario: Scenario, scale: Scale, rooms: Rooms, *, figures: list[Figure], seconds: float) -> None:
    """Collect the figures of one scenario: those that came before time was up, too."""
    if seconds < START_SECONDS:
        raise TimeoutError("no time left")
    async with asyncio.timeout(seconds), aclosing(scenario.run(scale, rooms)) as run:
        async for figure in run:
            figures.append(figure)  # noqa: PERF401 - a comprehension would lose them all


if __name__ == "__main__":
    main()
