from __future__ import annotations

import pytest

from live_polls.live.presence import EXPIRES_SECONDS, TELL_EVERY_SECONDS, Presence


def presence_of(ours: int, **elsewhere: int) -> Presence:
    presence = Presence()
    for process, n_here in elsewhere.items():
        presence.hear(process, n_here, now=1000.0)
    presence.count(ours, now=1000.0)
    return presence


def test_total_is_ours_and_what_others_said_last():
    presence = presence_of(3, one=4, two=5)
    presence.hear("two", 6, now=1001.0)

    assert presence.total == 13


def test_process_that_falls_silent_is_forgotten():
    presence = presence_of(3, one=4)
    presence.count(3, now=1000.0 + EXPIRES_SECONDS)

    assert presence.total == 3


def test_negative_head_counts_are_none():
    assert presence_of(3, one=-9).total == 3


def test_number_is_shown_when_it_is_news():
    presence = presence_of(3)
    shown = [presence.to_show(), presence.to_show()]
    presence.count(4, now=1001.0)

    assert [*shown, presence.to_show()] == [3, None, 4]


@pytest.mark.parametrize(
    ("size", "arrivals", "is_news"),
    [(998, 1, True), (1000, 9, False), (1000, 10, True), (10_000, 99, False), (10_000, 100, True)],
)
def test_in_a_crowd_single_arrivals_are_no_news(size, arrivals, is_news):
    presence = presence_of(size)
    presence.to_show()
    presence.count(size + arrivals, now=1001.0)

    assert (presence.to_show() is not None) is is_news


def test_an_empty_room_is_shown_as_such():
    assert presence_of(0).to_show() == 0


def test_others_are_told_what_changed_and_before_it_expires_with_them():
    presence = presence_of(3)
    assert presence.to_tell(1000.0) == 3
    assert presence.to_tell(1000.0 + TELL_EVERY_SECONDS - 0.1) is None
    assert presence.to_tell(1000.0 + TELL_EVERY_SECONDS) == 3

    presence.count(4, now=1005.1)

    assert presence.to_tell(1005.1) == 4
    assert TELL_EVERY_SECONDS * 2 < EXPIRES_SECONDS
