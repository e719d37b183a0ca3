from __future__ import annotations

import random

import pytest

from live_polls.errors import RateLimitedError
from live_polls.live.addresses import (
    FADE_SECONDS,
    MISSES_A_MINUTE,
    MISSES_FREE,
    TOKENS_AT_ONCE,
    Addresses,
    key_of,
)

HALL, GUESSER = "203.0.113.7", "198.51.100.9"


def guess(addresses: Addresses, address: str, now: float) -> bool:
    """One wrong code; whether it was looked at."""
    try:
        addresses.check(address, now)
    except RateLimitedError:
        return False
    addresses.miss(address, now)
    return True


def come_in(addresses: Addresses, address: str, now: float, *, mistypes: bool = False) -> bool:
    if mistypes and not guess(addresses, address, now):
        return False
    try:
        addresses.check(address, now)
        addresses.take_token(address, now)
    except RateLimitedError:
        return False
    addresses.hit(address, now)
    return True


def test_a_hall_of_600_on_one_address_with_typos_comes_in_and_nobody_is_refused():
    addresses, person = Addresses(), random.Random(1)

    assert all(come_in(addresses, HALL, n / 10, mistypes=person.random() < 0.1) for n in range(600))


def test_a_hall_of_ten_thousand_comes_in_at_once():
    addresses = Addresses()

    assert all(come_in(addresses, HALL, 1.0) for _ in range(10_000))


def test_who_guesses_from_one_address_is_slowed_down_to_a_trickle():
    addresses = Addresses()

    n_looked_at = sum(guess(addresses, GUESSER, n / 50) for n in range(50 * 600))  # ten minutes, 50 a second

    assert MISSES_FREE < n_looked_at < MISSES_FREE * 3
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
    guessers, n_looked_at, is_refused = [f"198.51.{n // 100}.{n % 100}" for n in range(200)], 0, False
    for tick in range(6000):  # ten minutes: each of them guesses once in two seconds
        now = tick / 10
        n_looked_at += sum(guess(addresses, address, now) for address in person.sample(guessers, 10))
        if 3000 <= tick < 3600:
            is_refused |= not come_in(addresses, HALL, now, mistypes=tick % 10 == 5)

    assert not is_refused
    assert n_looked_at < MISSES_A_MINUTE * 12  # of 60,000


def test_who_is_right_now_and_then_does_not_guess_on_for_that():
    addresses = Addresses()
    n_looked_at = 0
    for n in range(6000):
        if n % 20 == 0:
            addresses.hit(GUESSER, n / 50)
        n_looked_at += guess(addresses, GUESSER, n / 50)

    assert n_looked_at < 400


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

    assert n_looked_at == MISSES_FREE + 1
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
