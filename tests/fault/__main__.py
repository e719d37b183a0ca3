"""The proof: `python -m tests.fault --runs 50`, or `--seeds 17 42` to see the same again.

Ends with a line `FAULT {…}`. The history of a run that broke a rule is kept in build/fault/. Load stays on loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.fault.nemeses import together
from tests.fault.plan import STORES, Plan, new_seeds, plan_of
from tests.fault.report import Figures, lines_of
from tests.fault.run import Result, run
from tests.fault.stand import Stand, standing

KEPT = Path(__file__).parent.parent.parent / "build" / "fault"
N_PHONES = 40
MOST_SECONDS_A_RUN = 180.0


async def prove(plans: Sequence[Plan], n_phones: int) -> Figures:
    """Every plan, store by store; a stand that broke down is replaced for the next."""
    figures = Figures()
    for store, of_store in groupby(sorted(plans, key=lambda plan: plan.store), key=lambda plan: plan.store):
        waiting = list(of_store)
        while waiting:
            async with standing(store) as stand:
                say(f"{store}: {stand.durability}")
                while waiting and await one(stand, waiting.pop(0), figures, n_phones):
                    pass
    return figures


async def one(stand: Stand, plan: Plan, figures: Figures, n_phones: int) -> bool:
    """One run; whether the stand is fit for another."""
    strikes = [together(*moment) for moment in plan.moments]
    try:
        async with asyncio.timeout(MOST_SECONDS_A_RUN):
            result = await run(stand, seed=plan.seed, strikes=strikes, n_phones=n_phones)
    except Exception as error:  # noqa: BLE001 -- whatever ended it: the run has failed, and others wait
        figures.failures += 1
        say(f"{plan}: BROKE DOWN: {error!r}")
        return False
    figures.add(result)
    for line in lines_of(plan, result):
        say(line)
    keep(plan, result)
    return True


def keep(plan: Plan, result: Result) -> None:
    """Write down the history of a run that broke a rule."""
    if result.verdict.violations:
        file = KEPT / f"{plan.store}-{plan.seed}.jsonl"
        result.history.write(file)
        say(f"  history: {file}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fault", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", help="repeat these")
    parser.add_argument("--runs", type=int, default=50, help="how many new seeds (default: 50)")
    parser.add_argument("--store", choices=STORES, help="on this store alone")
    parser.add_argument("--phones", type=int, default=N_PHONES, help=f"people in the hall (default: {N_PHONES})")
    options = parser.parse_args()
    stores = (options.store,) if options.store else STORES
    seeds = options.seeds or new_seeds(options.runs)
    say(f"seeds {' '.join(map(str, seeds))}")
    figures = asyncio.run(prove([plan_of(seed, stores) for seed in seeds], options.phones))
    say(f"{len(figures.seeds)} runs, {figures.failures} failed")
    say(figures.line())
    return 1 if figures.failures else 0


if __name__ == "__main__":
    sys.exit(main())
