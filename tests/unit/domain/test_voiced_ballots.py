"""Ballots that stand under the voice key: of polls whose answers are shown or scored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from live_polls import events
from live_polls.domain.ballots import Cast, Counted, cast_batch
from live_polls.domain.snapshot import read_room
from live_polls.domain.versions import bump_layout
from live_polls.errors import StaleBallotError
from live_polls.models import Ballot, Poll
from tests.factories import make_cast, make_participant, make_poll, make_room

pytestmark = pytest.mark.django_db

A, B = {"option": 1}, {"option": 2}


def make_voiced_poll(room=None, **values: object) -> Poll:
    """A quiz question: the kind itself is as secret as ever."""
    poll = make_poll(room)
    Poll.objects.filter(pk=poll.pk).update(points=1000, **values)
    bump_layout(poll.room_id)
    poll.refresh_from_db()
    return poll


def cast(poll: Poll, answer: object, who: object, seq: int = 1, **values: object) -> object:
    [outcome] = cast_batch([make_cast(poll, answer, participant=who, seq=seq)])  # type: ignore[arg-type]
    return outcome


def test_ballot_stands_under_the_key_that_its_poll_asks_for():
    room = make_room()
    secret, voiced, who = make_poll(room), make_voiced_poll(room), make_participant(room)

    cast_batch([make_cast(poll, A, participant=who) for poll in (secret, voiced)])

    stored = dict(Ballot.objects.values_list("poll__code", "participant"))
    assert stored == {secret.code: who.ballot_key, voiced.code: who.voice_key}


def test_both_are_told_to_the_participant_as_their_own():
    room = make_room()
    secret, voiced = make_poll(room), make_voiced_poll(room)
    alice, bob = make_participant(room), make_participant(room)
    outcomes = cast_batch(
        [
            make_cast(poll, answer, participant=who)
            for poll in (secret, voiced)
            for who, answer in ((alice, A), (bob, B))
        ]
    )

    _, mine = read_room(room.pk, participants={who.ballot_key: who.voice_key for who in (alice, bob)})

    receipts = [outcome.receipt for outcome in outcomes if isinstance(outcome, Counted)]
    assert {ballot.poll: (ballot.answer, ballot.receipt) for ballot in mine[alice.ballot_key]} == {
        secret.code: ('{"option":1}', receipts[0]),
        voiced.code: ('{"option":1}', receipts[2]),
    }
    assert {ballot.receipt for ballot in mine[bob.ballot_key]} == {receipts[1], receipts[3]}


def test_who_knows_but_the_ballot_key_finds_no_voiced_ballot():
    poll = make_voiced_poll()
    who = make_participant(poll.room)
    cast(poll, A, who)

    assert read_room(poll.room_id, participants={who.ballot_key: ""})[1] == {}
    assert read_room(poll.room_id, participants={who.voice_key: who.ballot_key})[1] == {}


def test_resend_and_stale_are_the_same_under_either_key():
    poll = make_voiced_poll()
    who = make_participant(poll.room)
    first = cast(poll, A, who, seq=2)

    again, late = cast(poll, A, who, seq=2), cast(poll, B, who)

    assert isinstance(first, Counted)
    assert isinstance(again, Counted)
    assert (again.receipt, again.changed) == (first.receipt, False)
    assert again.elapsed_ms == first.elapsed_ms
    assert isinstance(late, StaleBallotError)


def test_voters_are_told_by_the_key_under_which_they_voted():
    poll = make_voiced_poll()
    who = make_participant(poll.room)
    facts: list[events.RoomChanged] = []
    events.subscribe(facts.append)

    cast(poll, A, who)

    events.unsubscribe(facts.append)
    assert [fact.voters for fact in facts] == [(who.voice_key,)]


def test_voiced_ballot_without_a_voice_is_nobodys():
    poll = make_voiced_poll()

    with pytest.raises(ValueError, match="voice key"):
        cast_batch([Cast(poll.room_id, "alice", poll.code, 1, 1, A)])


@pytest.mark.parametrize(("after", "elapsed_ms"), [(0.2, 0), (-60, 0), (2.5, 1500)])
def test_quiz_ballot_keeps_how_long_it_took_less_the_allowance(after, elapsed_ms):
    poll = make_voiced_poll(opened_at=timezone.now() - timedelta(seconds=10))
    assert poll.opened_at is not None
    who = make_participant(poll.room)
    arrived_at = poll.opened_at.timestamp() + after

    [outcome] = cast_batch([Cast(poll.room_id, "-", poll.code, 1, 1, A, who.voice_key, arrived_at)])

    assert isinstance(outcome, Counted)
    assert abs((outcome.elapsed_ms or 0) - elapsed_ms) <= 1
    assert Ballot.objects.get().elapsed_ms == outcome.elapsed_ms


def test_withdrawn_quiz_ballot_keeps_no_time():
    poll = make_voiced_poll()
    who = make_participant(poll.room)
    cast(poll, A, who)
    cast(poll, None, who, seq=2)

    assert Ballot.objects.values_list("elapsed_ms", "points").get() == (None, None)


def test_ballot_of_no_quiz_question_keeps_no_time():
    cast(poll := make_poll(), A, make_participant(poll.room))

    assert Ballot.objects.values_list("elapsed_ms", "points").get() == (None, None)
