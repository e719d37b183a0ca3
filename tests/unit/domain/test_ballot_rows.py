from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from live_polls.domain import ballot_rows
from live_polls.domain.ballot_rows import BallotKey, BallotRow, TallyChange
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import make_poll, make_room

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def test_read_polls_finds_those_that_exist_with_all_they_need():
    poll = make_poll(kind="multiple_choice")
    room = Room.objects.get()

    rows = ballot_rows.read_polls([poll.code, "nosuchpo"], deadline_after=NOW)

    assert list(rows) == [poll.code]
    row = rows[poll.code]
    assert (row.id, row.room_id, row.kind, row.state, row.round) == (poll.pk, room.pk, poll.kind, "open", 1)
    assert (row.n_options, row.room_state, row.room_version) == (3, "live", room.version)
    assert (row.epoch, row.ballot_key) == (room.epoch, room.ballot_key)


@pytest.mark.parametrize(
    ("deadline", "in_time"),
    [
        (None, True),
        (NOW + timedelta(microseconds=1), True),
        (NOW.replace(microsecond=0) + timedelta(seconds=1), True),
        (NOW, False),
        (NOW.replace(microsecond=0) - timedelta(seconds=1), False),
    ],
)
def test_read_polls_compares_the_deadline(deadline, in_time):
    poll = make_poll()
    Poll.objects.update(deadline=deadline)

    assert bool(ballot_rows.read_polls([poll.code], deadline_after=NOW)[poll.code].in_time) is in_time


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


def test_read_of_participants_is_every_pair():
    poll, other = make_poll(), make_poll()
    rows = [BallotRow(pk, 1, who, 1, "{}") for pk in (poll.pk, other.pk) for who in ("alice", "bob", "charlie")]
    ballot_rows.write_ballots(rows)

    found = ballot_rows.read_of_participants([(poll.pk, 1), (other.pk, 1), (poll.pk, 2)], ["alice", "bob"])

    assert sorted(found) == sorted(row for row in rows if row.participant != "charlie")


def test_nothing_to_read_or_write_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ballot_rows.read_of_participants([], ["alice"]) == []
        ballot_rows.write_ballots([])
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
