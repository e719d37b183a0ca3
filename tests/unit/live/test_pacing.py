from __future__ import annotations

import pytest

from live_polls.live.load import Shed
from live_polls.live.pacing import LOOP_SHARE, MIN_INTERVAL, Pace


def test_first_change_is_shown_at_once():
    assert Pace().delay(1000.0) == 0


def test_next_change_waits_for_the_interval():
    pace = Pace()
    pace.shown(started=1000.0, ended=1000.001)

    assert pace.delay(1000.001) == pytest.approx(MIN_INTERVAL - 0.001)
    assert pace.delay(1000.0 + MIN_INTERVAL) == 0


def test_change_after_quiet_is_shown_at_once():
    pace = Pace()
    pace.shown(started=1000.0, ended=1000.001)

    assert pace.delay(1060.0) == 0


@pytest.mark.parametrize("seconds", [0.03, 0.2, 1.0])
def test_fan_out_never_takes_more_than_its_share_of_the_loop(seconds):
    pace = Pace()
    pace.shown(started=1000.0, ended=1000.0 + seconds)

    wait = pace.delay(1000.0 + seconds)

    assert seconds / (seconds + wait) <= LOOP_SHARE + 1e-9


def test_interval_shrinks_again_when_fan_out_is_quick():
    pace = Pace()
    pace.shown(started=1000.0, ended=1001.0)
    pace.shown(started=1010.0, ended=1010.001)

    assert pace.interval() == MIN_INTERVAL


def test_screens_are_slower_under_load_then_tallies_and_not_before():
    pace = Pace()
    pace.shown(started=1000.0, ended=1000.001)

    intervals = [pace.interval(level) for level in Shed]
    assert intervals[Shed.PRESENCE] == MIN_INTERVAL
    assert intervals[Shed.PRESENCE] < intervals[Shed.ANIMATION] < intervals[Shed.TALLIES] <= 1.0


@pytest.mark.parametrize("level", Shed)
def test_the_share_of_the_loop_falls_with_the_load(level):
    pace = Pace()
    pace.shown(started=1000.0, ended=1001.0)

    assert pace.interval(level) >= pace.interval(Shed(max(0, level - 1)))
    assert 1.0 / pace.interval(level) <= LOOP_SHARE


def test_pace_is_as_it_was_when_the_load_is_gone():
    pace = Pace()
    pace.shown(started=1000.0, ended=1000.001)

    assert pace.delay(1000.2, Shed.TALLIES) > 0
    assert pace.delay(1000.2, Shed.NOTHING) == 0
