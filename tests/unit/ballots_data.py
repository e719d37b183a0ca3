"""The 143 real ballots of tests/data and the count they must give. Imports nothing of live_polls, on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"
N_BALLOTS = 143


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


def right_tallies() -> dict[str, dict[str, Any]]:
    """The table as the wire says it, by the kind of the poll that asks for it."""
    rows = list(enumerate(read_right_counts(), start=1))
    first = {str(number): row.first for number, row in rows}
    return {
        "single_choice": {"n_ballots": N_BALLOTS, "counts": first},
        "multiple_choice": {
            "n_ballots": N_BALLOTS,
            "counts": {str(number): row.first_three for number, row in rows},
        },
        "ranking": {
            "n_ballots": N_BALLOTS,
            "counts": {str(number): row.borda for number, row in rows},
            "first": first,
        },
    }


def answers_of_phones(codes: Mapping[str, str]) -> list[dict[str, object]]:
    """What each of the 143 phones answers, {poll code: answer}; `codes` are the polls' codes by kind."""
    return [
        {
            codes["single_choice"]: {"option": ballot[0]},
            codes["multiple_choice"]: {"options": ballot[:3]},
            codes["ranking"]: {"options": ballot},
        }
        for ballot in read_ballots()[1]
    ]


def room_file() -> str:
    """A room that asks for the logo in three ways; its polls are open."""
    polls = (
        f'[[polls]]\nkind = "{kind}"\nprompt = "{prompt}"\noptions = {json.dumps(read_ballots()[0])}\nstate = "open"\n'
        for kind, prompt in (
            ("single_choice", "Which logo shall it be?"),
            ("multiple_choice", "Which three could you live with?"),
            ("ranking", "Rank the logos"),
        )
    )
    single, multiple, ranking = polls
    head = '[room]\nslug = "debian-logo"\ntitle = "The Debian logo"\n'
    return f"{head}{single}{multiple}max_choices = 3\n{ranking}"
