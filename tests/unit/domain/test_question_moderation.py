"""What moderators decide about questions: each deed twice, each undone."""

from __future__ import annotations

import pytest

from live_polls.domain import lifecycle, steps
from live_polls.domain import question_moderation as desk
from live_polls.domain.question_recount import recount_upvotes
from live_polls.domain.question_rows import count_upvotes, read_merged
from live_polls.enums import QuestionState, Screen
from live_polls.errors import IllegalMoveError, InvalidAnswerError, QuestionNotFoundError
from live_polls.models import Question, Record, Room
from tests.asking import make_asked, make_asking_room, upvote, withdraw
from tests.factories import make_poll

pytestmark = pytest.mark.django_db


def stand(question):
    question.refresh_from_db()
    return question.state, question.edited, question.reply, question.answered, question.merged_into_id


DEEDS = [
    (desk.hide_question, desk.approve_question),
    (desk.hold_question, desk.approve_question),
    (desk.archive_question, desk.restore_question),
    (lambda question: desk.edit_question(question, "Why, please?"), lambda question: desk.edit_question(question, "")),
    (lambda question: desk.reply_to_question(question, "So."), lambda question: desk.reply_to_question(question, "")),
    (desk.answer_question, lambda question: desk.answer_question(question, answered=False)),
]


@pytest.mark.parametrize(("deed", "undo"), DEEDS, ids=["hide", "hold", "archive", "edit", "reply", "answer"])
def test_a_deed_is_done_once_and_undone_once(deed, undo, heard):
    question = make_asked(make_asking_room(), "a")
    before = stand(question)
    [fact] = heard(lambda: deed(question))
    question.refresh_from_db()
    assert (fact.voters, fact.version) == (("a",), question.version)
    assert heard(lambda: deed(question)) == []
    assert stand(question) != before
    assert undo(question) is True
    assert undo(question) is False
    assert stand(question) == before


def test_each_deed_leaves_one_record_without_what_was_asked():
    question = make_asked(make_asking_room(), text="Why?")
    desk.hide_question(question)
    desk.hide_question(question)
    record = Record.objects.get(verb="hide")
    assert (record.object_sort, record.object_code, record.object_name) == ("question", question.code, "")


def test_an_edit_keeps_what_was_written_and_leaves_something():
    question = make_asked(make_asking_room(), text="Wy?")
    desk.edit_question(question, "Why?")
    assert (question.text, question.edited, str(question)) == ("Wy?", "Why?", "Why?")
    with pytest.raises(InvalidAnswerError):
        desk.edit_question(question, "\u200b")


def test_what_was_taken_back_cannot_be_decided_about():
    question = make_asked(make_asking_room())
    withdraw(question)
    for deed, _ in DEEDS:
        with pytest.raises(QuestionNotFoundError):
            deed(question)
    with pytest.raises(QuestionNotFoundError):
        desk.find_question(question.room, question.code)


def test_only_what_is_shown_is_archived_and_only_what_is_archived_restored():
    question = make_asked(make_asking_room(hold=True))
    with pytest.raises(IllegalMoveError):
        desk.archive_question(question)
    with pytest.raises(IllegalMoveError):
        desk.restore_question(question)


def test_a_question_and_a_poll_take_the_stage_from_each_other():
    room = make_asking_room()
    poll, question = make_poll(room), make_asked(room)
    lifecycle.set_screen(room, Screen.JOIN)
    assert [desk.pin_question(question), desk.pin_question(question)] == [True, False]
    room.refresh_from_db()
    assert (room.current, room.current_question, room.screen) == (None, question, "content")
    make_poll(room)  # it opens, and leaves the stage to what is there
    assert Room.objects.get(pk=room.pk).current_id is None
    lifecycle.put_on_stage(room, poll)
    assert (room.current, room.current_question) == (poll, None)
    desk.pin_question(question)
    assert [desk.unpin_question(room), desk.unpin_question(room)] == [True, False]
    assert Room.objects.get(pk=room.pk).current_question_id is None


@pytest.mark.parametrize("deed", [desk.hide_question, desk.hold_question, desk.archive_question])
def test_what_is_no_longer_shown_leaves_the_stage_and_cannot_go_there(deed):
    question = make_asked(make_asking_room())
    desk.pin_question(question)
    before = Room.objects.get(pk=question.room_id).layout_version
    deed(question)
    room = Room.objects.get(pk=question.room_id)
    assert (room.current_question_id, room.layout_version) == (None, before + 1)
    with pytest.raises(IllegalMoveError):
        desk.pin_question(question)


def counted(*questions):
    for question in questions:
        question.refresh_from_db()
        merged = read_merged([question.room_id])
        assert count_upvotes(Question.objects.filter(pk=question.pk), merged)[question.pk] == question.n_upvotes
    return [question.n_upvotes for question in questions]


def test_merged_questions_count_each_voice_once_and_can_be_split_again():
    room = make_asking_room()
    one, two = make_asked(room), make_asked(room)
    for question, voice in ((one, "x"), (two, "x"), (two, "y")):
        upvote(question, voice)
    assert [desk.merge_question(one, two), desk.merge_question(one, two)] == [True, False]
    assert counted(one, two) == [1, 2]
    upvote(one, "z")  # a phone that does not know yet
    assert counted(one, two) == [1, 3]
    upvote(two, "x", on=False)
    assert counted(one, two) == [0, 2]
    assert [desk.split_question(one), desk.split_question(one)] == [True, False]
    assert counted(one, two) == [0, 2]


def test_a_chain_of_merged_questions_has_one_head_and_comes_apart_as_it_was():
    room = make_asking_room()
    one, two, three = (make_asked(room) for _ in range(3))
    upvote(one, "x")
    upvote(two, "y")
    desk.merge_question(one, two)
    desk.merge_question(two, three)
    assert counted(one, two, three) == [1, 2, 2]
    upvote(one, "z")
    assert counted(one, two, three) == [1, 2, 3]
    desk.split_question(two)
    assert counted(one, two, three) == [1, 2, 1]


def test_what_makes_no_sense_is_not_merged():
    room = make_asking_room()
    one, two, three = (make_asked(room) for _ in range(3))
    stranger = make_asked(make_asking_room())
    desk.merge_question(one, two)
    for source, into in ((two, one), (two, two), (one, three), (three, stranger)):
        with pytest.raises(IllegalMoveError):
            desk.merge_question(source, into)
    desk.hide_question(three)
    with pytest.raises(IllegalMoveError):
        desk.merge_question(two, three)


def test_what_is_merged_leaves_the_stage():
    room = make_asking_room()
    one, two = make_asked(room), make_asked(room)
    desk.pin_question(one)
    desk.merge_question(one, two)
    assert Room.objects.get(pk=room.pk).current_question_id is None


def test_states_are_those_of_the_model():
    question = make_asked(make_asking_room())
    desk.hide_question(question)
    assert question.state == QuestionState.HIDDEN


def test_a_recount_finds_and_mends_upvotes_that_are_wrong_and_nothing_else():
    room = make_asking_room()
    one, two = make_asked(room), make_asked(room)
    upvote(one, "x")
    upvote(two, "x")
    desk.merge_question(one, two)
    assert recount_upvotes(room) == []
    Question.objects.filter(pk=two.pk).update(n_upvotes=7)
    [found] = recount_upvotes()
    assert (found.question, found.stored, found.counted) == (two, 7, 1)
    assert len(recount_upvotes(room, repair=True)) == 1
    assert recount_upvotes(room) == []
    two.refresh_from_db()
    assert two.version == Room.objects.get(pk=room.pk).version


def test_next_goes_on_where_the_talk_was_before_a_question():
    room = make_asking_room()
    first, second = make_poll(room), make_poll(room, is_open=False)
    desk.pin_question(make_asked(room))
    room.refresh_from_db()
    step = steps.next_step(room)
    assert step is not None
    assert step.poll == first
    lifecycle.close_poll(first)
    after = steps.next_step(room)
    assert after is not None
    assert after.poll == second


def test_a_merge_tells_those_who_asked_and_those_who_are_for_it(heard):
    room = make_asking_room()
    one, two = make_asked(room, "a"), make_asked(room, "b")
    upvote(one, "x")
    upvote(two, "y")
    [fact] = heard(lambda: desk.merge_question(one, two))
    assert fact.voters == ("a", "b", "x")
    [fact] = heard(lambda: desk.split_question(one))
    assert fact.voters == ("a", "b", "x")
