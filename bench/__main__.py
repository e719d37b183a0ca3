"""Measure, print a table, and end with one line `RATIOS {…}`; `--quick` fits into a minute."""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from bench.crowd import CrowdError
from bench.durability import NotDurableError
from bench.figures import Figure, ratios_line
from bench.machine import describe_machine
from bench.ports import raise_open_files
from bench.process import ProcessFailedError
from bench.scale import Scale, quick
from bench.scenarios import ballots, fanout, join, latency, memory, page, spike
from bench.table import render_table
from bench.target import ROOT

SCENARIOS: dict[str, Callable[[Scale], Awaitable[list[Figure]]]] = {
    "fanout": fanout.run,
    "ballots": ballots.run,
    "spike": spike.run,
    "latency": latency.run,
    "join": join.run,
    "memory": memory.run,
    "page": page.run,
}
# The minute has room for what the first bars are about.
QUICK = ("fanout", "ballots", "spike", "memory", "page")
# What ends one scenario, and not the run.
FAILURES = (CrowdError, NotDurableError, ProcessFailedError, OSError, subprocess.SubprocessError)
RUN_SECONDS = 600.0
QUICK_SECONDS = 60.0
# No scenario is worth beginning with less: its servers alone take that long to come up.
START_SECONDS = 4.0


def main() -> None:
    """Run the chosen scenarios one after another."""
    arguments = _parse_arguments()
    chosen = arguments.only or (QUICK if arguments.quick else tuple(SCENARIOS))
    # The client shall not stop for its own garbage in the middle of a spike.
    gc.disable()
    n_files = raise_open_files()
    # Beside the checkout, because /tmp is often memory, where syncing costs nothing and proves nothing.
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as folder:
        print(*describe_machine(Path(folder)), f"open files: {n_files:,} at most", sep="\n", flush=True)
        scale = (quick if arguments.quick else Scale)(folder=Path(folder), profile=arguments.profile)
        seconds = QUICK_SECONDS if arguments.quick else RUN_SECONDS
        figures, failed = uvloop.run(_measure(chosen, scale, until=time.monotonic() + seconds))
    print(render_table(figures), ratios_line(figures), sep="\n")
    # A bar missed is a figure like any other; what could not be measured is a failure.
    sys.exit(f"not measured: {', '.join(failed)}" if failed else 0)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="at most 60 s in all")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--profile", type=Path, help="write a profile of the product's server to this file")
    return parser.parse_args()


async def _measure(chosen: tuple[str, ...], scale: Scale, *, until: float) -> tuple[list[Figure], list[str]]:
    figures: list[Figure] = []
    failed: list[str] = []
    measuring = asyncio.current_task()
    if measuring is not None:
        # Cancelled, every scenario ends the servers that it started.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, measuring.cancel)
    for name in chosen:
        started = time.monotonic()
        try:
            if until - started < START_SECONDS:
                raise TimeoutError("no time left")
            async with asyncio.timeout(until - started):
                figures.extend(await SCENARIOS[name](scale))
        except FAILURES as error:
            failed.append(name)
            print(f"{name}: not measured: {str(error) or 'out of time'}")
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    return figures, failed


if __name__ == "__main__":
    main()
