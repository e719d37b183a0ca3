"""What a poll has besides its question: right options, an explanation, points, pictures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from live_polls.domain.ballots import cast_batch
from live_polls.domain.pictures import add_picture
from live_polls.domain.polls import PollDraft, add_poll, draft_of, edit_poll
from live_polls.errors import InvalidSettingsError, PollHasBallotsError
from live_polls.models import Poll, Room
from tests.factories import make_cast, make_poll, make_room
from tests.pictures import make_picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room() -> Room:
    return make_room()


@pytest.fixture
def digests(room: Room) -> list[str]:
    return [add_picture(room, make_picture(colour=colour), longest=640).digest for colour in ("red", "blue")]


@pytest.fixture
def draft(digests: list[str]) -> PollDraft:
    """Everything that a poll can have."""
    return PollDraft(
        kind="single_choice",
        prompt="Which bird sings?",
        options=["Robin", "Stone"],
        right={1},
        explanation="Stones are silent.",
        picture=digests[0],
        picture_alt="A forest",
        option_pictures=[digests[1], ""],
    )


def test_a_poll_keeps_all_that_its_draft_says(room: Room, draft: PollDraft, digests: list[str]):
    poll = add_poll(room, draft)

    poll = Poll.objects.get(pk=poll.pk)
    options = list(poll.options.values_list("text", "is_right", "picture__digest"))
    assert options == [("Robin", True, digests[1]), ("Stone", False, None)]
    assert poll.picture is not None
    assert (poll.explanation, poll.picture.digest, poll.picture_alt) == ("Stones are silent.", digests[0], "A forest")


def test_the_draft_of_a_poll_makes_the_same_again_and_changes_nothing(room: Room, draft: PollDraft):
    poll = add_poll(room, draft)
    room.refresh_from_db()

    edit_poll(poll, draft_of(poll))
    edit_poll(poll, draft)
    assert Room.objects.get(pk=room.pk).version == room.version
    assert draft_of(add_poll(room, draft_of(poll))) == draft_of(poll)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"right": {3}}, "right"),
        ({"right": {0}}, "right"),
        ({"kind": "ranking", "right": {1}}, "right"),
        ({"explanation": "x" * 1001}, "explanation"),
        ({"picture_alt": "x" * 201}, "picture_alt"),
        ({"points": -1}, "points"),
        ({"points": 10_001}, "points"),
        ({"option_pictures": ["x"]}, "options"),
        ({"picture": "0" * 32}, "picture"),
        ({"option_pictures": ["0" * 32, ""]}, "picture"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(room: Room, draft: PollDraft, wrong: dict[str, Any], field: str):
    with pytest.raises(InvalidSettingsError) as refused:
        add_poll(room, replace(draft, **wrong))
    assert refused.value.field == field
    assert not Poll.objects.filter(room=room).exists()


def test_pictures_of_another_room_are_refused(draft: PollDraft):
    with pytest.raises(InvalidSettingsError):
        add_poll(make_room(), draft)


def test_what_is_right_may_be_corrected_while_people_vote_for_nothing(room: Room, draft: PollDraft):
    poll = make_poll(room, options=("A", "B", "C"))
    cast_batch([make_cast(poll, {"option": 1})])

    edit_poll(poll, replace(draft_of(poll), right={2, 3}, explanation="Because."))
    edit_poll(poll, replace(draft_of(poll), right={1, 3}, explanation="Because."))
    assert list(poll.options.filter(is_right=True).values_list("text", flat=True)) == ["A", "C"]


def test_a_quiz_question_does_not_become_a_secret_ballot_behind_those_who_voted(room: Room):
    poll = make_poll(room)
    edit_poll(poll, replace(draft_of(poll), right={1}))
    Poll.objects.filter(pk=poll.pk).update(points=1)
    poll.refresh_from_db()

    with pytest.raises(PollHasBallotsError):
        edit_poll(poll, replace(draft_of(poll), points=0))


@pytest.mark.parametrize("change", ["picture", "option_pictures"])
def test_what_people_saw_when_they_answered_stays(room: Room, digests: list[str], change: str):
    poll = make_poll(room, options=("A", "B"))
    cast_batch([make_cast(poll, {"option": 1})])

    other: dict[str, Any] = {"picture": digests[0], "option_pictures": [digests[0], ""]}
    with pytest.raises(PollHasBallotsError):
        edit_poll(poll, replace(draft_of(poll), **{change: other[change]}))
