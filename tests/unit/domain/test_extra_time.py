from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from live_polls.domain import clock, extra_time, lifecycle
from live_polls.domain.ballots import Counted, Outcome, cast_batch
from live_polls.domain.extra_time import OwnTime, ask_for_time, seconds_for
from live_polls.enums import PollState
from live_polls.errors import IllegalMoveError, PollClosedError, PollNotFoundError
from live_polls.models import ExtraTime, Poll, Room
from tests.factories import make_cast, make_participant, make_poll

pytestmark = pytest.mark.django_db


def make_timed(seconds: int = 60) -> Poll:
    return make_poll(seconds=seconds)


def ends(poll: Poll, *, seconds_ago: float) -> None:
    """Let the countdown have ended so long ago; extra time ends when it does."""
    Poll.objects.filter(pk=poll.pk).update(deadline=clock.read_now() - timedelta(seconds=seconds_ago))


def deadlines(poll: Poll) -> tuple[datetime | None, datetime | None]:
    return Poll.objects.values_list("deadline", "last_deadline").get(pk=poll.pk)


@pytest.mark.parametrize(("countdown", "more"), [(None, 15), (10, 15), (30, 15), (31, 16), (60, 30), (3600, 1800)])
def test_one_gets_half_of_the_countdown_and_15_seconds_at_least(countdown, more):
    assert seconds_for(countdown) == more


def test_who_asks_has_a_deadline_of_their_own_and_the_poll_closes_with_the_last_one():
    poll = make_timed()

    own = ask_for_time(poll, round_=1, voice="mine", nth=1)

    deadline, last = deadlines(poll)
    assert deadline == poll.deadline
    assert deadline is not None
    assert own == OwnTime(1, deadline + timedelta(seconds=30), deadline)
    assert own.seconds == 30
    assert last == own.deadline


def test_asking_may_be_repeated_and_adds_once(heard):
    poll = make_timed()
    first = ask_for_time(poll, round_=1, voice="mine", nth=1)

    assert heard(lambda: ask_for_time(poll, round_=1, voice="mine", nth=1)) == []
    assert ask_for_time(poll, round_=1, voice="mine", nth=1) == first


def test_one_may_ask_twice_and_no_more():
    poll = make_timed()
    first = ask_for_time(poll, round_=1, voice="mine", nth=1)
    second = ask_for_time(poll, round_=1, voice="mine", nth=2)

    assert second == OwnTime(2, first.deadline + timedelta(seconds=30), first.of_all)
    assert ask_for_time(poll, round_=1, voice="mine", nth=2) == second
    with pytest.raises(IllegalMoveError):
        ask_for_time(poll, round_=1, voice="mine", nth=3)


def test_asking_tells_the_screens_of_the_room(heard):
    poll = make_timed()

    (fact,) = heard(lambda: ask_for_time(poll, round_=1, voice="mine", nth=1))

    assert (fact.room_id, fact.voters) == (poll.room_id, ("mine",))


def test_without_a_countdown_there_is_nothing_to_ask_for():
    with pytest.raises(IllegalMoveError):
        ask_for_time(make_poll(), round_=1, voice="mine", nth=1)


def test_who_asks_within_the_grace_has_all_of_it():
    poll = make_timed()
    ends(poll, seconds_ago=1)

    own = ask_for_time(poll, round_=1, voice="mine", nth=1)

    assert own.deadline > clock.read_now() + timedelta(seconds=28)


def test_who_asks_after_the_grace_is_refused_though_others_have_time():
    poll = make_timed()
    ask_for_time(poll, round_=1, voice="mine", nth=1)
    ends(poll, seconds_ago=3)

    with pytest.raises(PollClosedError):
        ask_for_time(poll, round_=1, voice="other", nth=1)
    assert ask_for_time(poll, round_=1, voice="mine", nth=2).n_asked == 2


@pytest.mark.parametrize("deed", [lifecycle.close_poll, lifecycle.reset_poll])
def test_nobody_asks_in_a_poll_that_is_not_open(deed):
    poll = make_timed()
    deed(poll)

    with pytest.raises((PollClosedError, PollNotFoundError)):
        ask_for_time(poll, round_=1, voice="mine", nth=1)


def test_there_is_no_extra_time_in_a_round_that_is_not_there_yet():
    with pytest.raises(PollNotFoundError):
        ask_for_time(make_timed(), round_=2, voice="mine", nth=1)


def test_more_time_for_everybody_is_more_for_those_who_asked():
    poll = make_timed()
    own = ask_for_time(poll, round_=1, voice="mine", nth=1)

    lifecycle.extend_countdown(poll)

    more = timedelta(seconds=15)
    assert read_of(poll, "mine") == OwnTime(1, own.deadline + more, own.of_all + more)
    assert deadlines(poll)[1] == own.deadline + timedelta(seconds=15)


def test_extra_time_stays_on_top_of_what_everybody_has():
    poll = make_timed()
    ask_for_time(poll, round_=1, voice="mine", nth=1)
    ends(poll, seconds_ago=50)
    ExtraTime.objects.update(deadline=clock.read_now() - timedelta(seconds=20))
    Poll.objects.update(last_deadline=clock.read_now() - timedelta(seconds=20))

    lifecycle.extend_countdown(poll)

    deadline, last = deadlines(poll)
    assert deadline is not None
    assert timedelta(seconds=29) < ExtraTime.objects.get().deadline - deadline < timedelta(seconds=31)
    assert last is not None
    assert timedelta(seconds=29) < last - deadline < timedelta(seconds=31)


def test_without_a_clock_nobody_needs_extra_time():
    poll = make_timed()
    ask_for_time(poll, round_=1, voice="mine", nth=1)

    lifecycle.stop_countdown(poll)

    assert deadlines(poll) == (None, None)


@pytest.mark.parametrize("seconds_ago", [1, 10])
def test_the_poll_stays_open_while_anybody_has_time(seconds_ago):
    poll = make_timed()
    ask_for_time(poll, round_=1, voice="mine", nth=1)
    ends(poll, seconds_ago=seconds_ago)

    assert lifecycle.close_overdue() == 0

    Poll.objects.update(last_deadline=clock.read_now() - timedelta(seconds=3))
    Poll.objects.update(deadline=clock.read_now() - timedelta(seconds=30))

    assert lifecycle.close_overdue() == 1
    assert deadlines(poll) == (None, None)


def test_who_had_extra_time_is_forgotten_when_the_poll_closes():
    poll = make_timed()
    ask_for_time(poll, round_=1, voice="mine", nth=1)

    lifecycle.close_poll(poll)

    assert not ExtraTime.objects.exists()


def test_a_ballot_is_in_time_by_the_deadline_of_who_casts_it():
    poll = make_timed()
    mine, other = make_participant(poll.room), make_participant(poll.room)
    ask_for_time(poll, round_=1, voice=mine.voice_key, nth=1)
    ends(poll, seconds_ago=10)

    outcomes = cast_batch([make_cast(poll, {"option": 1}, participant=who) for who in (mine, other)])

    assert [kind_of(outcome) for outcome in outcomes] == [Counted, PollClosedError]


@pytest.mark.parametrize(("seconds_ago", "outcome"), [(1, Counted), (3, PollClosedError)])
def test_the_grace_counts_for_extra_time_too(seconds_ago, outcome):
    poll = make_timed()
    mine = make_participant(poll.room)
    ask_for_time(poll, round_=1, voice=mine.voice_key, nth=1)
    ask_for_time(poll, round_=1, voice="who has longer", nth=2)
    ends(poll, seconds_ago=30)
    ExtraTime.objects.filter(voice=mine.voice_key).update(deadline=clock.read_now() - timedelta(seconds=seconds_ago))

    (was,) = cast_batch([make_cast(poll, {"option": 1}, participant=mine)])

    assert kind_of(was) is outcome


def test_extra_time_is_of_one_poll_only():
    poll = make_timed()
    other = make_poll(poll.room, seconds=60)
    mine = make_participant(poll.room)
    ask_for_time(poll, round_=1, voice=mine.voice_key, nth=1)
    ask_for_time(other, round_=1, voice="somebody", nth=1)
    ends(other, seconds_ago=10)

    (outcome,) = cast_batch([make_cast(other, {"option": 1}, participant=mine)])

    assert kind_of(outcome) is PollClosedError


def test_a_counted_ballot_gets_its_receipt_again_after_its_time():
    poll = make_timed()
    cast = make_cast(poll, {"option": 1})
    cast_batch([cast])
    ends(poll, seconds_ago=10)

    (again,) = cast_batch([cast])

    assert kind_of(again) is Counted


def test_the_transaction_looks_for_extra_time_only_where_somebody_has_it():
    poll, extra = make_timed(), make_timed()
    ask_for_time(extra, round_=1, voice="mine", nth=1)
    ends(poll, seconds_ago=10)
    ends(extra, seconds_ago=10)

    assert asks_for_extra_time(extra)
    assert not asks_for_extra_time(poll)
    assert not asks_for_extra_time(make_timed())


@pytest.mark.parametrize("hours", [-5, 5])
def test_the_clock_of_a_process_decides_nothing(monkeypatch, hours):
    real_now, real_time = timezone.now, time.time
    monkeypatch.setattr(timezone, "now", lambda: real_now() + timedelta(hours=hours))
    monkeypatch.setattr(time, "time", lambda: real_time() + hours * 3600)
    poll, over = make_timed(), make_timed()
    ends(over, seconds_ago=3)

    assert poll.deadline is not None
    assert timedelta(seconds=58) < poll.deadline - real_now() < timedelta(seconds=60, milliseconds=2)
    assert lifecycle.close_overdue() == 1
    outcomes = cast_batch([make_cast(poll, {"option": 1}), make_cast(over, {"option": 1})])
    assert [kind_of(outcome) for outcome in outcomes] == [Counted, PollClosedError]
    lifecycle.extend_countdown(poll)
    assert deadlines(poll)[0] == poll.deadline


def test_a_room_with_one_poll_at_a_time_closes_the_others():
    first = make_timed()
    Room.objects.update(one_at_a_time=True)
    ask_for_time(first, round_=1, voice="mine", nth=1)
    elsewhere = make_poll()

    second = make_poll(first.room)

    states = dict(Poll.objects.values_list("pk", "state"))
    assert states == {first.pk: PollState.CLOSED, second.pk: PollState.OPEN, elsewhere.pk: PollState.OPEN}
    assert deadlines(first) == (None, None)


def test_opening_again_what_is_open_closes_nothing():
    first = make_timed()
    second = make_poll(first.room)
    Room.objects.update(one_at_a_time=True)

    lifecycle.open_poll(second)

    assert set(Poll.objects.values_list("state", flat=True)) == {PollState.OPEN}


def read_of(poll: Poll, voice: str) -> OwnTime:
    return extra_time.read_times([(poll.pk, poll.round)])[poll.pk][voice]


def kind_of(outcome: Outcome) -> type[object]:
    return type(outcome)


def asks_for_extra_time(poll: Poll) -> bool:
    with CaptureQueriesContext(connection) as seen:
        cast_batch([make_cast(poll, {"option": 1})])
    return any("extratime" in query["sql"] for query in seen.captured_queries)
