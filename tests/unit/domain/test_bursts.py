"""What is a burst, and what is a hall behind one address."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from live_polls.domain.bursts import Newcomer, find_bursts

numbers = itertools.count(1)


def newcomers(answers: list[str], *, over: float, address: bytes = b"hall", start: int = 100) -> list[Newcomer]:
    """People who come in one after the other, in so many seconds."""
    step = over / len(answers)
    return [Newcomer(next(numbers), address, start + int(n * step), answer) for n, answer in enumerate(answers)]


def mixed(n: int, share: float, *, seed: int = 1) -> list[str]:
    person = random.Random(seed)
    return ["a" if person.random() < share else "b" for _ in range(n)]


def others(n: int, share: float) -> Counter[str]:
    n_a = round(n * share)
    return Counter({"a": n_a, "b": n - n_a})


def find(people: list[Newcomer], elsewhere: Counter[str]) -> list[tuple[int, int]]:
    """(ballots, seconds) of each burst."""
    answers = elsewhere + Counter(each.answer for each in people)
    return [(len(burst.ballots), burst.seconds) for burst in find_bursts(people, answers)]


def test_five_from_one_address_who_agree_against_the_room_are_a_burst():
    assert find(newcomers(["a"] * 5, over=4), others(60, 0.0)) == [(5, 3)]


def test_four_are_none():
    assert find(newcomers(["a"] * 4, over=3), others(500, 0.0)) == []


def test_five_who_take_longer_than_ten_seconds_are_none():
    assert find(newcomers(["a"] * 5, over=60), others(60, 0.0)) == []


def test_five_of_five_addresses_are_none():
    people = [newcomers(["a"], over=1, address=bytes([n]))[0] for n in range(5)]
    assert find(people, others(60, 0.0)) == []


def test_a_table_that_agrees_with_the_room_is_none():
    assert find(newcomers(["a"] * 8, over=2), others(60, 0.6)) == []


@pytest.mark.parametrize("over", [9, 60, 600])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.95, 1.0])
def test_a_hall_of_six_hundred_behind_one_address_is_none(over, share):
    assert find(newcomers(mixed(600, share), over=over), others(0, 0.0)) == []


@pytest.mark.parametrize(("over", "share"), [(9, 0.5), (9, 0.8), (60, 0.8), (60, 1.0), (600, 0.95), (600, 1.0)])
def test_such_a_hall_is_none_either_where_people_at_home_think_otherwise(over, share):
    assert find(newcomers(mixed(600, share), over=over), others(30, 0.4)) == []


def test_a_hall_that_is_there_at_once_and_of_one_mind_against_all_others_looks_like_a_flood():
    """Said in docs/operations/security.md: nothing tells them apart, so a host is asked and nothing is done."""
    assert sum(n for n, _ in find(newcomers(["a"] * 600, over=9), others(30, 0.4))) == 600


def test_a_flood_in_the_midst_of_a_hall_is_found_by_its_seconds():
    hall, flood = newcomers(mixed(600, 0.2), over=300), newcomers(["a"] * 50, over=1, start=200)
    answers = Counter(each.answer for each in hall + flood)
    (burst,) = find_bursts(hall + flood, answers)
    assert {each.ballot for each in flood} <= burst.ballots
    assert len(burst.ballots) < 56


def test_a_flood_that_goes_on_does_not_hide_behind_itself():
    found = find(newcomers(["a"] * 600, over=45, address=b"flood"), others(100, 0.2))
    assert sum(n for n, _ in found) == 600


def test_with_nobody_to_compare_with_nothing_is_said():
    assert find(newcomers(["a"] * 30, over=3), others(9, 0.0)) == []


def test_bursts_share_no_ballot():
    people = newcomers(["a"] * 40, over=20) + newcomers(["a"] * 40, over=20, address=b"other")
    bursts = find_bursts(people, others(80, 0.1) + Counter(a=80))
    assert len(frozenset[int]().union(*(burst.ballots for burst in bursts))) == sum(len(b.ballots) for b in bursts)
