from __future__ import annotations

import pytest

from live_polls.domain.ballots import cast_batch
from live_polls.domain.pictures import view_of
from live_polls.domain.poll_copies import copy_poll, duplicate_poll
from live_polls.domain.polls import draft_of
from live_polls.domain.starters import LABELS, add_starter, starter, starters
from live_polls.enums import PollState
from live_polls.errors import InvalidSettingsError
from live_polls.models import Ballot, Picture, Poll
from tests.factories import make_cast, make_poll, make_room

pytestmark = pytest.mark.django_db


def test_a_duplicate_asks_the_same_right_behind_and_has_no_answers():
    first = make_poll(seconds=30)
    last = make_poll(first.room)
    cast_batch([make_cast(first, {"option": 1})])

    copy = duplicate_poll(first)

    assert list(Poll.objects.values_list("pk", flat=True)) == [first.pk, copy.pk, last.pk]
    assert draft_of(copy) == draft_of(first)
    assert (copy.state, copy.round, copy.code == first.code) == (PollState.DRAFT, 1, False)
    assert not Ballot.objects.filter(poll=copy).exists()


def test_a_copy_in_another_room_brings_its_pictures_along_once():
    poll, room = make_poll(), make_room()
    picture = Picture.objects.create(room=poll.room, digest="d" * 32, width=2, height=1, data=b"pixels")
    Poll.objects.filter(pk=poll.pk).update(picture=picture)
    poll.refresh_from_db()

    copies = [copy_poll(poll, room), copy_poll(poll, room)]

    assert [copy.room for copy in copies] == [room, room]
    assert {copy.picture.digest for copy in copies if copy.picture} == {"d" * 32}
    assert Picture.objects.filter(room=room).count() == 1
    assert Picture.objects.get(pk=picture.pk).room == poll.room
    assert view_of(copies[0].picture) is not None


@pytest.mark.parametrize("name", LABELS)
def test_each_starter_makes_polls_that_can_be_opened(name):
    room = make_room()

    polls = add_starter(room, name)

    assert len(polls) == len(starter(name).polls) > 1
    assert {poll.state for poll in polls} == {PollState.DRAFT}


def test_starters_have_labels_and_unknown_ones_are_refused():
    assert [each.name for each in starters()] == list(LABELS)
    with pytest.raises(InvalidSettingsError):
        starter("nonsense")
