"""After a while totals stay and people go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from live_polls.domain import rooms
from live_polls.domain.ballots import cast_batch
from live_polls.domain.participants import new_token
from live_polls.domain.retention import purge_room, rooms_to_purge
from live_polls.domain.tally import recount
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import make_cast, make_participant, make_poll

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poll() -> Poll:
    """A poll with one ballot, in a room that ended a hundred days ago."""
    poll = make_poll()
    cast_batch([make_cast(poll, {"option": 1})])
    rooms.end_room(poll.room)
    Room.objects.filter(pk=poll.room_id).update(ended_at=timezone.now() - timedelta(days=100))
    return poll


@pytest.mark.parametrize(("days", "is_due"), [(99, True), (101, False)])
def test_rooms_are_due_after_their_days(poll: Poll, days: int, is_due: bool) -> None:
    assert rooms_to_purge(days=days) == ([poll.room] if is_due else [])


def test_a_room_that_goes_on_is_never_due() -> None:
    make_poll()

    assert rooms_to_purge(days=0) == []


def test_purge_keeps_totals_and_no_ballots(poll: Poll) -> None:
    assert purge_room(poll.room) == 1

    assert not Ballot.objects.exists()
    assert Tally.objects.get(poll=poll, counter="n").n == 1
    assert recount(poll.room) == []


def test_purge_makes_phones_strangers(poll: Poll) -> None:
    token = new_token(poll.room_id)
    before = make_participant(poll.room, token)

    purge_room(poll.room)

    assert make_participant(Room.objects.get(pk=poll.room_id), token).ballot_key != before.ballot_key


def test_purge_may_be_repeated(poll: Poll) -> None:
    purge_room(poll.room)
    keys = Room.objects.values_list("ballot_key", "purged_at").get(pk=poll.room_id)

    assert purge_room(poll.room) == 0
    assert Room.objects.values_list("ballot_key", "purged_at").get(pk=poll.room_id) == keys


def test_a_dry_run_deletes_nothing(poll: Poll, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("purge", dry_run=True)

    assert "would be purged" in capsys.readouterr().out
    assert Ballot.objects.count() == 1


def test_the_command_says_what_it_deleted(poll: Poll, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("purge")

    assert "1 ballots deleted" in capsys.readouterr().out
