"""Whoever wrote a text that is on no screen is told so, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from live_polls import events
from live_polls.domain import moderation
from live_polls.domain.ballots import cast_batch
from live_polls.domain.own_texts import NotShown
from live_polls.domain.snapshot import read_room
from live_polls.models import Poll, Text
from tests.factories import both_keys, make_cast, make_poll, voice_of

pytestmark = pytest.mark.django_db

ALICE, BOB = "alice", "bob"


def make_writing(kind: str = "open_text", **settings: Any) -> Poll:
    options = ("Vim", "Emacs") if kind == "single_choice" else ()
    return make_poll(kind=kind, options=options, settings=settings)


def say(poll: Poll, answer: object, *, who: str = ALICE, seq: int = 1) -> None:
    cast_batch([make_cast(poll, answer, participant=who, seq=seq)])


def told(poll: Poll, who: str = ALICE) -> NotShown:
    _, mine = read_room(poll.room_id, participants=both_keys(who))
    [ballot] = mine[who]
    return ballot.not_shown


def test_a_text_that_waits_is_told_to_its_author_and_one_that_is_shown_is_not():
    wall = make_writing(hold=True)
    say(wall, {"texts": ["a thought"]})
    say(wall, {"texts": ["another"]}, who=BOB)
    moderation.show_text(wall, 1, Text.objects.get(text="another").key)

    assert told(wall) == NotShown(held=("a thought",))
    assert told(wall, BOB) == NotShown()


def test_a_hidden_text_is_told_until_another_takes_its_place():
    wall = make_writing()
    say(wall, {"texts": ["rude"]})
    moderation.hide_text(wall, 1, Text.objects.get().key)
    assert told(wall) == NotShown(hidden=("rude",))

    say(wall, {"texts": ["polite"]}, seq=2)

    assert told(wall) == NotShown(held=("polite",))


def test_a_word_is_told_as_its_author_wrote_it():
    cloud = make_writing("word_cloud")
    say(cloud, {"texts": ["rude", "kind"]})
    say(cloud, {"texts": ["RUDE"]}, who=BOB)
    moderation.hide_text(cloud, 1, "rude")

    assert [told(cloud), told(cloud, BOB)] == [NotShown(hidden=("rude",)), NotShown(hidden=("RUDE",))]


def test_what_was_named_beside_the_options_is_told_though_the_ballot_is_secret():
    choice = make_writing("single_choice", other=True, hold=True)
    say(choice, {"other": "Nano"})
    say(choice, {"option": 1}, who=BOB)

    assert [told(choice), told(choice, BOB)] == [NotShown(held=("Nano",)), NotShown()]


def test_a_ballot_that_was_withdrawn_has_nothing_to_be_told_of():
    wall = make_writing(hold=True)
    say(wall, {"texts": ["a thought"]})
    say(wall, None, seq=2)

    assert told(wall) == NotShown()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "answer", "key_of"),
    [
        ("open_text", {"texts": ['a "thought"']}, voice_of),
        ("word_cloud", {"texts": ["50%", "Früh"]}, voice_of),
        ("single_choice", {"other": "Nano"}, str),
    ],
)
def test_a_decision_names_those_whose_text_it_is(kind, answer, key_of):
    poll = make_writing(kind, **({"other": True} if kind == "single_choice" else {}))
    say(poll, answer)
    say(poll, {"option": 1} if kind == "single_choice" else {"texts": ["something else"]}, who=BOB)
    heard: list[events.RoomChanged] = []
    events.subscribe(heard.append)
    try:
        moderation.hide_text(poll, 1, Text.objects.order_by("pk")[0].key)
    finally:
        events.unsubscribe(heard.append)

    assert [fact.voters for fact in heard] == [(key_of(ALICE),)]
