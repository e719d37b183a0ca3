"""From taps to screens."""

from __future__ import annotations

from bench.screens import Screens


def test_a_ballot_is_shown_when_the_last_screen_has_its_version_or_a_later_one():
    screens = Screens()
    screens.tapped(at=10.0, version=5)
    screens.shown(1, version=5, at=10.1)
    screens.shown(2, version=4, at=10.1)
    screens.shown(2, version=6, at=10.25)

    assert screens.delays() == [0.25]


def test_a_ballot_that_one_screen_never_showed_has_no_delay():
    screens = Screens()
    screens.tapped(at=10.0, version=5)
    screens.tapped(at=10.0, version=4)
    screens.shown(1, version=5, at=11.0)
    screens.shown(2, version=4, at=10.5)

    assert screens.delays() == [1.0]
