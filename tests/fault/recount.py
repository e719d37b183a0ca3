"""What ballots add up to, counted by hand. Imports nothing of live_polls."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Counters = Mapping[str, int]


def count(kind: str, answers: Iterable[str], n_options: int) -> Counter[str]:
    """The counters of a round with these answers (JSON text), by the names they have in the database."""
    total: Counter[str] = Counter()
    for text in answers:
        answer = json.loads(text)
        total["n"] += 1
        if kind == "single_choice":
            total[str(answer["option"])] += 1
        elif kind == "multiple_choice":
            total.update(str(number) for number in answer["options"])
        else:
            total[f"first:{answer['options'][0]}"] += 1
            for place, number in enumerate(answer["options"]):
                total[str(number)] += n_options - place
    return total


def public_tally(kind: str, counters: Counters, n_options: int) -> dict[str, Any]:
    """The tally as everybody is shown it."""
    numbers = [str(number) for number in range(1, n_options + 1)]
    tally: dict[str, Any] = {
        "n_ballots": counters.get("n", 0),
        "counts": {number: counters.get(number, 0) for number in numbers},
    }
    if kind == "ranking":
        tally["first"] = {number: counters.get(f"first:{number}", 0) for number in numbers}
    return tally
