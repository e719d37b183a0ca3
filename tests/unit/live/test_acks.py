from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from live_polls.domain.ballots import Counted
from live_polls.domain.visibility import Viewer
from live_polls.live.acks import PATIENCE_SECONDS, AckGate
from live_polls.live.connections import Connection
from live_polls.live.frames import Frame
from tests.unit.live.wires import Wire


class Clock:
    """A loop of which only the timers are needed: they ring when the test says so."""

    def __init__(self) -> None:
        self.timers: list[Clock.Timer] = []

    class Timer:
        def __init__(self, delay: float, ring: Callable[[], None]) -> None:
            self.delay, self.ring, self.is_cancelled = delay, ring, False

        def cancel(self) -> None:
            self.is_cancelled = True

    def call_later(self, delay: float, ring: Callable[[], None]) -> Timer:
        self.timers.append(self.Timer(delay, ring))
        return self.timers[-1]


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def connection(wire):
    return Connection(wire, Viewer.AUDIENCE, "alice")


@pytest.fixture
def clock() -> Any:
    return Clock()


def counted(version: int) -> Counted:
    return Counted(f"receipt {version}", 1, "epoch", version, changed=True)


def restored(version: int) -> Counted:
    return Counted(f"receipt {version}", 1, "another epoch", version, changed=True)


def test_of_an_epoch_that_is_not_shown_yet_an_ack_says_its_own_version(connection, wire):
    gate = AckGate()
    gate.epoch = "epoch"
    gate.send(connection, "1", counted(90), at_least=95)
    gate.send(connection, "2", restored(7), at_least=95)
    gate.send(connection, "3", restored(6), at_least=95)

    assert versions(wire) == [95, 7, 7]
    assert (gate.told("epoch"), gate.told("another epoch"), connection.version) == (95, 7, 95)


def test_acks_of_the_epoch_before_go_before_it_ends_and_those_of_the_next_wait_on(connection, wire, clock):
    gate = AckGate()
    gate.epoch = "epoch"
    gate.hold(clock)
    gate.send(connection, "1", counted(90), at_least=0)
    gate.send(connection, "2", restored(7), at_least=0)
    gate.restart("another epoch", shown=95)
    assert [(frame["epoch"], frame["version"]) for frame in wire.received] == [("epoch", 95)]

    connection.version = 9
    gate.release(at_least=9)
    assert versions(wire) == [95, 9]
    gate.send(connection, "3", counted(94), at_least=9)  # committed before, and heard of now
    assert versions(wire) == [95, 9, 95]


def versions(wire: Wire) -> list[int]:
    return [frame["version"] for frame in wire.received]


def test_open_gate_acknowledges_at_once(connection, wire):
    AckGate().send(connection, "7", counted(5), at_least=3)

    assert wire.received == [
        {"type": "ack", "id": "7", "receipt": "receipt 5", "seq": 1, "epoch": "epoch", "version": 5}
    ]


def test_ack_is_never_behind_what_listeners_may_have_seen(connection, wire):
    AckGate().send(connection, "7", counted(5), at_least=8)

    assert versions(wire) == [8]


def test_gate_remembers_the_newest_version_it_told(connection):
    gate = AckGate()
    for version in (5, 9, 7):
        gate.send(connection, "7", counted(version), at_least=0)

    assert gate.version == 9


def test_connection_stands_where_its_ack_says(connection):
    AckGate().send(connection, "7", counted(5), at_least=8)

    assert connection.version == 8


def test_held_acks_wait_for_the_read_and_then_come_in_their_order(connection, wire, clock):
    gate = AckGate()
    gate.hold(clock)
    gate.send(connection, "1", counted(5), at_least=0)
    gate.send(connection, "2", counted(9), at_least=0)
    assert wire.received == []

    gate.release(at_least=7)

    assert [(frame["id"], frame["version"]) for frame in wire.received] == [("1", 7), ("2", 9)]


def test_acks_go_at_once_again_after_the_release(connection, wire, clock):
    gate = AckGate()
    gate.hold(clock)
    gate.release()
    gate.send(connection, "1", counted(5), at_least=0)

    assert versions(wire) == [5]


def test_acks_do_not_wait_for_a_read_that_hangs(connection, wire, clock):
    gate = AckGate()
    gate.hold(clock)
    gate.send(connection, "1", counted(5), at_least=0)

    [timer] = clock.timers
    assert timer.delay == PATIENCE_SECONDS
    timer.ring()

    assert versions(wire) == [5]
    assert gate.version == 5


def test_ack_that_did_not_wait_is_not_behind_what_its_connection_was_told(connection, wire, clock):
    connection.version = 8
    gate = AckGate()
    gate.hold(clock)
    gate.send(connection, "1", counted(5), at_least=8)
    clock.timers[0].ring()

    assert versions(wire) == [8]


def test_release_stops_the_timer_and_may_be_repeated(connection, wire, clock):
    gate = AckGate()
    gate.hold(clock)
    gate.send(connection, "1", counted(5), at_least=0)
    gate.release()
    gate.release()

    assert clock.timers[0].is_cancelled
    assert versions(wire) == [5]


def test_acks_that_waited_go_out_with_the_state_in_one_write(connection, wire, clock):
    gate, others = AckGate(), Wire()
    other = Connection(others, Viewer.AUDIENCE, "bob")
    gate.hold(clock)
    gate.send(connection, "1", counted(5), at_least=0)
    gate.send(connection, "2", counted(6), at_least=0)

    gate.join()
    for each in (connection, other):
        each.show([(("tally", "abc"), Frame(b'{"version":6}'))])
        each.version = 6
    gate.release(at_least=6)

    assert versions(wire) == [6, 6, 6]
    assert ["id" in frame for frame in wire.received] == [False, True, True]
    assert (wire.n_writes, others.n_writes) == (1, 1)
    gate.send(connection, "3", counted(7), at_least=6)
    assert versions(wire) == [6, 6, 6, 7]


def test_who_cannot_take_bytes_gets_nothing_sooner_for_an_ack_that_waited(connection, wire, clock):
    gate = AckGate()
    connection.ready = False
    gate.hold(clock)
    gate.send(connection, "1", counted(5), at_least=0)
    gate.join()
    gate.release(at_least=6)

    assert wire.received == []
    connection.resume()
    assert versions(wire) == [6]
