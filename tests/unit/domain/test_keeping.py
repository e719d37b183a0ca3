"""The privacy page tells of every model, and deleting or purging a room leaves nothing of people behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from live_polls.domain import retention, rooms
from live_polls.domain.ballots import cast_batch
from live_polls.domain.keeping import KEPT, Until, days_words
from live_polls.domain.retention import purge_room, rooms_to_purge, set_retention
from live_polls.errors import InvalidSettingsError
from live_polls.models import (
    Account,
    Cohort,
    Exclusion,
    ExtraTime,
    Invitation,
    Picture,
    Player,
    Question,
    Record,
    RoleLink,
    Room,
    Spelling,
    Text,
    Upvote,
)
from tests.factories import make_cast, make_poll, make_room

pytestmark = pytest.mark.django_db(transaction=True)

# What Django keeps of itself: names of models and rights, and nobody in them.
NOBODY = {"Permission", "Group", "ContentType"}
OURS = {model.__name__ for model in apps.get_app_config("live_polls").get_models()}

# What stands in such a field is a number of somebody in the audience.
PERSONAL = {"voice", "author", "participant"}


def lines(*ends: Until) -> set[str]:
    return {name for kept in KEPT if kept.until in ends for name in kept.models}


def test_every_model_has_one_line():
    told = [name for kept in KEPT for name in kept.models]

    assert sorted(told) == sorted({model.__name__ for model in apps.get_models()} - NOBODY)


def test_what_belongs_to_the_audience_goes_when_the_room_is_purged():
    of_people = {
        model.__name__
        for model in apps.get_app_config("live_polls").get_models()
        if {field.name for field in model._meta.get_fields()} & PERSONAL
    }

    assert of_people <= lines(Until.PURGE)
    assert len(of_people) >= 7


def full_room() -> Room:
    """A room with a row of everything."""
    room = make_room(owner=Account.objects.create(email="host@example.org"))
    poll, cloud, wall = (
        make_poll(room),
        make_poll(room, kind="word_cloud", options=[]),
        make_poll(room, kind="open_text", options=[]),
    )
    cast_batch([make_cast(poll, {"option": 1}), make_cast(wall, {"texts": ["Hear, hear"]})])
    cast_batch([make_cast(cloud, {"texts": [word]}) for word in ("Django", "django")])
    question = Question.objects.create(room=room, author="v", seq=1, text="Why?", asked_at=timezone.now())
    Upvote.objects.create(question=question, voice="w")
    Room.objects.filter(pk=room.pk).update(current=None, current_question=question)
    Player.objects.create(room=room, voice="v", name="Ada", name_key="ada")
    ExtraTime.objects.create(poll=poll, round=1, voice="v", deadline=timezone.now())
    Invitation.objects.create(room=room, number=1, code_hash="x", voice="v")
    RoleLink.objects.create(room=room, role="co_host", key_hash="x", expires_at=timezone.now())
    Exclusion.objects.create(room=room, voice="z")
    Cohort.objects.create(poll=poll, round=1, ballots=[1], n=5, n_equal=5, seconds=1)
    Picture.objects.create(room=room, digest="d", width=1, height=1, data=b"x")
    return room


def of_room(model: type[Model], room: Room) -> int:
    """How many rows of a model belong to the room, however far away."""
    names = {field.name for field in model._meta.get_fields()}
    for way in ("room", "poll", "question"):
        if way in names:
            path = {"room": "room", "poll": "poll__room", "question": "question__room"}[way]
            return model._default_manager.filter(**{path: room.pk}).count()
    return model._default_manager.filter(pk=room.pk).count() if model is Room else 0


def models_of_rooms() -> list[type[Model]]:
    return [model for model in apps.get_app_config("live_polls").get_models() if model is not Account]


def test_a_room_that_is_deleted_leaves_nothing_of_itself():
    room = full_room()
    filled = {model.__name__ for model in models_of_rooms() if of_room(model, room)}
    assert OURS - {"Account"} == filled  # a test that has a row of everything

    rooms.delete_room(room)

    assert [model.__name__ for model in models_of_rooms() if of_room(model, room)] == []


def test_a_room_that_is_purged_keeps_counts_and_nobody():
    room = full_room()
    rooms.end_room(room)

    purge_room(room)
    purge_room(room)

    left = {model.__name__ for model in models_of_rooms() if of_room(model, room)}
    assert left & lines(Until.PURGE) == {"Text", "Record"}
    assert list(Text.objects.values_list("key", "author")) == [("django", "")]  # a word of the cloud, with its count
    assert list(Record.objects.filter(room=room).values_list("verb", flat=True)) == ["purge"]
    assert not Spelling.objects.exists()


@pytest.mark.parametrize(
    ("own", "ended_days_ago", "is_due"),
    [(None, 91, True), (None, 89, False), (7, 8, True), (7, 6, False), (365, 91, False), (0, 1, True)],
)
def test_a_room_may_keep_people_for_another_time(own, ended_days_ago, is_due):
    room = make_room()
    set_retention(room, own)
    rooms.end_room(room)
    Room.objects.update(ended_at=timezone.now() - timedelta(days=ended_days_ago))

    assert [each.pk for each in rooms_to_purge(days=90)] == ([room.pk] if is_due else [])


def test_the_time_is_set_once_and_recorded_once():
    room = make_room()
    set_retention(room, 7)
    set_retention(room, 7)

    assert Record.objects.get(room=room, verb="retention").details == {"days": [None, 7]}
    with pytest.raises(InvalidSettingsError):
        set_retention(room, retention.MOST_DAYS + 1)


@pytest.mark.parametrize(("days", "words"), [(0, "clean-up"), (1, "1 day after"), (90, "90 days after")])
def test_days_in_words(days, words):
    assert words in days_words(days)
