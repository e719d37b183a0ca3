from __future__ import annotations

import pytest

from live_polls.domain import lifecycle, rooms
from live_polls.domain.ballots import cast_batch
from live_polls.enums import PollState, Role, RoomState
from live_polls.errors import InvalidSettingsError
from live_polls.models import Account, Ballot, Membership, Option, Poll, Room, Tally
from tests.factories import make_cast, make_poll, make_room

pytestmark = pytest.mark.django_db


def version_of(room: Room) -> int:
    return Room.objects.values_list("version", flat=True).get(pk=room.pk)


def test_create_room_gives_its_owner_the_host_role():
    alice = Account.objects.create_user("alice@example.org")

    room = rooms.create_room(title="  Main\u202e Hall ", owner=alice, results="host", slug="main")

    assert (room.title, room.results, room.slug, room.state) == ("Main Hall", "host", "main", RoomState.LIVE)
    assert Membership.objects.values_list("room", "account", "role").get() == (room.pk, alice.pk, Role.HOST)


def test_create_room_without_owner_has_no_members():
    assert not make_room().memberships.exists()


def test_every_room_has_secrets_of_its_own():
    one, other = make_room(), make_room()
    names = ("join_code", "epoch", "ballot_key", "voice_key", "stage_key")

    assert not {getattr(one, name) for name in names} & {getattr(other, name) for name in names}
    assert len({one.ballot_key, one.voice_key, one.stage_key}) == 3


def test_edit_room_is_heard_once(heard):
    room = make_room()

    assert len(heard(lambda: rooms.edit_room(room, title="Attic", results="after_vote"))) == 1
    assert heard(lambda: rooms.edit_room(room, title=" Attic ", results="after_vote")) == []
    assert (room.title, room.results) == ("Attic", "after_vote")


@pytest.mark.parametrize(("title", "results"), [("Attic", "live"), ("Main Hall", "host")])
def test_edit_room_changes_one_of_two(title, results):
    room = make_room()

    rooms.edit_room(room, title=title, results=results)

    assert Room.objects.values_list("title", "results").get() == (title, results)


def test_end_room_closes_what_is_open_and_leaves_the_rest():
    room = make_room()
    running, draft, closed = make_poll(room, seconds=30), make_poll(room, is_open=False), make_poll(room)
    lifecycle.close_poll(closed)

    rooms.end_room(room)

    assert room.state == RoomState.ENDED
    assert room.ended_at is not None
    states = Poll.objects.in_bulk([running.pk, draft.pk, closed.pk])
    assert [poll.state for poll in states.values()] == [PollState.CLOSED, PollState.DRAFT, PollState.CLOSED]
    assert states[running.pk].deadline is None


def test_end_room_may_be_repeated(heard):
    room = make_room()
    rooms.end_room(room)
    ended_at = room.ended_at

    assert heard(lambda: rooms.end_room(room)) == []
    assert room.ended_at == ended_at


def test_delete_room_leaves_nothing_of_it_and_all_of_others():
    room, other = make_room(owner=Account.objects.create_user("alice@example.org")), make_poll()
    cast_batch([make_cast(poll, {"option": 1}) for poll in (make_poll(room), other)])

    rooms.delete_room(room)
    rooms.delete_room(room)

    assert not Membership.objects.exists()
    assert [model.objects.count() for model in (Room, Poll, Option, Ballot)] == [1, 1, 3, 1]
    assert set(Tally.objects.values_list("poll_id", flat=True)) == {other.pk}


def test_delete_room_takes_the_same_statements_for_any_number_of_ballots(django_assert_max_num_queries):
    poll = make_poll()
    cast_batch([make_cast(poll, {"option": 1}) for _ in range(50)])

    with django_assert_max_num_queries(40):
        rooms.delete_room(poll.room)


def test_revoke_stage_links_changes_the_key_and_is_heard(heard):
    room = make_room()
    before = room.stage_key, version_of(room)

    [fact] = heard(lambda: rooms.revoke_stage_links(room))

    assert room.stage_key != before[0]
    assert fact.version == version_of(room) == before[1] + 1


@pytest.mark.parametrize("title", ["", " \u202e ", "x" * 121])
def test_a_title_must_say_something_and_fit(title: str) -> None:
    with pytest.raises(InvalidSettingsError, match="1 to 120 characters"):
        rooms.create_room(title=title)
    room = make_room()
    with pytest.raises(InvalidSettingsError, match="1 to 120 characters"):
        rooms.edit_room(room, title=title, results="live")
