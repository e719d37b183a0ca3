"""Muted and excluded voices: what is taken from them, what is hidden with them, and that all of it can be undone."""

from __future__ import annotations

import pytest

from live_polls.domain import exclusions, moderation
from live_polls.domain.ballots import Counted, cast_batch
from live_polls.domain.players import Naming, name_players
from live_polls.domain.question_moderation import restore_question
from live_polls.domain.tally import recount
from live_polls.enums import QuestionState, TextState
from live_polls.errors import ExcludedError, IllegalMoveError, MutedError
from live_polls.models import Exclusion, Player, Poll, Question, Record, Room, Text
from tests.factories import make_cast, make_participant, make_poll, make_room

pytestmark = pytest.mark.django_db(transaction=True)
A, B = {"option": 1}, {"option": 2}


def cast(*casts):
    return cast_batch(list(casts))


def writing(room: Room) -> Poll:
    return make_poll(room, kind="open_text", options=())


def test_who_is_excluded_casts_nothing_more_and_others_do():
    poll = make_poll()
    who, other = make_participant(poll.room), make_participant(poll.room)
    exclusions.exclude(poll.room, who.voice_key)

    refused, counted = cast(make_cast(poll, A, participant=who), make_cast(poll, A, participant=other))

    assert (type(refused), type(counted)) == (ExcludedError, Counted)


def test_a_ballot_from_before_still_counts_can_be_sent_again_and_taken_back():
    poll = make_poll()
    who = make_participant(poll.room)
    [first] = cast(make_cast(poll, A, participant=who))
    exclusions.exclude(poll.room, who.voice_key)

    again, other, back = cast(
        make_cast(poll, A, participant=who),
        make_cast(poll, B, participant=who, seq=2),
        make_cast(poll, None, participant=who, seq=3),
    )

    assert again.receipt == first.receipt
    assert isinstance(other, ExcludedError)
    assert isinstance(back, Counted)


def test_who_is_muted_votes_and_does_not_write():
    room = make_room()
    choice, words = make_poll(room), writing(room)
    who = make_participant(room)
    exclusions.mute(room, who.voice_key)

    voted, wrote = cast(make_cast(choice, A, participant=who), make_cast(words, {"texts": ["Hi"]}, participant=who))

    assert (type(voted), type(wrote)) == (Counted, MutedError)


def test_excluding_hides_what_was_written_and_lifting_shows_just_that_again():
    room = make_room()
    poll, who = writing(room), make_participant(room)
    cast(make_cast(poll, {"texts": ["One"]}, participant=who))
    second = writing(room)
    cast(make_cast(second, {"texts": ["Two"]}, participant=who))
    hidden = Text.objects.get(text="Two")
    moderation.hide_text(second, 1, hidden.key)
    name_players([Naming(room.pk, who.voice_key, "Grace")])

    exclusions.exclude(room, who.voice_key)
    assert set(Text.objects.values_list("state", flat=True)) == {TextState.HIDDEN}
    assert Player.objects.get().state == TextState.HIDDEN

    exclusions.lift(room, who.voice_key)
    assert dict(Text.objects.values_list("text", "state")) == {"One": "shown", "Two": "hidden"}
    assert Player.objects.get().state == TextState.SHOWN
    assert isinstance(cast(make_cast(writing(room), {"texts": ["Three"]}, participant=who))[0], Counted)


def test_a_question_on_stage_leaves_it_with_who_asked():
    room, who = make_room(), make_participant(make_room())
    question = Question.objects.create(room=room, author=who.voice_key, seq=1, text="Why?", asked_at=room.created_at)
    Room.objects.filter(pk=room.pk).update(current_question=question)

    exclusions.exclude(room, who.voice_key)
    room.refresh_from_db()
    question.refresh_from_db()
    assert (room.current_question, question.state, question.version) == (None, "hidden", room.version)

    exclusions.lift(room, who.voice_key)
    question.refresh_from_db()
    assert question.state == "shown"


def test_a_question_that_was_put_away_is_hidden_with_who_asked_and_nobody_brings_it_back():
    room, who = make_room(), make_participant(make_room())
    question = Question.objects.create(
        room=room, author=who.voice_key, seq=1, text="Why?", asked_at=room.created_at, state=QuestionState.ARCHIVED
    )

    exclusions.exclude(room, who.voice_key)
    with pytest.raises(IllegalMoveError):
        restore_question(question)
    question.refresh_from_db()
    assert question.state == QuestionState.HIDDEN

    exclusions.lift(room, who.voice_key)
    question.refresh_from_db()
    assert question.state == QuestionState.ARCHIVED


@pytest.mark.parametrize("deed", [exclusions.mute, exclusions.exclude])
def test_each_deed_may_be_repeated_and_is_recorded_once(deed):
    room = make_room()
    voice = make_participant(room).voice_key

    assert [deed(room, voice), deed(room, voice)] == [True, False]
    assert [exclusions.lift(room, voice), exclusions.lift(room, voice)] == [True, False]

    verbs = Record.objects.filter(room=room).exclude(verb="create").values_list("verb", flat=True)
    assert list(verbs) == [deed.__name__, "lift"]
    assert Exclusion.objects.count() == 1


def test_from_excluded_to_muted_is_a_step_back():
    room = make_room()
    poll, who = make_poll(room), make_participant(room)
    exclusions.exclude(room, who.voice_key)
    exclusions.mute(room, who.voice_key)

    assert isinstance(cast(make_cast(poll, A, participant=who))[0], Counted)
    assert [exclusion.only_muted for exclusion in exclusions.in_force(room)] == [True]


def test_an_exclusion_holds_in_its_room_alone():
    room, other = make_room(), make_poll()
    voice = "5" * 32
    exclusions.exclude(room, voice)

    [outcome] = cast(make_cast(other, A, participant=make_participant(other.room)))
    assert isinstance(outcome, Counted)
    assert not exclusions.lift(other.room, voice)


def test_nobody_is_behind_a_word_that_many_share():
    room = make_room()
    poll = make_poll(room, kind="word_cloud", options=())
    cast(make_cast(poll, {"texts": ["tea"]}))

    with pytest.raises(IllegalMoveError):
        exclusions.voice_behind(Text.objects.get())


def test_a_room_with_nobody_barred_pays_for_no_further_statement(django_assert_max_num_queries):
    poll = make_poll()
    casts = [make_cast(poll, A) for _ in range(20)]
    with django_assert_max_num_queries(20) as few:
        cast(*casts)
    plain = len(few.captured_queries)

    exclusions.exclude(poll.room, "5" * 32)
    with django_assert_max_num_queries(20) as one_more:
        cast(*[make_cast(poll, A) for _ in range(20)])
    assert len(one_more.captured_queries) == plain + 1


def test_texts_that_an_exclusion_hides_and_a_pardon_shows_are_counted():
    poll = writing(make_room())
    who = make_participant(poll.room)
    cast(make_cast(poll, {"texts": ["Hi"]}, participant=who))

    exclusions.exclude(poll.room, who.voice_key)
    assert recount(poll.room) == []
    exclusions.lift(poll.room, who.voice_key)

    assert Text.objects.get().state == TextState.SHOWN
    assert recount(poll.room) == []


@pytest.mark.parametrize("deed", [exclusions.mute, exclusions.exclude])
def test_who_is_silenced_takes_no_name_either(deed):
    room, who = make_room(), make_participant(make_room())
    deed(room, who.voice_key)

    [outcome] = name_players([Naming(room.pk, who.voice_key, "Grace")])
    assert isinstance(outcome, MutedError)
