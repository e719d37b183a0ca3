"""One room file, loaded twice at the same moment."""

from __future__ import annotations

from functools import partial
from threading import Barrier

import pytest

from live_polls.domain import join_codes
from live_polls.domain.room_file import parse_room_file
from live_polls.domain.room_loading import load_room
from live_polls.models import Poll, Room
from tests.stores.waits import PATIENCE_S
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

KEYNOTE = b"""
[room]
slug = "keynote"
title = "Keynote"
[[polls]]
kind = "single_choice"
prompt = "Tabs or spaces?"
options = ["Tabs", "Spaces"]
"""


def test_two_who_make_the_same_room_at_the_same_moment_make_one(monkeypatch: pytest.MonkeyPatch):
    both_found_none, allocate = Barrier(2), join_codes.allocate

    def allocate_together() -> str:
        if not Room.objects.exists():
            both_found_none.wait(PATIENCE_S)
        return allocate()

    monkeypatch.setattr(join_codes, "allocate", allocate_together)
    loaded = together([partial(load_room, parse_room_file(KEYNOTE))] * 2)

    assert sorted(one.created for one in loaded) == [False, True]
    assert Room.objects.count() == Poll.objects.count() == 1
