from __future__ import annotations

import pytest

from live_polls import events
from live_polls.events import RoomChanged
from live_polls.topics import room_topic

FACT = RoomChanged(room_id=1, version=2)


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch):
    monkeypatch.setattr(events, "_subscribers", [])


def test_every_subscriber_hears_each_fact_once():
    one: list[RoomChanged] = []
    other: list[RoomChanged] = []
    for facts in (one, other):
        events.subscribe(facts.append)

    events.announce(FACT)
    events.announce(RoomChanged(1, 3))

    assert one == other == [FACT, RoomChanged(1, 3)]


def test_subscribing_twice_is_subscribing_once():
    facts: list[RoomChanged] = []
    hear = facts.append
    events.subscribe(hear)
    events.subscribe(hear)

    events.announce(FACT)

    assert facts == [FACT]


def test_unsubscribing_may_be_repeated():
    facts: list[RoomChanged] = []
    hear = facts.append
    events.subscribe(hear)
    events.unsubscribe(hear)
    events.unsubscribe(hear)

    events.announce(FACT)

    assert facts == []


def test_a_subscriber_that_fails_harms_nobody_and_is_logged_once(caplog):
    facts: list[RoomChanged] = []

    def fail(fact: RoomChanged) -> None:
        raise ZeroDivisionError

    events.subscribe(fail)
    events.subscribe(facts.append)

    events.announce(FACT)

    assert facts == [FACT]
    assert [record.message for record in caplog.records] == [f"A subscriber failed on {FACT}"]


def test_a_subscriber_may_leave_while_it_hears():
    facts: list[RoomChanged] = []

    def once(fact: RoomChanged) -> None:
        events.unsubscribe(once)
        facts.append(fact)

    events.subscribe(once)
    events.subscribe(facts.append)

    events.announce(FACT)
    events.announce(FACT)

    assert facts == [FACT] * 3


def test_topic_of_a_room_is_short_ascii():
    assert room_topic(12) == "live_polls.room.12"
    assert room_topic(12).isascii()
