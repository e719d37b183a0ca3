"""Ballots leave a count in cohorts of five at least, recorded and for as long as a host wants; never one by one."""

from __future__ import annotations

import pytest

from live_polls.domain import cohorts, lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.snapshot import read_room
from live_polls.domain.tally import recount
from live_polls.errors import IllegalMoveError
from live_polls.models import Ballot, Cohort, Poll, Record
from tests.factories import make_cast, make_poll

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poll() -> Poll:
    """Closed, with seven votes for the first option and six for the second."""
    poll = make_poll()
    cast_batch([make_cast(poll, {"option": 1 if n < 7 else 2}) for n in range(13)])
    lifecycle.close_poll(poll)
    return poll


def ids(poll: Poll, first: int, last: int) -> list[int]:
    return list(Ballot.objects.filter(poll=poll).order_by("answer", "pk").values_list("pk", flat=True))[first:last]


def counts(poll: Poll) -> dict[str, int]:
    view, _ = read_room(poll.room_id)
    assert view is not None
    return {name: n for name, n in view.polls[0].counters.items() if n}


def test_a_cohort_leaves_the_count_and_comes_back_by_recorded_decisions(poll: Poll):
    before = counts(poll)
    cohort = cohorts.flag_cohort(poll, 1, ids(poll, 0, 6), n_equal=6, seconds=4)
    assert counts(poll) == before, "to be flagged changes nothing"

    assert [cohorts.set_aside(cohort), cohorts.set_aside(cohort)] == [True, False]
    assert counts(poll) == {"1": 1, "2": 6, "n": 7, "aside": 6}
    assert recount(poll.room) == []

    assert [cohorts.take_back_in(cohort), cohorts.take_back_in(cohort)] == [True, False]
    assert counts(poll) == before
    assert recount(poll.room) == []
    verbs = Record.objects.filter(object_sort="cohort").values_list("verb", "details__ballots")
    assert list(verbs) == [("aside", 6), ("back_in", 6)]


def test_four_are_refused(poll: Poll):
    with pytest.raises(IllegalMoveError):
        cohorts.flag_cohort(poll, 1, ids(poll, 0, 4), n_equal=4, seconds=1)
    assert not Cohort.objects.exists()


def test_four_are_refused_also_when_one_is_named_twice(poll: Poll):
    four = ids(poll, 0, 4)
    with pytest.raises(IllegalMoveError):
        cohorts.flag_cohort(poll, 1, [*four, four[0]], n_equal=4, seconds=1)


def test_two_cohorts_share_no_ballot_so_that_no_difference_shows_one(poll: Poll):
    cohorts.flag_cohort(poll, 1, ids(poll, 0, 5), n_equal=5, seconds=1)
    with pytest.raises(IllegalMoveError):
        cohorts.flag_cohort(poll, 1, ids(poll, 0, 6), n_equal=5, seconds=1)


def test_fewer_than_five_are_not_left_alone_either(poll: Poll):
    cohort = cohorts.flag_cohort(poll, 1, ids(poll, 0, 10), n_equal=7, seconds=1)
    with pytest.raises(IllegalMoveError):
        cohorts.set_aside(cohort)


def test_while_a_round_runs_nothing_leaves_it(poll: Poll):
    open_one = make_poll()
    cast_batch([make_cast(open_one, {"option": 1}) for _ in range(10)])
    cohort = cohorts.flag_cohort(open_one, 1, ids(open_one, 0, 5), n_equal=5, seconds=1)
    with pytest.raises(IllegalMoveError):
        cohorts.set_aside(cohort)


def test_ballots_of_another_poll_are_in_no_cohort_of_this_one(poll: Poll):
    other = make_poll(poll.room)
    cast_batch([make_cast(other, {"option": 1}) for _ in range(6)])
    with pytest.raises(IllegalMoveError):
        cohorts.flag_cohort(poll, 1, ids(other, 0, 6), n_equal=6, seconds=1)
