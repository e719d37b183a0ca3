from __future__ import annotations

import itertools
import random

import pytest

from live_polls.errors import RateLimitedError
from live_polls.live.addresses import (
    FLOOD,
    MISSES_A_MINUTE,
    QUIET,
    TOKENS_AT_ONCE,
    Addresses,
    key_of,
)
from live_polls.live.guesses import FADE_SECONDS

_voices = itertools.count()
HALL, GUESSER = "203.0.113.7", "198.51.100.9"


def guess(addresses: Addresses, address: str, now: float) -> bool:
    """One wrong code; whether it was looked at."""
    try:
        addresses.check(address, now)
    except RateLimitedError:
        return False
    addresses.miss(address, now)
    return True


def come_in(addresses: Addresses, address: str, now: float) -> bool:
    try:
        addresses.check(address, now)
        addresses.take_token(address, now)
    except RateLimitedError:
        return False
    addresses.came(address, f"voice {next(_voices)}", now)
    return True


def hall(seed: int, *, n_people: int = 600, a_second: float = 10.0, typos: float = 0.1) -> list[tuple[float, bool]]:
    """[when, is right] of a hall that comes in: whoever mistypes looks at the screen and tries again, perhaps in vain."""
    person, tries = random.Random(seed), []
    for n in range(n_people):
        at = n / a_second
        while person.random() < typos:
            tries.append((at, False))
            at += person.uniform(1, 8)
        tries.append((at, True))
    return sorted(tries)


def n_refused(addresses: Addresses, address: str, tries: list[tuple[float, bool]]) -> int:
    return sum(not (come_in if is_right else guess)(addresses, address, at) for at, is_right in tries)


def test_of_200_halls_of_600_with_random_typos_nobody_is_refused():
    assert [seed for seed in range(200) if n_refused(Addresses(), HALL, hall(seed))] == []


def test_of_200_halls_of_600_with_random_typos_nobody_is_refused_in_a_flood():
    addresses = Addresses()
    tries = [(at, seed, is_right) for seed in range(200) for at, is_right in hall(seed)]
    for n in range(int(2 * MISSES_A_MINUTE)):  # from as many addresses as they like, and the halls' own typos go on
        guess(addresses, f"100.64.{n >> 8}.{n & 255}", 0.0)
    refused = set()
    for at, seed, is_right in sorted(tries):
        if not (come_in if is_right else guess)(addresses, f"10.1.0.{seed}", at):
            refused.add(seed)

    assert refused == set()
    assert sum(guess(addresses, GUESSER, 60.0) for _ in range(100)) == FLOOD.free + 1, "there was no flood"


def test_a_hall_of_ten_thousand_with_typos_comes_in_within_a_minute():
    assert n_refused(Addresses(), HALL, hall(1, n_people=10_000, a_second=200.0)) == 0


def test_a_hall_of_ten_thousand_comes_in_at_once():
    addresses = Addresses()

    assert all(come_in(addresses, HALL, 1.0) for _ in range(10_000))


def test_who_guesses_from_one_address_is_slowed_down_to_a_trickle():
    addresses = Addresses()

    n_looked_at = sum(guess(addresses, GUESSER, n / 50) for n in range(50 * 600))  # ten minutes, 50 a second

    assert QUIET.free < n_looked_at < QUIET.free * 3
    with pytest.raises(RateLimitedError) as refused:
        addresses.check(GUESSER, 600.0)
    assert 1000 <= refused.value.retry_ms <= 60_000


def test_who_was_refused_may_try_again_when_it_has_faded():
    addresses = Addresses()
    while guess(addresses, GUESSER, 0.0):
        pass

    assert guess(addresses, GUESSER, FADE_SECONDS)


def test_a_flood_from_200_addresses_is_slowed_down_while_a_hall_comes_in():
    addresses, person = Addresses(), random.Random(2)
    guessers, n_looked_at = [f"198.51.{n // 100}.{n % 100}" for n in range(200)], 0
    tries, n_hall_refused = hall(3), 0
    for tick in range(6000):  # ten minutes: each of them guesses once in two seconds
        now = tick / 10
        n_looked_at += sum(guess(addresses, address, now) for address in person.sample(guessers, 10))
        while tries and tries[0][0] + 300 <= now:
            at, is_right = tries.pop(0)
            n_hall_refused += n_refused(addresses, HALL, [(at + 300, is_right)])

    assert tries == []
    assert n_hall_refused == 0
    assert n_looked_at < MISSES_A_MINUTE * 10  # of 60,000


def test_who_joins_a_room_they_know_for_every_guess_does_not_guess_on_for_that():
    addresses, n_looked_at = Addresses(), 0
    for n in range(6000):
        come_in(addresses, GUESSER, n / 50)
        n_looked_at += guess(addresses, GUESSER, n / 50)

    assert n_looked_at < QUIET.free * 2


def test_a_participant_counts_once_from_wherever_they_come():
    addresses = Addresses()
    for _ in range(1000):
        addresses.came(HALL, "a voice", 0.0)
        addresses.came(GUESSER, "a voice", 0.0)

    assert [sum(guess(addresses, each, 0.0) for _ in range(1000)) for each in (HALL, GUESSER)] == [QUIET.free + 1] * 2


def test_a_hall_whose_phones_were_here_before_earns_its_typos_too():
    addresses, refused = Addresses(), []
    for n in range(5000):
        if n % 8 == 0:
            refused.append(not guess(addresses, HALL, n / 100))
        addresses.came(HALL, f"regular {n}", n / 100)

    assert not any(refused)


def test_not_even_a_whole_hall_of_newcomers_buys_more_than_a_hall_mistypes():
    addresses = Addresses()
    for _ in range(int(TOKENS_AT_ONCE)):
        come_in(addresses, GUESSER, 0.0)

    assert sum(guess(addresses, GUESSER, 0.0) for _ in range(10_000)) == QUIET.most + 1


def test_new_participants_of_one_address_are_many_and_bounded():
    addresses = Addresses()
    for _ in range(int(TOKENS_AT_ONCE)):
        addresses.take_token(GUESSER, 0.0)

    with pytest.raises(RateLimitedError):
        addresses.take_token(GUESSER, 0.0)
    addresses.take_token(HALL, 0.0)
    addresses.take_token(GUESSER, 1.0)


def test_the_first_64_bits_of_an_ipv6_address_count():
    addresses = Addresses()
    n_looked_at = sum(guess(addresses, f"2001:db8:1:2::{n:x}", 0.0) for n in range(1000))

    assert n_looked_at == QUIET.free + 1
    assert guess(addresses, "2001:db8:1:3::1", 0.0)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("2001:db8:1:2:3:4:5:6", "20010db800010002::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80000000000000::/64"),
        ("203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_what_an_address_is_counted_under(address, key):
    assert key_of(address) == key


def test_whose_address_nobody_knows_is_never_refused():
    addresses = Addresses()

    assert all(guess(addresses, "", 0.0) for _ in range(1000))


def test_addresses_beyond_all_bounds_push_out_the_oldest():
    addresses = Addresses(most=100)
    for n in range(5000):
        addresses.miss(f"10.0.{n // 250}.{n % 250}", 0.0)

    assert len(addresses) == 100
