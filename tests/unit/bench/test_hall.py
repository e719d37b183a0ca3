"""What is counted while a worker is killed; the phones here have no sockets."""

from __future__ import annotations

from unittest.mock import create_autospec

import pytest
from picows import WSTransport

from bench import wire
from bench.crowd import Crowd
from bench.hall_rounds import Hall
from bench.phone import Phone


@pytest.fixture
def hall() -> Hall:
    crowd = Crowd("ws://nowhere")
    crowd.snapshot = wire.Snapshot(version=1, polls=[wire.Poll("poll")])
    crowd.phones = [Phone(crowd, number, None) for number in range(2)]
    return Hall(crowd=crowd, n_options=4)


def tally(version: int) -> bytes:
    return b'{"type":"tally.changed","version":%d}' % version


def shown(hall: Hall, number: int, version: int) -> None:
    hall.crowd.on_frame(hall.crowd.phones[number], tally(version))


def tap_and_hear(hall: Hall, number: int, version: int) -> None:
    phone = hall.crowd.phones[number]
    phone.transport = silent()
    hall._tap(phone, 0.0)
    hall.crowd.on_frame(phone, b'{"type":"ack","version":%d}' % version)


def silent() -> WSTransport:
    """A socket into which one can speak."""
    transport: WSTransport = create_autospec(WSTransport, instance=True)
    return transport


def test_a_change_counts_for_its_phone_once_with_the_newest_number(hall: Hall):
    tap_and_hear(hall, 0, 2)
    tap_and_hear(hall, 0, 3)

    assert hall.counted[0][0] == 2
    assert (hall.n_acknowledged, sum(hall.expected.values())) == (2, 1)


def test_the_answer_to_what_was_sent_twice_is_one_acknowledgement(hall: Hall):
    tap_and_hear(hall, 0, 2)
    hall.crowd.on_frame(hall.crowd.phones[0], b'{"type":"ack","version":2}')

    assert hall.n_acknowledged == 1


def test_a_phone_without_an_answer_does_not_vote_again(hall: Hall):
    hall.crowd.phones[0].transport = silent()
    hall._tap(hall.crowd.phones[0], 0.0)
    hall._tap(hall.crowd.phones[0], 1.0)

    assert (hall.n_unanswered, hall.n_late) == (1, 1)


def test_screens_are_right_when_the_last_one_shows_what_was_counted_before_the_kill(hall: Hall):
    tap_and_hear(hall, 0, 5)
    hall.killed()
    shown(hall, 0, 5)
    shown(hall, 1, 4)
    assert hall.recovery_seconds is None

    shown(hall, 1, 6)
    assert hall.recovery_seconds is not None


def test_screens_are_final_only_with_the_newest_version(hall: Hall):
    shown(hall, 0, 7)
    shown(hall, 1, 6)

    assert (hall.n_final(6), hall.n_final(7)) == (2, 1)
