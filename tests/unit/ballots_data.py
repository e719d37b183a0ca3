"""The 143 real ballots of tests/data and the count they must give. Imports nothing of live_polls, on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class RightCount:
    """One row of the table: what a count by hand gives for one option."""

    option: str
    first: int
    first_three: int
    ranked: int
    borda: int


def read_ballots() -> tuple[list[str], list[list[int]]]:
    """The options' names, and one list of option numbers, best first, a voter."""
    names, ballots = [], []
    for line in (DATA / "debian-logo.soi").read_text("utf-8").splitlines():
        head, _, rest = line.partition(": ")
        if head.startswith("# ALTERNATIVE NAME"):
            names.append(rest)
        elif not line.startswith("#"):
            ballots += [[int(number) for number in rest.split(",")]] * int(head)
    return names, ballots


def read_right_counts() -> list[RightCount]:
    """The table of tests/data/README.md, in the order of the options."""
    lines = (DATA / "README.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [RightCount(row[0], *(int(cell) for cell in row[1:])) for row in rows[1:]]
