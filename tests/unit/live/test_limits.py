from __future__ import annotations

from live_polls.live.limits import BURST, MESSAGES_A_SECOND, Allowance, Allowances


def take_many(allowance: Allowance, n: int, now: float) -> int:
    """How many of n messages at one moment were within the allowance."""
    return sum(allowance.take(now) for _ in range(n))


def test_a_burst_passes_and_what_is_more_does_not():
    allowance = Allowance(now=1000.0)

    assert take_many(allowance, 40, 1000.0) == BURST


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


def test_retry_ms_says_when_the_next_one_fits():
    allowance = Allowance(now=1000.0)
    take_many(allowance, 31, 1000.0)

    wait = allowance.retry_ms() / 1000

    assert wait == 1 / MESSAGES_A_SECOND
    assert allowance.take(1000.0 + wait)


def test_retry_ms_is_never_zero():
    assert Allowance(now=1000.0).retry_ms() == 1


def test_each_key_has_an_allowance_of_its_own():
    allowances = Allowances(rate=1.0, burst=2.0)

    assert [allowances.take("alice", 0.0) for _ in range(3)] == [0, 0, 1000]
    assert allowances.take("bob", 0.0) == 0
    assert allowances.take("alice", 1.0) == 0


def test_keys_beyond_all_bounds_push_out_those_used_longest_ago():
    allowances = Allowances(rate=0.001, burst=1.0, most=100)
    for n in range(10_000):
        allowances.take("often used", 0.0)
        allowances.take(str(n), 0.0)

    assert len(allowances) == 100
    assert allowances.take("often used", 0.0) > 0
    assert allowances.take("9999", 0.0) > 0
    assert allowances.take("1", 0.0) == 0
