from __future__ import annotations

from live_polls.live.limits import BURST, MESSAGES_A_SECOND, Allowance


def take_many(allowance: Allowance, n: int, now: float) -> int:
    """How many of n messages at one moment were within the allowance."""
    return sum(allowance.take(now) for _ in range(n))


def test_a_burst_passes_and_what_is_more_is_counted():
    allowance = Allowance(now=1000.0)

    assert take_many(allowance, 40, 1000.0) == BURST
    assert allowance.strikes == 10


def test_credit_comes_back_with_time():
    allowance = Allowance(now=1000.0)
    take_many(allowance, 40, 1000.0)

    assert take_many(allowance, 40, 1001.0) == MESSAGES_A_SECOND


def test_credit_is_never_more_than_a_burst():
    allowance = Allowance(now=1000.0)

    assert take_many(allowance, 100, 9000.0) == BURST


def test_a_steady_voter_is_never_refused():
    allowance = Allowance(now=1000.0)

    assert all(allowance.take(1000.0 + n / MESSAGES_A_SECOND) for n in range(500))
    assert allowance.strikes == 0


def test_retry_ms_says_when_the_next_one_fits():
    allowance = Allowance(now=1000.0)
    take_many(allowance, 31, 1000.0)

    wait = allowance.retry_ms() / 1000

    assert wait == 1 / MESSAGES_A_SECOND
    assert allowance.take(1000.0 + wait)


def test_retry_ms_is_never_zero():
    assert Allowance(now=1000.0).retry_ms() == 1
