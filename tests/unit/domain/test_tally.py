from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from live_polls.domain import lifecycle, tally
from live_polls.domain.ballots import cast_batch
from live_polls.domain.tally import recount, recount_closed
from live_polls.models import Poll, Room, Tally
from tests.factories import make_cast, make_poll

pytestmark = pytest.mark.django_db

PATIENCE = 20
A, B = {"option": 1}, {"option": 2}


@pytest.fixture
def poll():
    """Two rounds: in the first A, A, B and a withdrawn ballot, in the second B."""
    poll = make_poll()
    cast_batch([make_cast(poll, answer, participant=str(n)) for n, answer in enumerate([A, A, B, A])])
    cast_batch([make_cast(poll, None, participant="3", seq=2)])
    lifecycle.reset_poll(poll)
    lifecycle.open_poll(poll)
    cast_batch([make_cast(poll, B, participant="0")])
    return poll


def falsify(poll: Poll, round_: int, counter: str, n: int) -> None:
    Tally.objects.update_or_create(poll=poll, round=round_, counter=counter, defaults={"n": n})


def found(repair: bool = False) -> list[tuple[int, str, int, int]]:
    return [(one.round, one.counter, one.counted, one.stored) for one in recount(repair=repair)]


def test_recount_finds_nothing_where_nothing_is_wrong(poll):
    assert found() == []


@pytest.mark.parametrize(
    ("planted", "difference"),
    [
        ((1, "1", 3), (1, "1", 2, 3)),
        ((1, "n", 0), (1, "n", 3, 0)),
        ((2, "2", -1), (2, "2", 1, -1)),
        ((1, "3", 4), (1, "3", 0, 4)),
        ((3, "1", 1), (3, "1", 0, 1)),
        ((1, "nonsense", 1), (1, "nonsense", 0, 1)),
    ],
)
def test_recount_finds_and_repairs_a_planted_difference(poll, planted, difference):
    falsify(poll, *planted)

    assert found() == [difference]
    assert found(repair=True) == [difference]
    assert found() == []


def test_recount_finds_and_repairs_a_missing_row(poll):
    Tally.objects.filter(poll=poll, round=1, counter="2").delete()

    assert found(repair=True) == [(1, "2", 1, 0)]
    assert Tally.objects.get(poll=poll, round=1, counter="2").n == 1


def test_recount_without_repair_changes_nothing(poll):
    falsify(poll, 1, "1", 9)
    before = set(Tally.objects.values_list()), Room.objects.values_list("version").get()

    recount()

    assert (set(Tally.objects.values_list()), Room.objects.values_list("version").get()) == before


def test_repair_is_shown_to_everybody_and_a_clean_count_is_not(poll, heard):
    falsify(poll, 1, "1", 9)

    assert len(heard(lambda: recount(repair=True))) == 1
    assert heard(lambda: recount(repair=True)) == []


def test_recount_of_one_room_leaves_the_others(poll):
    other = make_poll()
    falsify(poll, 1, "1", 9)

    assert recount(other.room, repair=True) == []
    assert [one.poll for one in recount(poll.room)] == [poll]


def test_recount_looks_at_every_poll_and_kind(poll):
    ranking = make_poll(poll.room, kind="ranking")
    cast_batch([make_cast(ranking, {"options": [2, 3]})])
    falsify(ranking, 1, "first:2", 2)

    assert found() == [(1, "first:2", 1, 2)]


def test_recount_closed_counts_one_closed_poll_and_mends_nothing(poll):
    lifecycle.close_poll(poll)
    assert recount_closed(poll.pk) == 0
    falsify(poll, 1, "1", 9)
    assert recount_closed(poll.pk) == 0, "earlier rounds were looked at when they were over"
    falsify(poll, 2, "1", 9)
    falsify(poll, 2, "n", 9)

    assert [recount_closed(poll.pk), recount_closed(poll.pk)] == [2, 2]


def test_recount_closed_leaves_polls_that_are_not_closed_or_gone(poll):
    falsify(poll, 1, "1", 9)

    assert [recount_closed(poll.pk), recount_closed(0)] == [None, None]


@pytest.mark.django_db(transaction=True)
def test_a_count_that_is_right_waits_for_no_writer_and_none_for_it(poll):
    lifecycle.close_poll(poll)
    is_locked, is_counted = Event(), Event()

    def hold_the_lock() -> None:
        with transaction.atomic():
            list(Poll.objects.select_for_update(no_key=True).filter(pk=poll.pk))
            is_locked.set()
            assert is_counted.wait(PATIENCE)
        connection.close()

    with ThreadPoolExecutor(2) as threads:
        holding = threads.submit(hold_the_lock)
        assert is_locked.wait(PATIENCE)
        try:
            counting = threads.submit(on_own_connection, lambda: (recount(), recount_closed(poll.pk)))
            assert counting.result(PATIENCE / 4) == ([], 0)
        finally:
            is_counted.set()
        holding.result(PATIENCE)


def on_own_connection(deed):
    try:
        return deed()
    finally:
        connection.close()


def test_what_seems_wrong_is_looked_at_again_under_the_lock_of_the_poll(poll, monkeypatch):
    falsify(poll, 1, "1", 9)
    locks_before = []
    compare = tally._compare

    def compare_and_note(*args):
        locks_before.append(sum('"live_polls_poll"' in query["sql"] for query in queries.captured_queries))
        if len(locks_before) == 2:
            falsify(poll, 1, "1", 2)  # as if it had been right all along
        return compare(*args)

    monkeypatch.setattr(tally, "_compare", compare_and_note)
    with CaptureQueriesContext(connection) as queries:
        assert recount(repair=True) == []

    assert [n - locks_before[0] for n in locks_before] == [0, 1]
