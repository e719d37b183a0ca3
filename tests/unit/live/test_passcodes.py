from __future__ import annotations

import random

import pytest

from live_polls.errors import TooManyGuessesError
from live_polls.live.passcodes import OF_A_ROOM, OF_AN_ADDRESS, ROOM_FADE_SECONDS, Passcodes

HALL, GUESSER, ROOM = "203.0.113.7", "198.51.100.9", "7 sesame"


def tries(passcodes: Passcodes, address: str, now: float, *, is_right: bool = False, room: str = ROOM) -> bool:
    """One passcode; whether it was compared."""
    try:
        passcodes.check(room, address, now)
    except TooManyGuessesError:
        return False
    passcodes.note(room, address, now, is_right=is_right)
    return True


def comes_in(passcodes: Passcodes, person: random.Random, address: str, now: float) -> bool:
    """Somebody of a hall: one of ten tries is wrong, and then they try again."""
    while person.random() < 0.1:
        if not tries(passcodes, address, now):
            return False
    return tries(passcodes, address, now, is_right=True)


def test_who_guesses_is_refused_before_the_right_one_is_compared():
    passcodes = Passcodes()
    n_compared = sum(tries(passcodes, GUESSER, n / 50) for n in range(50 * 600))

    assert OF_AN_ADDRESS.free < n_compared < OF_AN_ADDRESS.free * 3
    assert not tries(passcodes, GUESSER, 600.0, is_right=True)
    assert tries(passcodes, HALL, 600.0, is_right=True)
    assert tries(passcodes, GUESSER, 600.0, room="7 another passcode"), "a new passcode is counted anew"


@pytest.mark.parametrize("seed", range(10))
def test_no_hall_of_600_is_refused_however_its_typos_fall(seed):
    passcodes, person = Passcodes(), random.Random(seed)

    assert all(comes_in(passcodes, person, HALL, n / 10) for n in range(600))


def test_a_room_has_a_budget_of_misses_however_many_addresses_there_are():
    passcodes, n_compared = Passcodes(), 0
    for n in range(20_000):
        n_compared += tries(passcodes, f"198.{n >> 8}.{n & 255}.1", n / 10)

    assert OF_A_ROOM.free < n_compared < OF_A_ROOM.free * 2
    assert not tries(passcodes, GUESSER, 2000.0, is_right=True)
    assert tries(passcodes, GUESSER, 2000.0, room="8 sesame"), "other rooms have budgets of their own"
    assert tries(passcodes, GUESSER, 2000.0 + ROOM_FADE_SECONDS)


def test_a_hall_goes_on_coming_in_while_others_use_up_the_budget_of_its_room():
    passcodes, person = Passcodes(), random.Random(3)
    came = []
    for n in range(600):
        came.append(comes_in(passcodes, person, HALL, n / 10))
        for _ in range(10):
            tries(passcodes, f"198.51.{person.randrange(250)}.{person.randrange(250)}", n / 10)

    assert all(came)


def test_where_nobody_knows_addresses_the_budget_of_the_room_is_all_there_is():
    passcodes = Passcodes()

    assert sum(tries(passcodes, "", 0.0) for _ in range(5000)) == OF_A_ROOM.free + 1
