"""What a read of questions costs, and what it tells whom."""

from __future__ import annotations

import pytest

from live_polls.domain import question_moderation as desk
from live_polls.domain import rooms
from live_polls.domain.asking import edit_asking
from live_polls.domain.questions import Ask, hear_batch
from live_polls.domain.retention import purge_room
from live_polls.domain.room_view import RoomView
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.enums import Asking
from live_polls.live.faces import changes, face_of
from live_polls.models import Room
from tests.asking import make_asked, make_asking_room, upvote, withdraw

pytestmark = pytest.mark.django_db


def view_of(room: Room, known: RoomView | None = None) -> RoomView:
    view, _ = read_room(room.pk, known)
    assert view is not None
    return view


def frames(old: RoomView, new: RoomView, viewer: Viewer = Viewer.AUDIENCE) -> list[str]:
    told = changes(face_of(old, viewer), face_of(new, viewer), frozenset())
    return [frame.payload.decode() for _, frame in told]


def test_a_read_after_an_upvote_costs_the_same_among_two_questions_and_two_hundred(django_assert_num_queries):
    costs = []
    for n in (1, 200):
        room = make_asking_room()
        question = make_asked(room)
        hear_batch([Ask(room.pk, f"asker {number}", 1, f"Why {number}?") for number in range(n)])
        known = view_of(room)
        upvote(question)
        with django_assert_num_queries(2):
            now = view_of(room, known)
        same = [code for code, shown in now.questions.shown.items() if known.questions.shown[code] is shown]
        assert len(same) == n
        [frame] = frames(known, now)
        costs.append(len(frame))
        assert frame.endswith(f'"upvotes":{{"{question.code}":1}}}}')
    assert abs(costs[0] - costs[1]) <= 4  # the digits of the version


def test_a_room_where_nobody_may_ask_reads_no_questions(django_assert_num_queries):
    room = make_asking_room()
    question = make_asked(room)
    upvote(question)
    known = view_of(room)
    edit_asking(room, asking=Asking.OFF)
    off = view_of(room, known)
    assert not off.questions.present
    assert any('"question.removed"' in frame for frame in frames(known, off))
    edit_asking(room, asking=Asking.OPEN)
    assert question.code in view_of(room, off).questions.shown


def test_many_changes_are_told_in_one_frame_of_upvotes_and_one_for_each_other():
    room = make_asking_room()
    one, two, three = (make_asked(room) for _ in range(3))
    known = view_of(room)
    upvote(one)
    upvote(two)
    upvote(three)
    desk.edit_question(three, "Better?")
    told = frames(known, view_of(room, known))
    assert len(told) == 2
    assert f'"upvotes":{{"{one.code}":1,"{two.code}":1}}' in told[1]
    assert '"edited":true' in told[0]


def test_nothing_says_who_asked():
    room = make_asking_room()
    question = make_asked(room, "a secret voice", name="Ada")
    view = view_of(room)
    for viewer in Viewer:
        assert "secret" not in face_of(view, viewer).room.decode()
        assert not any("secret" in frame for frame in frames(view_of(make_asking_room()), view, viewer))
    assert question.author == "a secret voice"


def test_one_sees_ones_own_whatever_became_of_it_and_merged_votes_as_ones_own():
    room = make_asking_room(hold=True)
    own, into = make_asked(room, "v"), make_asked(room)
    desk.approve_question(into)
    merged = make_asked(room)
    desk.approve_question(merged)
    upvote(merged, "v")
    desk.merge_question(merged, into)
    _, mine = read_room(room.pk, participants={"b": "v", "c": "w"})
    assert [(question.code, question.state) for question in mine.asked["b"].questions] == [(own.code, "held")]
    assert mine.asked["b"].upvotes == {merged.code, into.code}
    assert "c" not in mine.asked
    withdraw(own)
    assert read_room(room.pk, participants={"b": "v"})[1].asked["b"].questions == ()


def test_a_purge_takes_questions_off_what_was_known():
    room = make_asking_room()
    make_asked(room)
    known = view_of(room)
    rooms.end_room(room)
    purge_room(room)
    now = view_of(room, known)
    assert not now.questions.present
    assert any('"question.removed"' in frame for frame in frames(known, now))
