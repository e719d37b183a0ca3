from __future__ import annotations

from threading import Thread

import pytest
from django.db import connection, connections

from live_polls.domain import lifecycle, polls, rooms, snapshot
from live_polls.domain.ballots import Counted, cast_batch
from live_polls.domain.room_view import MyBallot, RoomView
from live_polls.domain.snapshot import consistent_read, read_room, read_versions
from live_polls.enums import Screen
from live_polls.models import Poll, Room, Tally
from tests.factories import both_keys, make_cast, make_participant, make_poll, make_room

pytestmark = pytest.mark.django_db

A, B = {"option": 1}, {"option": 2}


def read(room: Room, known: RoomView | None = None) -> RoomView:
    view, _ = read_room(room.pk, known)
    assert view is not None
    return view


def mine_of(room: Room, *participants: str) -> dict[str, tuple[MyBallot, ...]]:
    return read_room(room.pk, participants=both_keys(*participants))[1]


def vote(poll: Poll, answer: object, who: str = "alice", seq: int = 1) -> Counted:
    [outcome] = cast_batch([make_cast(poll, answer, participant=who, seq=seq)])
    assert isinstance(outcome, Counted)
    return outcome


def test_view_of_a_room_says_all_there_is():
    poll = make_poll(kind="multiple_choice", results="host", seconds=30)
    vote(poll, {"options": [1, 3]})

    room = Room.objects.get()
    view = read(room)

    assert (view.id, view.epoch, view.version) == (room.pk, room.epoch, room.version)
    assert (view.join_code, view.title, view.state, view.results) == (room.join_code, "Main Hall", "live", "live")
    assert (view.screen, view.current) == ("content", poll.code)
    assert (view.secrets.ballot_key, view.secrets.voice_key) == (room.ballot_key, room.voice_key)
    [seen] = view.polls
    assert (seen.id, seen.code, seen.kind, seen.prompt) == (poll.pk, poll.code, "multiple_choice", poll.prompt)
    assert (seen.state, seen.round, seen.shown, seen.results) == ("open", 1, None, "host")
    assert (seen.seconds, seen.deadline, seen.settings) == (30, poll.deadline, poll.settings)
    assert seen.options == ((1, "Tabs"), (2, "Spaces"), (3, "Both"))
    assert seen.counters == {"n": 1, "1": 1, "3": 1}


def test_a_room_is_gone_only_if_a_second_look_says_so(monkeypatch):
    room = make_room()
    looks = [None, None]

    def look(*args):
        looks.pop()
        return None if looks else read_view(*args)

    read_view = snapshot._read_view
    monkeypatch.setattr(snapshot, "_read_view", look)

    assert read(room).id == room.pk
    assert looks == []
    monkeypatch.undo()
    assert read_room(room.pk + 1)[0] is None


def test_polls_come_in_the_order_of_the_room_and_follow_its_rule():
    room = make_room(results="after_vote")
    first, second = make_poll(room), make_poll(room)
    polls.move_poll(second, position=0)

    view = read(room)

    assert [poll.code for poll in view.polls] == [second.code, first.code]
    assert {poll.results for poll in view.polls} == {"after_vote"}


def test_view_finds_its_polls_by_code():
    poll = make_poll()

    assert read(poll.room).poll(poll.code) == read(poll.room).polls[0]
    assert read(poll.room).poll("nosuchpo") is None


def test_steps_leave_archived_polls_out():
    room = make_room()
    archived, draft = make_poll(room, is_open=False), make_poll(room, is_open=False)
    lifecycle.archive_poll(archived)

    assert read(room).steps == (draft.code,)


def test_secrets_are_not_in_the_text_of_a_view():
    room = make_room()

    assert room.ballot_key not in repr(read(room))


def test_deleted_room_is_none():
    room = make_room()
    rooms.delete_room(room)

    assert read_room(room.pk) == (None, {})
    assert read_room(room.pk, participants=both_keys("alice")) == (None, {})


def test_counters_are_those_of_the_current_round():
    poll = make_poll()
    vote(poll, A)
    lifecycle.close_poll(poll)
    lifecycle.open_poll(poll)
    vote(poll, B)

    assert read(poll.room).polls[0].counters == {"n": 1, "2": 1}


# Reading again


def test_known_view_is_returned_itself_while_it_is_true(django_assert_num_queries):
    room = make_poll().room
    known = read(room)

    with django_assert_num_queries(1):
        assert read(room, known) is known


def test_votes_alone_cost_two_statements(django_assert_num_queries):
    poll = make_poll()
    known = read(poll.room)
    vote(poll, A)

    with django_assert_num_queries(2):
        view = read(poll.room, known)

    assert view == read(poll.room)


def test_votes_leave_closed_polls_as_they_are_known():
    room = make_room()
    closed, running = make_poll(room), make_poll(room)
    vote(closed, A)
    lifecycle.close_poll(closed)
    known = read(room)
    vote(running, A)

    view = read(room, known)

    assert view.polls[0] is known.polls[0]
    assert view.polls[1].counters == {"n": 1, "1": 1}


DEEDS = {
    "edit room": lambda room, poll: rooms.edit_room(room, title="Attic", results="host"),
    "end": lambda room, poll: rooms.end_room(room),
    "revoke": lambda room, poll: rooms.revoke_stage_links(room),
    "blank": lambda room, poll: lifecycle.set_screen(room, Screen.BLANK),
    "top questions": lambda room, poll: lifecycle.set_screen(room, Screen.QUESTIONS),
    "lobby": lambda room, poll: lifecycle.put_on_stage(room, None),
    "close": lambda room, poll: lifecycle.close_poll(poll),
    "reset": lambda room, poll: lifecycle.reset_poll(poll),
    "hide": lambda room, poll: lifecycle.hide_results(poll),
    "remove": lambda room, poll: polls.remove_poll(poll),
    "add": lambda room, poll: make_poll(room, is_open=False),
    "vote": lambda room, poll: vote(poll, A, who="bob"),
    "withdraw": lambda room, poll: vote(poll, None, seq=2),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_view_read_on_top_of_a_known_one_is_the_view_read_anew(deed):
    poll = make_poll()
    vote(poll, B)
    known = read(poll.room)

    DEEDS[deed](poll.room, poll)

    view = read(poll.room, known)
    assert view == read(poll.room)
    assert view != known


def test_view_of_another_epoch_is_read_anew_though_the_versions_agree():
    poll = make_poll()
    known = read(poll.room)
    Room.objects.update(epoch="restored", title="Restored")

    assert read(poll.room, known).title == "Restored"


# One's own ballots


def test_mine_are_the_ballots_of_those_who_asked():
    poll = make_poll()
    alice = vote(poll, A, "alice")
    vote(poll, B, "bob")

    expected = MyBallot(poll.code, 1, 1, '{"option":1}', alice.receipt)
    assert mine_of(poll.room, "alice", "charlie") == {"alice": (expected,)}


def test_withdrawn_ballot_is_mine_without_an_answer():
    poll = make_poll()
    vote(poll, A)
    withdrawn = vote(poll, None, seq=2)

    assert mine_of(poll.room, "alice")["alice"] == (MyBallot(poll.code, 1, 2, None, withdrawn.receipt),)


def test_mine_are_of_the_current_rounds_of_polls_that_the_audience_sees():
    room = make_room()
    running, closed, again, archived = (make_poll(room) for _ in range(4))
    for poll in (running, closed, again, archived):
        vote(poll, A)
    lifecycle.close_poll(closed)
    lifecycle.reset_poll(again)
    lifecycle.close_poll(archived)
    lifecycle.archive_poll(archived)

    assert {ballot.poll for ballot in mine_of(room, "alice")["alice"]} == {running.code, closed.code}


def test_mine_in_a_room_are_not_those_of_another():
    poll, other = make_poll(), make_poll()
    who = make_participant(poll.room).ballot_key
    vote(other, A, who)

    assert mine_of(poll.room, who) == {}


def test_asking_for_many_takes_as_many_statements_as_for_one(django_assert_num_queries):
    poll = make_poll()
    vote(poll, A)
    known = read(poll.room)

    for people in (["alice"], [str(n) for n in range(500)]):
        with django_assert_num_queries(2):
            read_room(poll.room_id, known, both_keys(*people))


# Versions


def test_read_versions_of_rooms_that_exist():
    one, other = make_room(), make_room()

    assert read_versions([one.pk, other.pk, 0]) == {one.pk: (one.epoch, 1), other.pk: (other.epoch, 1)}


# Consistency


@pytest.mark.django_db(transaction=True)
def test_consistent_read_does_not_see_what_is_committed_meanwhile():
    poll = make_poll()

    def vote_elsewhere() -> None:
        vote(poll, A)
        connections.close_all()

    with consistent_read():
        before = Room.objects.get().version
        other = Thread(target=vote_elsewhere)
        other.start()
        other.join()  # no writer waits for a reader
        assert Room.objects.get().version == before
        assert not Tally.objects.exists()

    assert Room.objects.get().version == before + 1


@pytest.mark.django_db(transaction=True)
def test_consistent_read_ends_when_it_fails():
    make_room()
    with pytest.raises(ZeroDivisionError), consistent_read():
        Room.objects.get().version / 0

    assert not connection.in_atomic_block
    with consistent_read():
        assert Room.objects.exists()


def test_of_whom_only_some_polls_are_asked_nothing_else_is_read():
    room = make_room()
    one, other = make_poll(room), make_poll(room)
    cast_batch([make_cast(poll, {"option": 1}, participant=who) for poll in (one, other) for who in ("alice", "bob")])

    _, mine = read_room(room.pk, participants=both_keys("alice", "bob"), only_in={"alice": frozenset({other.pk})})

    assert [ballot.poll for ballot in mine["alice"]] == [other.code]
    assert sorted(ballot.poll for ballot in mine["bob"]) == sorted([one.code, other.code])
