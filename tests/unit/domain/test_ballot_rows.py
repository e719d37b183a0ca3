from __future__ import annotations

from datetime import timedelta

import pytest

from live_polls.domain import ballot_rows, clock
from live_polls.domain.ballot_rows import BallotKey, BallotRow, TallyChange
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import make_poll, make_room

pytestmark = pytest.mark.django_db


def test_read_polls_finds_those_that_exist_with_all_they_need():
    poll = make_poll(kind="multiple_choice")
    room = Room.objects.get()

    rows = ballot_rows.read_polls([poll.code, "nosuchpo"])

    assert list(rows) == [poll.code]
    row = rows[poll.code]
    assert (row.id, row.room_id, row.kind, row.state, row.round) == (poll.pk, room.pk, poll.kind, "open", 1)
    assert (row.n_options, row.room_state, row.room_version) == (3, "live", room.version)
    assert (row.epoch, row.ballot_key) == (room.epoch, room.ballot_key)


@pytest.mark.parametrize(
    ("deadline", "last_deadline", "in_time", "in_extra_time"),
    [
        (None, None, True, False),
        (3600, None, True, False),
        (-1, None, True, False),
        (-2.5, None, False, False),
        (-3600, None, False, False),
        (-1, 3600, True, False),
        (-3600, -1, False, True),
        (-3600, -2.5, False, False),
    ],
)
def test_read_polls_compares_the_deadlines_with_the_clock_of_the_database(
    deadline, last_deadline, in_time, in_extra_time
):
    poll, now = make_poll(), clock.read_now()
    Poll.objects.update(
        deadline=deadline and now + timedelta(seconds=deadline),
        last_deadline=last_deadline and now + timedelta(seconds=last_deadline),
    )

    row = ballot_rows.read_polls([poll.code])[poll.code]

    assert (bool(row.in_time), bool(row.in_extra_time)) == (in_time, in_extra_time)


def test_write_ballots_inserts_and_overwrites_and_reads_back():
    poll, other = make_poll(), make_poll()
    rows = [BallotRow(poll.pk, 1, 'a"lice', 1, '{"option":1}'), BallotRow(other.pk, 2, "bob", 2**53, None)]
    newer = rows[0]._replace(seq=2, answer=None)
    ballot_rows.write_ballots(rows)
    ballot_rows.write_ballots([newer])

    keys = [BallotKey(*row[:3]) for row in rows]
    assert ballot_rows.read_ballots([*keys, BallotKey(poll.pk, 2, "bob")]) == dict(
        zip(keys, [newer, rows[1]], strict=True)
    )
    assert Ballot.objects.count() == 2


def test_scored_ballots_keep_time_and_points_and_lose_them_with_the_answer():
    poll = make_poll()
    rows = [BallotRow(poll.pk, 1, who, 1, "{}", 1200, 900) for who in ("alice", "bob")]
    withdrawn = BallotRow(poll.pk, 1, "bob", 2, None)

    ballot_rows.write_scored_ballots(rows)
    ballot_rows.write_scored_ballots([withdrawn])

    found = ballot_rows.read_ballots([BallotKey(*row[:3]) for row in rows])
    assert sorted(found.values()) == [rows[0], withdrawn]


def test_right_options_are_read_of_every_poll_that_is_asked_for():
    poll, other = make_poll(), make_poll()
    poll.options.filter(number__gt=1).update(is_right=True)

    assert ballot_rows.read_right([poll.pk, other.pk]) == {poll.pk: frozenset({2, 3}), other.pk: frozenset()}


def test_nothing_to_read_or_write_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ballot_rows.read_ballots([]) == {}
        assert ballot_rows.read_right([]) == {}
        ballot_rows.write_ballots([])
        ballot_rows.write_scored_ballots([])
        ballot_rows.add_to_tallies([])
        assert ballot_rows.bump_rooms([]) == {}


def test_add_to_tallies_adds_and_takes_away():
    poll = make_poll()
    ballot_rows.add_to_tallies([TallyChange(poll.pk, 1, "n", 5), TallyChange(poll.pk, 2, "n", 1)])
    ballot_rows.add_to_tallies([TallyChange(poll.pk, 1, "n", -2)])

    assert set(Tally.objects.values_list("round", "counter", "n")) == {(1, "n", 3), (2, "n", 1)}


def test_bump_rooms_gives_the_new_versions_of_those_that_exist():
    one, other = make_room(), make_room()

    assert ballot_rows.bump_rooms([other.pk, one.pk, 0]) == {one.pk: 2, other.pk: 2}
