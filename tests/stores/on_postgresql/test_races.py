"""Two connections at the one point where ballots could be counted twice; and that our lock is what prevents it.

Each race is also run with the lock taken away or weakened: then it must go wrong, or the test would prove nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial

import pytest
from django.db import OperationalError, connection

from live_polls.domain import ballot_rows, lifecycle
from live_polls.domain.ballot_rows import BallotKey, BallotRow
from live_polls.domain.ballots import Counted, Outcome, cast_batch
from live_polls.domain.tally import recount
from live_polls.models import Ballot, Poll, Room
from tests.factories import make_cast, make_poll
from tests.stores.waits import PATIENCE_S, somebody_waits_for_a_lock, until
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def no_lock(codes: Sequence[str]) -> None:
    pass


def shared_lock(codes: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM live_polls_poll WHERE code = ANY(%s) ORDER BY id FOR SHARE", [list(codes)])


class Crossing:
    """Holds the first who has read until the second has read, too, or waits for a lock."""

    def __init__(self) -> None:
        self.n_arrived = 0
        self._lock = threading.Lock()

    def wait(self) -> None:
        with self._lock:
            self.n_arrived += 1
            is_first = self.n_arrived == 1
        if is_first:
            until(lambda: self.n_arrived > 1 or somebody_waits_for_a_lock())


def cast(poll: Poll, option: int, seq: int) -> Outcome:
    [outcome] = cast_batch([make_cast(poll, {"option": option}, participant="alice", seq=seq)])
    return outcome


def cast_twice_at_once(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    crossing, read_ballots = Crossing(), ballot_rows.read_ballots

    def read_and_wait(keys: Sequence[BallotKey]) -> dict[BallotKey, BallotRow]:
        ballots = read_ballots(keys)
        crossing.wait()
        return ballots

    monkeypatch.setattr(ballot_rows, "read_ballots", read_and_wait)
    together([partial(cast, poll, 1, 1), partial(cast, poll, 2, 2)])


def test_two_casts_of_one_participant_on_two_connections_count_once(monkeypatch):
    poll = make_poll()

    cast_twice_at_once(poll, monkeypatch)

    assert recount() == []
    assert Ballot.objects.get(poll=poll).seq in {1, 2}


@pytest.mark.parametrize("lock", [no_lock, shared_lock])
def test_without_the_exclusive_lock_they_would_count_twice(monkeypatch, lock):
    poll = make_poll()
    monkeypatch.setattr(ballot_rows, "lock_polls", lock)

    cast_twice_at_once(poll, monkeypatch)

    assert [(wrong.counter, wrong.counted, wrong.stored) for wrong in recount() if wrong.counter == "n"] == [
        ("n", 1, 2)
    ]


def test_in_a_stricter_isolation_who_waited_would_fail(monkeypatch):
    """There the snapshot is of before the wait, and PostgreSQL lets nobody write over what it does not show."""
    poll, lock_polls = make_poll(), ballot_rows.lock_polls

    def lock_from_an_older_snapshot(codes: Sequence[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        lock_polls(codes)

    monkeypatch.setattr(ballot_rows, "lock_polls", lock_from_an_older_snapshot)
    with pytest.raises(OperationalError, match="could not serialize"):
        cast_twice_at_once(poll, monkeypatch)

    assert recount() == []


def test_lock_and_read_in_one_statement_would_count_twice(monkeypatch):
    """The statement waits for the lock with what it saw before: the ballot that the other has written is not in it."""
    poll = make_poll()
    monkeypatch.setattr(ballot_rows, "lock_polls", no_lock)

    def lock_and_read(keys: Sequence[BallotKey]) -> dict[BallotKey, BallotRow]:
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH locked AS MATERIALIZED (SELECT id FROM live_polls_poll WHERE id = %s FOR NO KEY UPDATE)"
                " SELECT b.poll_id, b.round, b.participant, b.seq, b.answer FROM locked"
                " JOIN live_polls_ballot b ON b.poll_id = locked.id",
                [poll.pk],
            )
            rows = [BallotRow(*row) for row in cursor.fetchall()]
        return {BallotKey(*row[:3]): row for row in rows}

    monkeypatch.setattr(ballot_rows, "read_ballots", lock_and_read)
    cast_twice_at_once(poll, monkeypatch)

    assert [(wrong.counter, wrong.counted, wrong.stored) for wrong in recount() if wrong.counter == "n"] == [
        ("n", 1, 2)
    ]


def cast_while_closing(poll: Poll, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """The versions of the ballot and of the close that came while the ballot was being judged."""
    judged, read_polls = threading.Event(), ballot_rows.read_polls
    closed: list[int] = []

    def read_and_wait(*args, **kwargs):
        polls = read_polls(*args, **kwargs)
        judged.set()
        until(lambda: bool(closed) or somebody_waits_for_a_lock())
        return polls

    def vote() -> int:
        outcome = cast(poll, 1, 1)
        assert isinstance(outcome, Counted)
        return outcome.version

    def close() -> int:
        judged.wait(PATIENCE_S)
        lifecycle.close_poll(Poll.objects.get(pk=poll.pk))
        closed.append(Room.objects.values_list("layout_version", flat=True).get(pk=poll.room_id))
        return closed[0]

    monkeypatch.setattr(ballot_rows, "read_polls", read_and_wait)
    ballot_version, close_version = together([vote, close])
    return ballot_version, close_version


def test_a_close_waits_for_the_ballot_that_is_being_counted(monkeypatch):
    ballot_version, close_version = cast_while_closing(make_poll(), monkeypatch)

    assert ballot_version < close_version
    assert recount() == []


def test_without_the_lock_a_ballot_would_land_after_the_close(monkeypatch):
    monkeypatch.setattr(ballot_rows, "lock_polls", no_lock)

    ballot_version, close_version = cast_while_closing(make_poll(), monkeypatch)

    assert ballot_version > close_version
