"""How a made-up hall thinks: one skewed, seeded taste a poll and round, and people who mostly share it."""

# ruff: noqa: S311 -- seeded on purpose: the same seed makes the same opinions

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape

NO_OPTIONS = 10  # the length of the order where a poll has no options, as Kind.preferred_answer says
PollObject = Mapping[str, Any]  # a poll as it stands in a snapshot


def choose_answer(poll: PollObject, *, seed: int, person: Random) -> object:
    """The raw answer of one person. The taste of the hall depends on the seed and the text of the poll alone."""
    n_options = len(poll["options"])
    order = _order(_taste(f"{seed}/{poll['prompt']}/{poll['round']}", n_options or NO_OPTIONS), person)
    shape = Shape(n_options, poll["settings"])
    return KINDS[poll["kind"]].preferred_answer(order, person, shape)


def _taste(seed: str, n_options: int) -> list[float]:
    """Weights like those of real polls: a favourite, a rival, and a long tail (Zipf), shuffled."""
    weights = [1 / (place + 1) for place in range(n_options)]
    Random(seed).shuffle(weights)
    return weights


def _order(weights: Sequence[float], person: Random) -> list[int]:
    """All options, best first: a weighted draw without putting back (Efraimidis and Spirakis)."""
    keys = [person.random() ** (1 / weight) for weight in weights]
    return sorted(range(1, len(weights) + 1), key=lambda number: -keys[number - 1])
