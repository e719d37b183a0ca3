"""Ballots that came together as no hall casts them: many new participants of one address at once, nearly all of one mind.

The rule, for a round that is over. Look at those who became participants at one address within ten seconds. They are a
burst when at least five of them, and at least nine in ten, gave the same answer, and chance does not explain it: were
they drawn from all others who voted in the round, from wherever those came, so many would agree less than once in a
thousand rounds, whichever of the address's moments one looks at. Fewer than twenty others are nothing to compare with.
So a hall behind one address is none: it does not agree to nine in ten, or where it does, all others of it do as well.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from live_polls.domain.cohorts import FEWEST

WITHIN_SECONDS = 10
AGREE = 0.9
FEWEST_OTHERS = 20
BY_CHANCE = 0.001
MOST_OF_A_ROUND = 20


class Newcomer(NamedTuple):
    """A ballot of somebody new; `address` is a name that says nothing, `second` of a steady clock."""

    ballot: int
    address: bytes
    second: int
    answer: str


class Burst(NamedTuple):
    """The ballots (ids) that agree, and how many seconds they took to come in."""

    ballots: frozenset[int]
    seconds: int


class _Moment(NamedTuple):
    chance: float  # as a logarithm; the least first
    first: int
    last: int
    answer: str


def find_bursts(newcomers: Iterable[Newcomer], answers: Counter[str]) -> list[Burst]:
    """The bursts among `newcomers`, who share no ballot; `answers` are those of all ballots of the round."""
    by_address: dict[bytes, list[Newcomer]] = {}
    for newcomer in newcomers:
        by_address.setdefault(newcomer.address, []).append(newcomer)
    answers, found = answers.copy(), list[Burst]()
    for group in by_address.values():
        while len(found) < MOST_OF_A_ROUND and (moment := _strangest(group, answers)):
            burst = {each.ballot for each in group if _is_of(each, moment)}
            found.append(Burst(frozenset(burst), max(1, moment.last - moment.first)))
            # Who has been found is no measure for the others: a flood that goes on would hide behind itself.
            answers[moment.answer] -= len(burst)
            group = [each for each in group if each.ballot not in burst]
    return found


def _is_of(newcomer: Newcomer, moment: _Moment) -> bool:
    return newcomer.answer == moment.answer and moment.first <= newcomer.second <= moment.last


def _strangest(group: list[Newcomer], answers: Counter[str]) -> _Moment | None:
    if len(group) < FEWEST:
        return None
    by_second: dict[int, Counter[str]] = {}
    for each in group:
        by_second.setdefault(each.second, Counter())[each.answer] += 1
    # Who looks at many moments finds a strange one sooner.
    least = math.log(BY_CHANCE / (len(group) * WITHIN_SECONDS))
    n_of_all = answers.total()
    moments = (moment for first in by_second for moment in _moments(first, by_second, answers, n_of_all))
    return min((moment for moment in moments if moment.chance < least), default=None)


def _moments(first: int, by_second: dict[int, Counter[str]], answers: Counter[str], n_of_all: int) -> Iterable[_Moment]:
    """Every moment that begins in this second."""
    here: Counter[str] = Counter()
    for last in range(first, first + WITHIN_SECONDS + 1):
        if last in by_second:
            here.update(by_second[last])
            ((answer, n_equal),) = here.most_common(1)
            chance = _chance(n_equal, here.total(), answers[answer], n_of_all)
            yield _Moment(chance, first, last, answer)


def _chance(n_equal: int, n: int, n_equal_of_all: int, n_of_all: int) -> float:
    """At most how likely it is that of `n` at least `n_equal` agree, by the others' share; as a logarithm (Chernoff)."""
    n_others = n_of_all - n
    if n_equal < FEWEST or n_equal < AGREE * n or n_others < FEWEST_OTHERS:
        return 0.0
    share, usual = n_equal / n, (n_equal_of_all - n_equal + 1) / (n_others + 2)
    if share <= usual:
        return 0.0
    differing = (1 - share) * math.log((1 - share) / (1 - usual)) if share < 1 else 0.0
    return -n * (share * math.log(share / usual) + differing)
