from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_polls import events
from live_polls.domain import lifecycle, rooms
from live_polls.domain.ballots import Cast, Counted, Outcome, cast_batch
from live_polls.domain.tally import recount
from live_polls.errors import (
    InvalidAnswerError,
    PollClosedError,
    PollError,
    PollNotFoundError,
    RoomEndedError,
    StaleBallotError,
)
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import make_cast, make_participant, make_poll, make_room

pytestmark = pytest.mark.django_db

A, B, C = {"option": 1}, {"option": 2}, {"option": 3}
ALICE, BOB, CHARLIE = (letter * 32 for letter in "abc")


@pytest.fixture
def poll():
    return make_poll()


def outcome_of(poll: Poll, answer: object, *, who: str = ALICE, seq: int = 1, round_: int | None = None) -> Outcome:
    [outcome] = cast_batch([make_cast(poll, answer, participant=who, seq=seq, round_=round_)])
    return outcome


def counted(poll: Poll, answer: object, *, who: str = ALICE, seq: int = 1, round_: int | None = None) -> Counted:
    outcome = outcome_of(poll, answer, who=who, seq=seq, round_=round_)
    assert isinstance(outcome, Counted), outcome
    return outcome


def tally_of(poll: Poll, round_: int = 1) -> dict[str, int]:
    """The counters that are not zero."""
    rows = Tally.objects.filter(poll=poll, round=round_).exclude(n=0)
    return dict(rows.values_list("counter", "n"))


def ballot_of(poll: Poll, who: str = ALICE) -> tuple[int, str | None]:
    return Ballot.objects.values_list("seq", "answer").get(poll=poll, participant=who)


def version_of(poll: Poll) -> int:
    return Room.objects.values_list("version", flat=True).get(pk=poll.room_id)


def refusals(outcomes: list[Outcome]) -> list[type[PollError] | None]:
    return [type(outcome) if isinstance(outcome, PollError) else None for outcome in outcomes]


# One ballot


def test_cast_is_stored_and_counted(poll):
    outcome = counted(poll, B)

    assert ballot_of(poll) == (1, '{"option":2}')
    assert tally_of(poll) == {"n": 1, "2": 1}
    assert (outcome.seq, outcome.epoch, outcome.version) == (1, poll.room.epoch, version_of(poll))
    assert outcome.changed


def test_change_moves_the_difference(poll):
    counted(poll, A)
    counted(poll, B, seq=2)

    assert ballot_of(poll) == (2, '{"option":2}')
    assert tally_of(poll) == {"n": 1, "2": 1}


def test_withdrawal_takes_the_ballot_away_and_keeps_its_row(poll):
    counted(poll, A)
    counted(poll, None, seq=2)

    assert ballot_of(poll) == (2, None)
    assert tally_of(poll) == {}


def test_withdrawn_ballot_may_be_cast_anew(poll):
    counted(poll, A)
    counted(poll, None, seq=2)
    counted(poll, A, seq=3)

    assert tally_of(poll) == {"n": 1, "1": 1}


@pytest.mark.parametrize("late_seq", [1, 2])
def test_withdrawn_ballot_is_not_brought_back_by_a_late_cast(poll, late_seq):
    counted(poll, A)
    counted(poll, None, seq=2)

    late = outcome_of(poll, A, seq=late_seq)

    assert isinstance(late, StaleBallotError)
    assert (late.seq, late.answer) == (2, None)
    assert tally_of(poll) == {}


def test_withdrawal_of_nothing_is_a_ballot_without_an_answer(poll):
    counted(poll, None, seq=5)

    assert ballot_of(poll) == (5, None)
    assert tally_of(poll) == {}
    assert isinstance(outcome_of(poll, A, seq=4), StaleBallotError)


def test_seq_may_leap(poll):
    counted(poll, A, seq=2**53)

    assert ballot_of(poll) == (2**53, '{"option":1}')


# The same again


def test_resend_gets_the_same_receipt_and_changes_nothing(poll):
    first = counted(poll, A)
    again = counted(poll, A)

    assert (again.receipt, again.seq, again.version) == (first.receipt, first.seq, first.version)
    assert not again.changed
    assert tally_of(poll) == {"n": 1, "1": 1}


def test_resend_in_other_words_is_the_same_ballot():
    poll = make_poll(kind="multiple_choice")

    assert counted(poll, {"options": [3, 1]}).receipt == counted(poll, {"options": [1, 3]}).receipt


def test_resend_of_a_withdrawal_gets_the_same_receipt(poll):
    assert counted(poll, None).receipt == counted(poll, None).receipt


def close(poll: Poll) -> None:
    lifecycle.close_poll(poll)


def archive(poll: Poll) -> None:
    lifecycle.close_poll(poll)
    lifecycle.archive_poll(poll)


def end(poll: Poll) -> None:
    rooms.end_room(poll.room)


@pytest.mark.parametrize("deed", [close, lifecycle.reset_poll, archive, end])
def test_resend_gets_its_receipt_also_after(poll, deed):
    first = counted(poll, A)
    deed(poll)

    again = counted(poll, A, round_=1)

    assert (again.receipt, again.changed) == (first.receipt, False)
    assert tally_of(poll) == {"n": 1, "1": 1}


def test_resend_gets_its_receipt_also_in_a_later_open_round(poll):
    first = counted(poll, A)
    lifecycle.reset_poll(poll)
    lifecycle.open_poll(poll)
    counted(poll, B)

    assert counted(poll, A, round_=1).receipt == first.receipt
    assert (tally_of(poll, 1), tally_of(poll, 2)) == ({"n": 1, "1": 1}, {"n": 1, "2": 1})


def test_resend_gets_its_receipt_also_after_the_countdown(poll):
    first = counted(poll, A)
    Poll.objects.filter(pk=poll.pk).update(deadline=timezone.now() - timedelta(hours=1))

    assert counted(poll, A).receipt == first.receipt


def test_receipts_differ_by_participant_answer_and_seq(poll):
    receipts = [
        counted(poll, A).receipt,
        counted(poll, A, who=BOB).receipt,
        counted(poll, A, seq=2).receipt,
        counted(poll, B, seq=3).receipt,
        counted(make_poll(poll.room), A).receipt,
    ]

    assert len(set(receipts)) == 5


# Stale


@pytest.mark.parametrize(("answer", "seq"), [(A, 1), (B, 1), (B, 2), (None, 2), (A, 2)])
def test_older_ballot_is_stale_and_says_what_is_in_force(poll, answer, seq):
    counted(poll, C, seq=3)

    outcome = outcome_of(poll, answer, seq=seq)

    assert isinstance(outcome, StaleBallotError)
    assert (outcome.seq, outcome.answer) == (3, '{"option":3}')
    assert tally_of(poll) == {"n": 1, "3": 1}


def test_same_seq_with_another_answer_is_stale(poll):
    counted(poll, A)

    outcome = outcome_of(poll, B)

    assert isinstance(outcome, StaleBallotError)
    assert (outcome.seq, outcome.answer) == (1, '{"option":1}')
    assert tally_of(poll) == {"n": 1, "1": 1}


def test_stale_is_said_also_after_close(poll):
    counted(poll, A, seq=2)
    lifecycle.close_poll(poll)

    assert isinstance(outcome_of(poll, B), StaleBallotError)


# Refused


REFUSING = [
    (close, PollClosedError),
    (lifecycle.reset_poll, PollClosedError),
    (archive, PollClosedError),
    (end, RoomEndedError),
]


@pytest.mark.parametrize(("deed", "error"), REFUSING, ids=["closed", "draft", "archived", "ended"])
@pytest.mark.parametrize("answer", [A, None], ids=["cast", "withdrawal"])
def test_new_ballot_is_refused_where_nobody_may_vote(poll, deed, error, answer):
    deed(poll)

    assert type(outcome_of(poll, answer)) is error
    assert not Ballot.objects.exists()
    assert not Tally.objects.exists()


@pytest.mark.parametrize("answer", [B, None], ids=["change", "withdrawal"])
def test_change_is_refused_after_close(poll, answer):
    counted(poll, A)
    lifecycle.close_poll(poll)

    assert isinstance(outcome_of(poll, answer, seq=2), PollClosedError)
    assert ballot_of(poll) == (1, '{"option":1}')


def test_new_ballot_for_an_old_round_is_refused(poll):
    lifecycle.reset_poll(poll)
    lifecycle.open_poll(poll)

    outcome = outcome_of(poll, A, round_=1)

    assert isinstance(outcome, PollClosedError)
    assert outcome.message.startswith("That round is over.")


def test_ballot_for_a_round_to_come_finds_no_poll(poll):
    assert isinstance(outcome_of(poll, A, round_=2), PollNotFoundError)


def test_ballot_from_another_room_finds_no_poll(poll):
    cast = Cast(make_room().pk, ALICE, poll.code, 1, 1, A)

    assert refusals(cast_batch([cast])) == [PollNotFoundError]


@pytest.mark.parametrize("code", ["", "nosuchpo", "%s", "'; DROP TABLE", "\0"])
def test_ballot_for_an_unknown_poll_finds_no_poll(poll, code):
    cast = Cast(poll.room_id, ALICE, code, 1, 1, A)

    assert refusals(cast_batch([cast])) == [PollNotFoundError]


@pytest.mark.parametrize("answer", [{"option": 4}, {"option": True}, {}, {"options": [1]}, [1], 1, "1"], ids=repr)
def test_invalid_answer_is_refused_and_bumps_nothing(poll, answer):
    version = version_of(poll)

    assert isinstance(outcome_of(poll, answer), InvalidAnswerError)
    assert not Ballot.objects.exists()
    assert version_of(poll) == version


@pytest.mark.parametrize(("seconds_ago", "is_counted"), [(-60, True), (0.5, True), (3, False)])
def test_countdown_gives_grace_and_then_is_over(poll, seconds_ago, is_counted):
    Poll.objects.filter(pk=poll.pk).update(deadline=timezone.now() - timedelta(seconds=seconds_ago))

    assert isinstance(outcome_of(poll, A), Counted) is is_counted
    assert Ballot.objects.exists() is is_counted


# Batches


def test_batch_answers_everybody_in_order(poll):
    outcomes = cast_batch(
        [
            make_cast(poll, A, participant=ALICE),
            make_cast(poll, {"option": 9}, participant=BOB),
            make_cast(poll, C, participant=CHARLIE),
            make_cast(poll, B, participant=ALICE),
            make_cast(poll, A, participant=ALICE),
        ]
    )

    assert refusals(outcomes) == [None, InvalidAnswerError, None, StaleBallotError, None]
    assert tally_of(poll) == {"n": 2, "1": 1, "3": 1}


def test_newest_seq_of_a_batch_wins_and_each_cast_gets_its_receipt(poll):
    casts = [make_cast(poll, answer, participant=ALICE, seq=seq) for seq, answer in enumerate([A, B, None, C], 1)]

    outcomes = cast_batch(casts)

    assert refusals(outcomes) == [None] * 4
    assert ballot_of(poll) == (4, '{"option":3}')
    assert tally_of(poll) == {"n": 1, "3": 1}


def test_older_seq_later_in_a_batch_is_stale(poll):
    casts = [make_cast(poll, answer, participant=ALICE, seq=seq) for seq, answer in [(2, A), (1, B)]]

    assert refusals(cast_batch(casts)) == [None, StaleBallotError]
    assert ballot_of(poll) == (2, '{"option":1}')


def test_batch_may_span_polls_and_rooms():
    polls = [make_poll(), make_poll(kind="ranking")]
    polls.append(make_poll(polls[0].room))
    answers = [A, {"options": [2, 1]}, B]

    outcomes = cast_batch(
        [make_cast(poll, answer, participant=ALICE) for poll, answer in zip(polls, answers, strict=True)]
    )

    assert refusals(outcomes) == [None] * 3
    assert [tally_of(poll) for poll in polls] == [
        {"n": 1, "1": 1},
        {"n": 1, "2": 3, "1": 2, "first:2": 1},
        {"n": 1, "2": 1},
    ]


def test_batch_bumps_each_room_once_and_every_ack_has_that_version(poll):
    version = version_of(poll)

    outcomes = cast_batch([make_cast(poll, A, participant=who) for who in (ALICE, BOB, CHARLIE)])

    assert version_of(poll) == version + 1
    assert {outcome.version for outcome in outcomes if isinstance(outcome, Counted)} == {version + 1}


def test_ballots_leave_the_layout_version_alone(poll):
    before = Room.objects.values_list("layout_version").get()

    counted(poll, A)

    assert Room.objects.values_list("layout_version").get() == before


def test_empty_batch_has_no_outcomes():
    assert cast_batch([]) == []


def statements(casts: list[Cast]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        cast_batch(casts)
    sql = [query["sql"] for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]]
    return [" ".join(text.split()[:3]) for text in sql]


def test_batch_of_hundred_takes_the_statements_of_one(poll):
    one = statements([make_cast(poll, A)])

    assert statements([make_cast(poll, A) for _ in range(100)]) == one


def test_room_is_written_last(poll):
    assert statements([make_cast(poll, A)])[-1] == "UPDATE live_polls_room SET"


def test_failure_rolls_the_whole_batch_back(poll):
    def fail(execute, sql, params, many, context):
        if sql.startswith("INSERT INTO live_polls_tally"):
            raise ZeroDivisionError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(ZeroDivisionError):
        counted(poll, A)

    assert not Ballot.objects.exists()


# Announced


@pytest.fixture
def heard():
    facts: list[tuple[events.RoomChanged, bool]] = []

    def subscriber(fact: events.RoomChanged) -> None:
        facts.append((fact, connection.in_atomic_block))

    events.subscribe(subscriber)
    yield facts
    events.unsubscribe(subscriber)


@pytest.mark.django_db(transaction=True)
def test_change_is_announced_after_commit_once_a_room(poll, heard):
    outcomes = cast_batch([make_cast(poll, A, participant=who) for who in (ALICE, BOB)])

    [(fact, in_transaction)] = heard
    assert (fact.room_id, {fact.version}) == (poll.room_id, {getattr(outcome, "version", 0) for outcome in outcomes})
    assert not in_transaction


@pytest.mark.django_db(transaction=True)
def test_a_resend_is_announced_to_who_sent_it_and_a_refusal_is_not(poll, heard):
    """Whoever counted it may have died before it told anybody."""
    before = counted(poll, A)
    heard.clear()

    cast_batch([make_cast(poll, A, participant=ALICE), make_cast(poll, B, participant=BOB, round_=9)])

    [(fact, in_transaction)] = heard
    assert (fact.room_id, fact.version, fact.voters) == (poll.room_id, before.version, (ALICE,))
    assert not in_transaction
    heard.clear()
    cast_batch([make_cast(poll, B, participant=ALICE)])  # the same seq
    assert heard == []


# Any history


people = st.sampled_from([ALICE, BOB, CHARLIE])
anything = st.none() | st.lists(st.integers(1, 4), max_size=4).map(lambda options: {"options": options})
histories = st.lists(st.lists(st.tuples(people, st.integers(1, 4), anything), max_size=6), max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(kind=st.sampled_from(["multiple_choice", "ranking"]), history=histories)
def test_any_history_leaves_what_a_simple_model_says(kind, history):
    poll = make_poll(kind=kind)
    in_force: dict[str, tuple[int, list[int] | None]] = {}
    for batch in history:
        cast_batch([make_cast(poll, answer, participant=who, seq=seq) for who, seq, answer in batch])
        for who, seq, answer in batch:
            options = None if answer is None else answer["options"]
            is_valid = options is None or (options and len(set(options)) == len(options) and max(options) <= 3)
            if is_valid and seq > in_force.get(who, (0, None))[0]:
                in_force[who] = seq, options

    rows = Ballot.objects.filter(poll=poll).values_list("participant", "seq", "answer")
    stored = {who: (seq, answer and json.loads(answer)["options"]) for who, seq, answer in rows}
    if kind == "multiple_choice":
        in_force = {who: (seq, options and sorted(options)) for who, (seq, options) in in_force.items()}
    assert stored == in_force
    assert recount(poll.room) == []


def test_participant_of_the_room_is_who_casts(poll):
    participant = make_participant(poll.room)

    cast_batch([make_cast(poll, A, participant=participant)])

    assert Ballot.objects.get().participant == participant.ballot_key
