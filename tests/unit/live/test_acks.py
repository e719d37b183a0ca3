from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from live_polls.domain.ballots import Counted
from live_polls.domain.visibility import Viewer
from live_polls.live.acks import PATIENCE_SECONDS, AckGate
from live_polls.live.connections import Connection
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
