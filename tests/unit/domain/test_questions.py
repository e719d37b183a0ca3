"""Questions from the audience: each asked once, each voice counted once, whatever is sent twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F

from live_polls import events
from live_polls.domain import rooms
from live_polls.domain.question_rows import count_upvotes
from live_polls.domain.questions import MAX_OPEN, Ask, Upvoting, Withdrawal, hear_batch
from live_polls.enums import Asking, Names, QuestionState
from live_polls.errors import (
    AskingClosedError,
    AskingPausedError,
    InvalidAnswerError,
    InvalidNameError,
    MutedError,
    NotAllowedError,
    QuestionNotFoundError,
    RateLimitedError,
    RoomEndedError,
    RoomNotFoundError,
    StaleQuestionError,
    TooManyQuestionsError,
)
from live_polls.models import Exclusion, Question, Room, Upvote
from tests.asking import ask, hear, make_asked, make_asking_room, upvote, withdraw
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def n_upvotes(question):
    """As it is kept; compared with the rows."""
    question.refresh_from_db()
    assert count_upvotes(Question.objects.filter(pk=question.pk), {})[question.pk] == question.n_upvotes
    return question.n_upvotes


def an_hour_ago(room):
    Question.objects.filter(room=room).update(asked_at=F("asked_at") - timedelta(hours=1))


def test_a_question_is_asked_once_however_often_it_is_sent():
    room = make_asking_room()
    first, again = ask(room, "a", "Why?"), ask(room, "a", "Why?")
    assert (again.question, again.state, again.seq) == (first.question, "shown", 1)
    assert again.version == first.version == Question.objects.get().version


def test_many_at_once_ask_one_question_once():
    room = make_asking_room()
    outcomes = together([partial(ask, room, "a", "Why?")] * 6)
    assert len({outcome.question for outcome in outcomes}) == 1
    assert Question.objects.count() == 1


def test_another_question_under_the_same_number_is_told_a_free_one():
    room = make_asking_room()
    ask(room, "a", "Why?", seq=7)
    refused = ask(room, "a", "How?", seq=7)
    assert isinstance(refused, StaleQuestionError)
    assert refused.seq == 7


def test_text_is_one_clean_line_and_never_empty_or_endless():
    room = make_asking_room()
    assert make_asked(room, text=" Why\n\u202eme?\u0000 ").text == "Why me?"
    assert isinstance(ask(room, text="\u200b  "), InvalidAnswerError)
    assert isinstance(ask(room, text="x" * 501), InvalidAnswerError)


def test_a_name_stands_with_a_question_as_the_room_has_it():
    assert make_asked(make_asking_room(), name="Ada").name == "Ada"
    assert make_asked(make_asking_room(names=Names.NONE), name="Ada").name == ""
    assert isinstance(ask(make_asking_room(names=Names.REQUIRED)), InvalidNameError)


def test_a_question_is_held_by_the_room_by_a_word_or_after_one_that_was_hidden():
    assert ask(make_asking_room(hold=True)).state == QuestionState.HELD
    room = make_asking_room()
    Room.objects.filter(pk=room.pk).update(word_list="spoon")
    held = make_asked(room, "a", "Why the spoon?")
    assert (held.state, held.hint) == ("held", "word")
    Question.objects.filter(pk=held.pk).update(state=QuestionState.HIDDEN)
    assert make_asked(room, "a", "Why else?", seq=2).hint == "watched"


def test_asking_is_refused_where_it_is_off_paused_muted_or_over():
    assert isinstance(ask(make_asking_room(asking=Asking.OFF)), AskingClosedError)
    assert isinstance(ask(make_asking_room(asking=Asking.PAUSED)), AskingPausedError)
    room = make_asking_room()
    Exclusion.objects.create(room=room, voice="a", only_muted=True)
    assert isinstance(ask(room, "a"), MutedError)
    rooms.end_room(room)
    assert isinstance(ask(room), RoomEndedError)
    assert isinstance(hear(Ask(0, "a", 1, "Why?")), RoomNotFoundError)


def test_a_resend_is_answered_also_after_asking_was_paused():
    room = make_asking_room()
    first = ask(room, "a", "Why?")
    Room.objects.filter(pk=room.pk).update(asking=Asking.PAUSED)
    assert ask(room, "a", "Why?").question == first.question


def test_one_voice_has_so_many_open_questions_and_so_many_a_minute():
    room = make_asking_room()
    for seq in range(1, MAX_OPEN + 1):
        ask(room, "a", seq=seq)
        an_hour_ago(room)
    assert isinstance(ask(room, "a", seq=MAX_OPEN + 1), TooManyQuestionsError)
    Question.objects.update(answered=True)
    assert not isinstance(ask(room, "a", seq=MAX_OPEN + 1), TooManyQuestionsError)


def test_too_many_in_a_minute_are_told_when_to_come_back():
    room = make_asking_room()
    outcomes = [ask(room, "a", seq=seq) for seq in range(1, 5)]
    assert isinstance(outcomes[-1], RateLimitedError)
    assert 1000 <= outcomes[-1].retry_ms <= 60_000


def test_a_room_shows_so_many_open_questions_and_no_more(monkeypatch):
    monkeypatch.setattr("live_polls.domain.questions.MAX_OPEN_IN_ROOM", 2)
    room = make_asking_room()
    outcomes = hear_batch([Ask(room.pk, f"voice {n}", 1, f"Why {n}?") for n in range(3)])
    assert isinstance(outcomes[2], TooManyQuestionsError)
    assert Question.objects.count() == 2


def test_an_upvote_counts_once_and_is_taken_back_once():
    question = make_asked(make_asking_room())
    first, again = upvote(question, "b"), upvote(question, "b")
    assert (first.on, again.on, again.version) == (True, True, first.version)
    assert n_upvotes(question) == 1
    upvote(question, "b", on=False)
    assert upvote(question, "b", on=False).on is False
    assert n_upvotes(question) == 0


def test_upvotes_of_many_at_once_are_all_counted_and_none_twice():
    question = make_asked(make_asking_room())
    together([partial(upvote, question, f"voter {n % 4}") for n in range(8)])
    assert n_upvotes(question) == 4


def test_within_a_batch_the_last_word_counts():
    question = make_asked(make_asking_room())
    hear_batch([Upvoting(question.room_id, "b", question.code, on) for on in (True, False, True)])
    assert n_upvotes(question) == 1
    hear_batch([Upvoting(question.room_id, "b", question.code, on) for on in (False, True, False)])
    assert n_upvotes(question) == 0


def test_an_upvote_is_one_version_of_the_room_and_of_the_question_and_none_of_the_layout():
    question = make_asked(make_asking_room())
    before = Room.objects.get(pk=question.room_id)
    heard = upvote(question, "b")
    room = Room.objects.get(pk=question.room_id)
    question.refresh_from_db()
    assert room.version == before.version + 1 == question.version == heard.version
    assert room.layout_version == before.layout_version


@pytest.mark.parametrize("state", ["held", "hidden", "archived", "withdrawn"])
def test_only_what_is_shown_is_voted_for(state):
    question = make_asked(make_asking_room())
    Question.objects.filter(pk=question.pk).update(state=state)
    assert isinstance(upvote(question), QuestionNotFoundError)


def test_nobody_votes_for_their_own_or_muted_or_in_another_room():
    question = make_asked(make_asking_room(), "a")
    assert isinstance(upvote(question, "a"), NotAllowedError)
    Exclusion.objects.create(room=question.room, voice="b")
    assert isinstance(upvote(question, "b"), MutedError)
    elsewhere = make_asking_room()
    assert isinstance(hear(Upvoting(elsewhere.pk, "c", question.code, on=True)), QuestionNotFoundError)
    assert isinstance(hear(Withdrawal(elsewhere.pk, "a", question.code)), QuestionNotFoundError)
    assert isinstance(hear(Upvoting(question.room_id, "c", "\0nothing", on=True)), QuestionNotFoundError)


def test_voting_goes_on_while_new_questions_are_paused():
    question = make_asked(make_asking_room())
    Room.objects.filter(pk=question.room_id).update(asking=Asking.PAUSED)
    assert upvote(question).on is True


def test_what_its_author_takes_back_is_forgotten_and_stays_so():
    room = make_asking_room()
    question = make_asked(room, "a", "Why?", name="Ada")
    assert isinstance(withdraw(question, "b"), NotAllowedError)
    first, again = withdraw(question), withdraw(question)
    assert (first.state, again.version) == ("withdrawn", first.version)
    assert ask(room, "a", "Why?", name="Ada").state == "withdrawn"
    question.refresh_from_db()
    assert (question.text, question.name) == ("", "")


def test_what_is_taken_back_leaves_the_stage():
    question = make_asked(make_asking_room())
    Room.objects.filter(pk=question.room_id).update(current_question=question)
    before = Room.objects.get(pk=question.room_id).layout_version
    heard = withdraw(question)
    room = Room.objects.get(pk=question.room_id)
    assert (room.current_question_id, room.layout_version, room.version) == (None, before + 1, heard.version)


def test_a_batch_is_announced_after_commit_with_the_voices_whose_own_changed(monkeypatch):
    question = make_asked(make_asking_room(), "a")
    facts: list[events.RoomChanged] = []
    monkeypatch.setattr(events, "announce", facts.append)
    upvote(question, "b")
    upvote(question, "b")
    assert [fact.voters for fact in facts] == [("b",)]


def test_cost_of_an_upvote_does_not_grow_with_the_questions(django_assert_num_queries, django_assert_max_num_queries):
    room = make_asking_room()
    question = make_asked(room)
    with django_assert_max_num_queries(14) as few:
        upvote(question, "b")
    outcomes = hear_batch([Ask(room.pk, f"asker {n}", 1, f"Why {n}?") for n in range(200)])
    assert all(getattr(outcome, "state", "") == "shown" for outcome in outcomes)
    with django_assert_num_queries(len(few.captured_queries)):
        upvote(question, "c")
    with django_assert_num_queries(len(few.captured_queries)):
        hear_batch([Upvoting(room.pk, f"voter {n}", question.code, on=True) for n in range(200)])
    assert n_upvotes(question) == Upvote.objects.count() == 202
