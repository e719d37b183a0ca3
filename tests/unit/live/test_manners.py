from __future__ import annotations

import pytest

from live_polls.errors import RateLimitedError
from live_polls.live.limits import BURST
from live_polls.live.manners import WRITINGS, WRITINGS_AT_ONCE, Manners

SORTS = ["ballot.cast", "ballot.withdraw", "question.ask", "question.upvote", "question.withdraw", "player.name"]


def n_taken(manners: Manners, voice: str, said: str, n: int = 100) -> int:
    n_taken = 0
    for _ in range(n):
        if not is_refused(manners, voice, said):
            n_taken += 1
    return n_taken


def is_refused(manners: Manners, voice: str, said: str) -> bool:
    try:
        manners.check(voice, said, 0.0)
    except RateLimitedError as error:
        return error.retry_ms > 0
    return False


@pytest.mark.parametrize("said", SORTS)
def test_a_flood_of_one_participant_is_bounded_and_others_are_not(said):
    manners = Manners()

    assert n_taken(manners, "flood", said) == (WRITINGS_AT_ONCE if said in WRITINGS else BURST)
    assert n_taken(manners, "neighbour", said, 5) == 5


def test_who_has_written_too_much_may_still_vote():
    manners = Manners()
    assert n_taken(manners, "poet", "question.ask", 15) == WRITINGS_AT_ONCE

    manners.check("poet", "ballot.cast", 0.0)


def test_after_the_time_it_says_it_fits():
    manners = Manners()
    n_taken(manners, "poet", "question.ask", 11)

    with pytest.raises(RateLimitedError) as refused:
        manners.check("poet", "question.ask", 0.0)
    manners.check("poet", "question.ask", refused.value.retry_ms / 1000)
