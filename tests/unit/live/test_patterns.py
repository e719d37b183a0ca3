"""What a process knows of newcomers, and what comes of it when a round is over."""

from __future__ import annotations

import json

import pytest

from live_polls.domain import cohorts, lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.participants import Participant, account_token
from live_polls.domain.rounds import compare_rounds
from live_polls.domain.snapshot import read_room
from live_polls.live.patterns import Patterns
from live_polls.models import Ballot, Cohort, Poll
from tests.factories import make_cast, make_participant, make_poll

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poll() -> Poll:
    return make_poll()


def vote(
    poll: Poll, patterns: Patterns, *, n: int, option: int, address: str = "", over: float = 5
) -> list[Participant]:
    """As many new people come in and vote."""
    people = [make_participant(poll.room) for _ in range(n)]
    for number, participant in enumerate(people):
        patterns.note(participant, address, now=1000 + number * over / n)
    cast_batch([make_cast(poll, {"option": option}, participant=participant) for participant in people])
    return people


def test_a_flood_from_one_address_is_flagged_when_the_round_is_over(poll: Poll):
    patterns = Patterns()
    vote(poll, patterns, n=30, option=1)
    vote(poll, patterns, n=12, option=2, address="203.0.113.7")
    assert patterns.look() == 0, "while the round runs, nothing is looked at"

    lifecycle.close_poll(poll)
    assert patterns.look() == 1
    cohort = Cohort.objects.get()
    assert (cohort.round, cohort.n, cohort.n_equal, cohort.seconds, cohort.is_aside) == (1, 12, 12, 4, False)
    said = set(Ballot.objects.filter(pk__in=cohort.ballots).values_list("answer", flat=True))
    assert [json.loads(answer or "") for answer in said] == [{"option": 2}]


def test_to_look_again_finds_nothing_new_and_neither_does_another_process(poll: Poll):
    patterns, other = Patterns(), Patterns()
    vote(poll, patterns, n=30, option=1)
    for flood in vote(poll, patterns, n=12, option=2, address="203.0.113.7"):
        other.note(flood, "203.0.113.7", now=5)
    lifecycle.close_poll(poll)

    assert [patterns.look(), patterns.look(), other.look()] == [1, 0, 1]
    assert Cohort.objects.count() == 1


def test_a_round_that_was_followed_by_another_at_once_is_looked_at_too(poll: Poll):
    patterns = Patterns()
    vote(poll, patterns, n=30, option=1)
    vote(poll, patterns, n=12, option=2, address="203.0.113.7")
    lifecycle.reset_poll(poll)

    assert patterns.look() == 1
    assert Cohort.objects.get().round == 1


@pytest.mark.parametrize(("n", "n_found"), [(4, [0, 0]), (5, [0, 0]), (8, [1, 1])])
def test_a_burst_that_is_spread_over_two_processes_is_judged_in_two_parts(poll: Poll, n: int, n_found: list[int]):
    """As docs/operations/scale-out.md says it: each part stands beside the other, so it takes more to be strange."""
    one, other = Patterns(), Patterns()
    vote(poll, one, n=30, option=1)
    for patterns in (one, other):
        vote(poll, patterns, n=n, option=2, address="203.0.113.7")
    lifecycle.close_poll(poll)

    assert [one.look(), other.look()] == n_found


def test_a_hall_behind_one_address_is_not_flagged(poll: Poll):
    patterns = Patterns()
    for option in (1, 2, 3):
        vote(poll, patterns, n=40, option=option, address="198.51.100.1", over=9)
    lifecycle.close_poll(poll)

    assert patterns.look() == 0


def test_the_memory_is_bounded_and_forgets_who_came_first(poll: Poll):
    patterns = Patterns(most=20)
    vote(poll, patterns, n=12, option=2, address="203.0.113.7")
    for n in range(30):
        vote(poll, patterns, n=1, option=1, address=f"198.51.100.{n}")
    lifecycle.close_poll(poll)

    assert len(patterns) == 20
    assert patterns.look() == 0


def test_neither_an_address_nor_a_token_is_kept():
    patterns, poll = Patterns(), make_poll()
    (participant,) = vote(poll, patterns, n=1, option=1, address="203.0.113.7")
    kept = repr(vars(patterns))
    assert "203.0.113.7" not in kept
    assert participant.voice_key not in kept


def test_accounts_and_those_without_an_address_are_not_noted(poll: Poll):
    patterns, room = Patterns(), poll.room
    token = account_token(1, room_id=room.pk, ballot_key=room.ballot_key, voice_key=room.voice_key)
    patterns.note(make_participant(room, token), "203.0.113.7")
    patterns.note(make_participant(room), "")
    patterns.note(None, "203.0.113.7")
    assert len(patterns) == 0


def test_what_is_set_aside_moved_nowhere_between_rounds():
    poll, patterns = make_poll(options=("A", "B")), Patterns()
    people = [make_participant(poll.room) for _ in range(24)]
    cast_batch([make_cast(poll, {"option": 1}, participant=each) for each in people])
    lifecycle.close_poll(poll)
    lifecycle.open_poll(poll)
    poll.refresh_from_db()
    cast_batch([make_cast(poll, {"option": 2}, participant=each) for each in people])
    flood = vote(poll, patterns, n=12, option=2)
    lifecycle.close_poll(poll)
    assert moves(poll) == [[0, 24], [0, 0], [0, 12]]

    ballots = Ballot.objects.filter(poll=poll, participant__in=[each.ballot_key for each in flood])
    cohort = cohorts.flag_cohort(poll, 2, list(ballots.values_list("pk", flat=True)), n_equal=12, seconds=4)
    cohorts.set_aside(cohort)
    assert moves(poll) == [[0, 24], [0, 0], [0, 0]]
    view, _ = read_room(poll.room_id)
    assert view is not None
    assert view.polls[0].n_aside == 12

    cohorts.take_back_in(cohort)
    assert moves(poll) == [[0, 24], [0, 0], [0, 12]]


def moves(poll: Poll) -> object:
    found = compare_rounds(poll).moves
    assert found is not None
    (table,) = found.tables
    assert table is not None
    return [row[:2] for row in table]
