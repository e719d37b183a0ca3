from __future__ import annotations

import json

import pytest

from live_polls.domain.visibility import Viewer
from live_polls.live.connections import SNAPSHOT, Connection, SlotKey
from live_polls.live.frames import Frame
from tests.unit.live.wires import Wire

ROOM: SlotKey = ("room", "")
POLL: SlotKey = ("poll", "a")
TALLY: SlotKey = ("tally", "a")
OTHER_TALLY: SlotKey = ("tally", "b")


def frame(text: str) -> Frame:
    return Frame(json.dumps(text).encode())


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def connection(wire):
    return Connection(wire, Viewer.AUDIENCE, "alice")


def test_ready_connection_writes_states_at_once_and_together(connection, wire):
    connection.show([(ROOM, frame("room")), (TALLY, frame("tally"))])

    assert wire.received == ["room", "tally"]
    assert wire.n_writes == 1


def test_ready_connection_writes_answers_at_once(connection, wire):
    connection.answer(frame("ack"))

    assert wire.received == ["ack"]


def test_busy_connection_writes_nothing(connection, wire):
    connection.ready = False
    connection.answer(frame("ack"))
    connection.show([(ROOM, frame("room"))])
    connection.hold([(TALLY, frame("tally"))])

    assert wire.received == []


def test_newest_state_of_each_object_is_written_when_the_wire_is_free(connection, wire):
    connection.ready = False
    for n in range(1, 4):
        connection.show([(TALLY, frame(f"tally {n}")), (OTHER_TALLY, frame(f"other {n}"))])
    connection.show([(POLL, frame("poll"))])

    connection.resume()

    assert wire.received == ["tally 3", "other 3", "poll"]
    assert connection.ready
    assert wire.n_writes == 1


def test_newer_state_goes_to_the_end_so_that_versions_never_fall(connection, wire):
    connection.ready = False
    connection.show([(TALLY, frame("tally 1"))])
    connection.show([(ROOM, frame("room 2"))])
    connection.show([(TALLY, frame("tally 3"))])

    connection.resume()

    assert wire.received == ["room 2", "tally 3"]


def test_answers_are_never_dropped_and_keep_their_place_among_states(connection, wire):
    connection.ready = False
    ack = frame("ack 1")
    connection.answer(ack)
    connection.show([(TALLY, frame("tally 2"))])
    connection.answer(frame("ack 3"))
    connection.answer(ack)
    connection.show([(TALLY, frame("tally 4"))])

    connection.resume()

    assert wire.received == ["ack 1", "ack 3", "ack 1", "tally 4"]


def test_snapshot_clears_the_states_before_it_and_no_answer(connection, wire):
    connection.ready = False
    connection.show([(TALLY, frame("tally 1")), (ROOM, frame("room 1"))])
    connection.answer(frame("ack 2"))
    connection.show([(SNAPSHOT, frame("snapshot 3"))])
    connection.show([(TALLY, frame("tally 4"))])

    connection.resume()

    assert wire.received == ["ack 2", "snapshot 3", "tally 4"]


def test_newer_snapshot_takes_the_place_of_the_older(connection, wire):
    connection.ready = False
    connection.show([(SNAPSHOT, frame("snapshot 1")), (TALLY, frame("tally 1"))])
    connection.show([(SNAPSHOT, frame("snapshot 2"))])

    connection.resume()

    assert wire.received == ["snapshot 2"]


def test_resume_with_nothing_held_writes_nothing(connection, wire):
    connection.ready = False
    connection.resume()
    connection.resume()

    assert wire.n_writes == 0


def test_what_was_written_once_is_not_written_again(connection, wire):
    connection.ready = False
    connection.answer(frame("ack"))
    connection.resume()
    connection.ready = False
    connection.resume()

    assert wire.received == ["ack"]


def test_slow_reader_costs_a_bounded_amount_of_memory(connection, wire):
    connection.ready = False
    for n in range(1000):
        connection.show([(TALLY, frame(f"tally {n}")), (ROOM, frame(f"room {n}"))])

    connection.resume()

    assert wire.received == ["tally 999", "room 999"]
