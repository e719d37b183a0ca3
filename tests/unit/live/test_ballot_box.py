from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError

from live_polls.domain.ballots import Cast, CommitUnknownError, Counted
from live_polls.domain.tally import recount
from live_polls.errors import BusyError, InternalError, PollClosedError, StaleBallotError
from live_polls.live import ballot_box, metrics
from live_polls.live.ballot_box import BallotBox, Outcome, drop_box, get_box
from live_polls.models import Ballot
from tests.factories import make_cast, make_poll
from tests.together import together

PATIENCE = 10


class Writer:
    """Stands in for the database: notes each batch, holds it while the gate is shut, and fails where it is told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.writing = threading.Event()
        self.poison: set[int] = set()
        self.n_busy = 0
        self.n_unknown = 0

    def __call__(self, casts: Sequence[Cast]) -> list[Outcome]:
        numbers = [cast.seq for cast in casts]
        self.writing.set()
        assert self.gate.wait(PATIENCE)
        if self.n_unknown:
            self.n_unknown -= 1
            raise CommitUnknownError
        if self.n_busy:
            self.n_busy -= 1
            raise OperationalError("database is locked")
        self.batches.append(numbers)
        if self.poison & set(numbers):
            raise ZeroDivisionError
        return [Counted(f"receipt {number}", number, "epoch", 1, changed=True) for number in numbers]

    def hold(self) -> None:
        self.gate.clear()
        self.writing.clear()


def ballot(number: int) -> Cast:
    return Cast(1, "alice", "poll", 1, number, {"option": 1})


@pytest.fixture
def writer():
    return Writer()


@pytest.fixture
def box_of(writer) -> Iterator[BallotBox]:
    box = BallotBox(writer)
    yield box
    writer.gate.set()
    assert box.drain(PATIENCE)


@pytest.fixture
def waiting(writer, box_of) -> Callable[[int], list[Outcome]]:
    """Cast ballot 0, and while it is being written n more; what becomes of those, once `settle` was called."""
    outcomes: list[Outcome] = []

    def cast(n: int) -> list[Outcome]:
        writer.hold()
        put(box_of, ballot(0))
        assert writer.writing.wait(PATIENCE)
        for number in range(1, n + 1):
            put(box_of, ballot(number), outcomes.append)
        return outcomes

    return cast


def put(box: BallotBox, cast: Cast, deliver: Callable[[Outcome], Any] = bool) -> None:
    """Cast from a thread that does not wait."""
    box._put(ballot_box._Waiting(cast, deliver, None, time.monotonic()))


def settle(writer: Writer, box: BallotBox) -> None:
    writer.gate.set()
    assert box.drain(PATIENCE)


def types_of(outcomes: Sequence[object]) -> list[str]:
    return [type(outcome).__name__ for outcome in outcomes]


# Batches


def test_a_ballot_alone_is_written_at_once(writer, box_of):
    outcome = box_of.cast_and_wait(ballot(1))

    assert isinstance(outcome, Counted)
    assert outcome.receipt == "receipt 1"
    assert writer.batches == [[1]]


def test_ballots_gather_while_one_is_written_and_go_together_in_their_order(writer, box_of, waiting):
    outcomes = waiting(20)
    assert len(box_of) == 20
    settle(writer, box_of)

    assert writer.batches == [[0], list(range(1, 21))]
    assert [outcome.seq for outcome in outcomes if isinstance(outcome, Counted)] == list(range(1, 21))


def test_a_batch_is_bounded(writer, box_of, waiting, monkeypatch):
    monkeypatch.setattr(ballot_box, "MAX_BATCH", 4)
    waiting(10)
    settle(writer, box_of)

    assert [len(batch) for batch in writer.batches] == [1, 4, 4, 2]


def test_one_thread_writes(writer, box_of):
    before = threading.active_count()
    for number in range(5):
        box_of.cast_and_wait(ballot(number))

    assert threading.active_count() == before + 1


# Too much, too late


def test_a_full_box_refuses_at_once_and_what_was_in_it_is_written(writer, box_of, waiting, monkeypatch):
    monkeypatch.setattr(ballot_box, "MAX_WAITING", 3)
    outcomes = waiting(5)

    assert types_of(outcomes) == ["BusyError", "BusyError"]
    settle(writer, box_of)
    assert writer.batches == [[0], [1, 2, 3]]


def test_busy_says_when_to_come_back_and_not_to_all_the_same(writer, box_of, waiting, monkeypatch):
    monkeypatch.setattr(ballot_box, "MAX_WAITING", 1_000_000)
    assert box_of.drain()
    outcomes = [box_of.cast_and_wait(ballot(number)) for number in range(20)]

    retries = [outcome.retry_ms for outcome in outcomes if isinstance(outcome, BusyError)]
    assert len(set(retries)) > 1
    assert all(500 <= retry_ms <= 1500 for retry_ms in retries)


def test_the_more_were_refused_the_later_they_are_asked_to_come_back(writer, box_of, waiting, monkeypatch):
    monkeypatch.setattr(ballot_box, "MAX_WAITING", 10)
    outcomes = waiting(10 + 300)

    retries = [outcome.retry_ms for outcome in outcomes if isinstance(outcome, BusyError)]
    assert len(retries) == 300
    assert sum(retries[:10]) / 10 < 3_000 < 8_000 < sum(retries[-100:]) / 100
    assert max(retries) <= 1.5 * ballot_box.LONGEST_RETRY_MS


def test_when_there_is_room_for_everybody_again_nobody_is_asked_to_stay_away_long(writer, box_of, waiting, monkeypatch):
    monkeypatch.setattr(ballot_box, "MAX_WAITING", 10)
    waiting(10 + 300)
    writer.gate.set()
    assert isinstance(box_of.cast_and_wait(ballot(999)), Counted | BusyError)
    while len(box_of):
        box_of.cast_and_wait(ballot(999))
    box_of.cast_and_wait(ballot(999))

    monkeypatch.setattr(ballot_box, "MAX_WAITING", 0)
    refused = box_of.cast_and_wait(ballot(1))
    assert isinstance(refused, BusyError)
    assert refused.retry_ms is not None
    assert refused.retry_ms <= 3_000


def test_a_late_ballot_is_refused_before_it_is_written(writer, box_of, waiting, monkeypatch):
    outcomes = waiting(2)
    monkeypatch.setattr(ballot_box, "DEADLINE_SECONDS", -1)
    settle(writer, box_of)

    assert types_of(outcomes) == ["BusyError"] * 2
    assert writer.batches == [[0]]


def test_of_a_batch_only_the_late_ones_are_refused(writer, box_of, waiting):
    outcomes = waiting(1)
    long_ago = time.monotonic() - 60
    box_of._put(ballot_box._Waiting(ballot(2), outcomes.append, None, long_ago))
    settle(writer, box_of)

    assert types_of(outcomes) == ["BusyError", "Counted"]
    assert writer.batches == [[0], [1]]


def test_a_thread_that_waited_too_long_hears_that_nobody_knows(box_of, waiting, monkeypatch):
    waiting(0)
    monkeypatch.setattr(ballot_box, "DEADLINE_SECONDS", 0.005)

    assert isinstance(box_of.cast_and_wait(ballot(1)), InternalError)


# Failures


@pytest.mark.parametrize("poison", [{1}, {8}, {3, 5}, set(range(1, 9))], ids=repr)
def test_a_poison_ballot_fails_alone(writer, box_of, waiting, poison, caplog):
    writer.poison = poison
    outcomes = waiting(8)
    settle(writer, box_of)

    assert types_of(outcomes) == ["InternalError" if number in poison else "Counted" for number in range(1, 9)]
    assert [record.message for record in caplog.records] == ["A ballot could not be counted"] * len(poison)
    written = [number for batch in writer.batches if not poison & set(batch) for number in batch]
    assert sorted(written) == sorted(set(range(9)) - poison)


def test_the_box_goes_on_after_poison(writer, box_of):
    writer.poison = {1}
    box_of.cast_and_wait(ballot(1))

    assert isinstance(box_of.cast_and_wait(ballot(2)), Counted)


def test_the_box_goes_on_after_a_mistake_of_our_own(writer, box_of, waiting, monkeypatch, caplog):
    outcomes = waiting(3)
    with monkeypatch.context() as broken:
        broken.setattr(metrics, "record_batch", None)
        writer.gate.set()
        assert isinstance(box_of.cast_and_wait(ballot(4)), InternalError)

    assert types_of(outcomes) == ["InternalError"] * 3
    assert {record.message for record in caplog.records} == {"A batch of ballots could not be counted"}
    assert isinstance(box_of.cast_and_wait(ballot(5)), Counted)


def test_ballots_without_an_outcome_are_answered_and_the_box_goes_on(monkeypatch, caplog):
    answers: list[list[Outcome]] = [[], [Counted("receipt", 2, "epoch", 1, changed=True)]]
    box = BallotBox(lambda _casts: answers.pop(0))

    assert isinstance(box.cast_and_wait(ballot(1)), InternalError)
    assert isinstance(box.cast_and_wait(ballot(2)), Counted)
    assert [record.message for record in caplog.records] == ["0 outcomes for 1 ballots"]
    assert box.drain(PATIENCE)


def test_a_receiver_in_a_thread_that_fails_costs_the_others_nothing(writer, box_of, waiting, caplog):
    outcomes = waiting(1)
    put(box_of, ballot(2), lambda _outcome: 1 / 0)
    put(box_of, ballot(3), outcomes.append)
    settle(writer, box_of)

    assert types_of(outcomes) == ["Counted"] * 2
    assert [record.message for record in caplog.records] == ["An outcome could not be delivered"]


def test_a_writer_that_ended_is_replaced(writer, box_of, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(BallotBox, "_run", lambda _box: None)
        put(box_of, ballot(1))
        assert box_of._thread is not None
        box_of._thread.join(PATIENCE)

    assert isinstance(box_of.cast_and_wait(ballot(2)), Counted)
    assert writer.batches == [[1, 2]]


def test_a_busy_database_is_tried_again(writer, box_of, caplog):
    writer.n_busy = 3

    assert isinstance(box_of.cast_and_wait(ballot(1)), Counted)
    assert writer.batches == [[1]]
    assert not caplog.records


def test_a_database_that_is_busy_until_the_deadline_is_said_to_be(writer, box_of, caplog):
    writer.n_busy = 1
    since = time.monotonic() - ballot_box.DEADLINE_SECONDS

    outcomes = box_of._outcomes([ballot(1), ballot(2)], since, writer)

    assert types_of(outcomes) == ["BusyError"] * 2
    assert writer.batches == []
    assert [record.message for record in caplog.records] == ["Ballots were refused as busy: database is locked"]


def test_a_commit_whose_answer_is_lost_is_tried_again(writer, box_of):
    writer.n_unknown = 1

    assert isinstance(box_of.cast_and_wait(ballot(1)), Counted)
    assert writer.batches == [[1]]


def test_nobody_hears_busy_whose_ballot_may_be_counted(writer, box_of, monkeypatch):
    monkeypatch.setattr(ballot_box, "DEADLINE_SECONDS", 0.02)
    writer.n_unknown, writer.n_busy = 1, 100

    outcomes = box_of._outcomes([ballot(1), ballot(2)], time.monotonic(), writer)

    assert types_of(outcomes) == ["InternalError"] * 2


# Draining


def test_drain_writes_what_waits_and_refuses_what_comes(writer, box_of, waiting):
    outcomes = waiting(3)
    settle(writer, box_of)

    assert types_of(outcomes) == ["Counted"] * 3
    assert isinstance(box_of.cast_and_wait(ballot(9)), BusyError)
    assert writer.batches == [[0], [1, 2, 3]]


def test_drain_says_when_it_did_not_finish_in_time(writer, box_of, waiting):
    waiting(1)

    assert not box_of.drain(0)


def test_drain_of_a_box_that_was_never_used_and_again_is_nothing(box_of):
    assert box_of.drain()
    assert box_of.drain()


# Event loops


async def test_outcomes_come_in_the_loop_of_the_caller_and_once(box_of):
    delivered: asyncio.Queue[tuple[int, str]] = asyncio.Queue()

    def deliver(outcome: Outcome) -> None:
        asyncio.get_running_loop()
        delivered.put_nowait((threading.get_ident(), type(outcome).__name__))

    for number in range(3):
        box_of.cast(ballot(number), deliver)

    assert [await delivered.get() for _ in range(3)] == [(threading.get_ident(), "Counted")] * 3
    assert delivered.empty()


async def test_a_receiver_that_fails_costs_the_others_nothing(writer, box_of, caplog):
    writer.hold()
    box_of.cast(ballot(1), lambda _outcome: 1 / 0)
    other = asyncio.ensure_future(box_of.cast_and_await(ballot(2)))
    await asyncio.sleep(0)
    writer.gate.set()

    assert isinstance(await other, Counted)
    assert [record.message for record in caplog.records] == ["An outcome could not be delivered"]


async def test_who_stopped_waiting_is_not_told(writer, box_of, caplog):
    writer.hold()
    gone = asyncio.ensure_future(box_of.cast_and_await(ballot(1)))
    await asyncio.sleep(0)
    gone.cancel()
    writer.gate.set()

    assert isinstance(await box_of.cast_and_await(ballot(2)), Counted)
    assert [number for batch in writer.batches for number in batch] == [1, 2]
    assert not caplog.records


def test_a_loop_that_has_closed_harms_nobody(writer, box_of):
    async def cast() -> None:
        box_of.cast(ballot(1), bool)

    writer.hold()
    asyncio.run(cast())
    writer.gate.set()

    assert isinstance(box_of.cast_and_wait(ballot(2)), Counted)
    assert [number for batch in writer.batches for number in batch] == [1, 2]


# The box of the process, on the real database


def test_the_process_has_one_box_until_it_is_dropped(box):
    first = get_box()
    assert get_box() is first

    drop_box()
    drop_box()

    assert get_box() is not first


def test_many_threads_through_the_box(box):
    polls = [make_poll(), make_poll(kind="ranking")]

    def vote(number: int) -> Outcome:
        poll, answer = polls[number % 2], [{"option": 1 + number % 3}, {"options": [3, 1]}][number % 2]
        return get_box().cast_and_wait(make_cast(poll, answer, participant=f"voter {number}"))

    outcomes = together([partial(vote, number) for number in range(12)])

    assert types_of(outcomes) == ["Counted"] * 12
    assert Ballot.objects.count() == 12
    assert recount() == []


def test_one_participant_in_many_threads_through_the_box(box):
    poll = make_poll()

    def vote(seq: int) -> Outcome:
        return get_box().cast_and_wait(make_cast(poll, {"option": 1 + seq % 3}, participant="alice", seq=seq))

    outcomes = together([partial(vote, seq) for seq in range(1, 9)])

    assert all(isinstance(outcome, Counted | StaleBallotError) for outcome in outcomes)
    assert Ballot.objects.values_list("seq", flat=True).get() == 8
    assert recount() == []


class Poison(dict[str, int]):
    """An answer that breaks what looks at it."""

    def __iter__(self) -> Iterator[str]:
        raise ZeroDivisionError


def test_a_poison_ballot_fails_alone_on_the_real_database(box, monkeypatch):
    poll, outcomes = make_poll(), list[Outcome]()
    answers = [{"option": 1}, {"option": 2}, Poison(option=1), {"option": 1}]
    monkeypatch.setattr(BallotBox, "_run", lambda _box: None)  # so that all four wait together
    own = BallotBox()
    for answer in answers:
        put(own, make_cast(poll, answer), outcomes.append)
    monkeypatch.undo()
    assert own.drain(PATIENCE)

    own._run()

    assert types_of(outcomes) == ["Counted", "Counted", "InternalError", "Counted"]
    assert Ballot.objects.count() == 3
    assert recount() == []


def test_a_closed_poll_is_refused_through_the_box(box):
    poll = make_poll(is_open=False)

    assert isinstance(get_box().cast_and_wait(make_cast(poll, {"option": 1})), PollClosedError)
