"""Ballots by real threads at one moment, on the real database file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from threading import Event

import pytest

from live_polls.domain import ballot_rows, lifecycle, rooms
from live_polls.domain.ballots import Counted, Outcome, cast_batch
from live_polls.domain.tally import recount
from live_polls.errors import PollClosedError, StaleBallotError
from live_polls.models import Ballot, Poll, Room
from tests.factories import make_cast, make_poll
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

N = 8
A, B = {"option": 1}, {"option": 2}


def cast(poll: Poll, who: str, answer: object, seq: int) -> Outcome:
    [outcome] = cast_batch([make_cast(poll, answer, participant=who, seq=seq)])
    return outcome


def test_one_participant_in_many_threads_has_one_ballot():
    poll = make_poll()

    outcomes = together([partial(cast, poll, "alice", [A, B][seq % 2], seq) for seq in range(1, N + 1)])

    newest = max(outcome.seq for outcome in outcomes if isinstance(outcome, Counted))
    assert all(isinstance(outcome, Counted | StaleBallotError) for outcome in outcomes)
    assert newest == N
    assert Ballot.objects.values_list("seq", flat=True).get(poll=poll) == N
    assert recount() == []


def test_two_tabs_with_the_same_seq_count_one_and_tell_the_other():
    poll = make_poll()

    outcomes = together([partial(cast, poll, "alice", answer, 1) for answer in (A, B)])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Counted", "StaleBallotError"]
    assert recount() == []


def test_the_same_ballot_in_many_threads_gets_one_receipt():
    poll = make_poll()

    outcomes = together([partial(cast, poll, "alice", A, 1)] * N)

    assert len({outcome.receipt for outcome in outcomes if isinstance(outcome, Counted)}) == 1
    assert sum(getattr(outcome, "changed", False) for outcome in outcomes) == 1
    assert recount() == []


def test_many_participants_have_a_ballot_each():
    poll = make_poll()

    outcomes = together([partial(cast, poll, f"voter {n}", A, 1) for n in range(N)])

    assert all(isinstance(outcome, Counted) for outcome in outcomes)
    assert Ballot.objects.filter(poll=poll).count() == N
    assert len({outcome.version for outcome in outcomes if isinstance(outcome, Counted)}) == N
    assert recount() == []


def test_casts_racing_close_are_counted_exactly_when_accepted():
    poll = make_poll()
    outcomes: dict[str, Outcome] = {}
    landed: list[int] = []

    def vote(voter: int) -> None:
        for who in (f"{voter} {n}" for n in range(6)):
            outcomes[who] = cast(poll, who, A, 1)

    def close() -> None:
        outcomes["first"] = cast(poll, "first", A, 1)
        lifecycle.close_poll(Poll.objects.get(pk=poll.pk))
        landed.append(Ballot.objects.filter(poll=poll).count())

    deeds: list[Callable[[], None]] = [partial(vote, 1), partial(vote, 2), close]
    together(deeds)

    accepted = {who for who, outcome in outcomes.items() if isinstance(outcome, Counted)}
    assert set(Ballot.objects.values_list("participant", flat=True)) == accepted
    assert landed == [len(accepted)]
    assert all(isinstance(outcomes[who], PollClosedError) for who in outcomes.keys() - accepted)
    assert recount() == []


@pytest.mark.parametrize("deed", [lifecycle.close_poll, lifecycle.reset_poll, lambda poll: rooms.end_room(poll.room)])
def test_nothing_lands_after_a_deed_that_began_while_a_cast_was_judged(monkeypatch, deed):
    poll, judged, read_polls = make_poll(), Event(), ballot_rows.read_polls

    def read_and_tell(*args, **kwargs):
        polls = read_polls(*args, **kwargs)
        judged.set()  # the poll was open; the other thread tries to change that before this ballot is written
        return polls

    def vote() -> int:
        assert isinstance(cast(poll, "alice", A, 1), Counted)
        return 1

    def stop() -> int:
        judged.wait(10)
        deed(Poll.objects.get(pk=poll.pk))
        return Ballot.objects.filter(poll=poll).count()

    monkeypatch.setattr(ballot_rows, "read_polls", read_and_tell)

    assert together([vote, stop]) == [1, 1]
    assert Ballot.objects.filter(poll=poll).count() == 1
    assert recount() == []


def version() -> int:
    return Room.objects.values_list("version", flat=True).get()


@pytest.mark.parametrize(
    ("deed", "n_bumps"),
    [
        (lifecycle.close_poll, 1),
        (lifecycle.reset_poll, 1),
        (lifecycle.show_results, 1),
        (lifecycle.open_poll, 0),
        (lambda poll: rooms.end_room(poll.room), 1),
    ],
    ids=["close", "reset", "show", "open", "end"],
)
def test_of_two_hosts_at_once_one_does_it(deed, n_bumps):
    poll = make_poll()
    before = version()

    together([partial(deed, Poll.objects.get(pk=poll.pk)) for _ in range(2)])

    assert version() == before + n_bumps


def test_two_hosts_who_open_a_closed_poll_start_one_round():
    poll = make_poll()
    lifecycle.close_poll(poll)

    together([partial(lifecycle.open_poll, Poll.objects.get(pk=poll.pk)) for _ in range(2)])

    poll.refresh_from_db()
    assert (poll.state, poll.round) == ("open", 2)


def test_versions_of_racing_batches_are_all_different_and_rise():
    polls = [make_poll()]
    polls.append(make_poll(polls[0].room))

    outcomes = together([partial(cast, polls[n % 2], f"voter {n}", A, 1) for n in range(N)])

    versions = sorted(outcome.version for outcome in outcomes if isinstance(outcome, Counted))
    assert [later - earlier for earlier, later in pairwise(versions)] == [1] * (N - 1)
