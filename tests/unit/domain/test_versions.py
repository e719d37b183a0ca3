from __future__ import annotations

import pytest
from django.db import transaction

from live_polls import events
from live_polls.domain.versions import bump_layout
from live_polls.models import Room
from tests.factories import make_room


@pytest.mark.django_db
def test_bump_layout_moves_both_versions_and_tells_the_new_one(heard):
    room = make_room()
    Room.objects.filter(pk=room.pk).update(version=7, layout_version=3)

    facts = heard(lambda: bump_layout(room.pk))

    assert facts == [events.RoomChanged(room.pk, 8)]
    assert Room.objects.values_list("version", "layout_version").get() == (8, 8)


@pytest.mark.django_db
def test_bump_layout_leaves_other_rooms():
    room, other = make_room(), make_room()

    bump_layout(room.pk)

    assert Room.objects.get(pk=other.pk).version == other.version


@pytest.mark.django_db(transaction=True)
def test_change_that_is_rolled_back_is_never_announced():
    room, facts = make_room(), list[events.RoomChanged]()
    events.subscribe(facts.append)
    with transaction.atomic():
        bump_layout(room.pk)
        transaction.set_rollback(True)
    events.unsubscribe(facts.append)

    assert facts == []
    assert Room.objects.get().version == room.version
