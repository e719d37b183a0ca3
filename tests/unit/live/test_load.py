from __future__ import annotations

import pytest

from live_polls.live.load import STEPS, Load, Shed

ORDER = ["REACTIONS", "PRESENCE", "ANIMATION", "TALLIES"]


def given_up(load: Load) -> list[str]:
    return [shed.name for shed in Shed if shed and load.sheds(shed)]


def test_what_is_missed_least_is_given_up_first_and_ballots_never():
    load, seen = Load(), [given_up(Load())]
    for step in STEPS:
        load.measure(lag=step, waited=0.0)
        seen.append(given_up(load))

    assert seen == [ORDER[:n] for n in range(5)]


@pytest.mark.parametrize("figure", ["lag", "waited"])
def test_a_loop_that_is_late_weighs_as_much_as_a_ballot_that_waits(figure):
    load = Load()
    load.measure(**{"lag": 0.0, "waited": 0.0, figure: STEPS[2]})

    assert load.level is Shed.ANIMATION


def test_load_rises_at_once_and_falls_a_level_a_measure():
    load = Load()
    load.measure(lag=9.0, waited=9.0)
    levels = [load.level]
    for _ in range(5):
        load.measure(lag=0.0, waited=0.0)
        levels.append(load.level)

    assert levels == [4, 3, 2, 1, 0, 0]


def test_a_calm_process_gives_up_nothing():
    load = Load()
    load.measure(lag=STEPS[0] * 0.9, waited=STEPS[0] * 0.9)

    assert given_up(load) == []
    assert load.sheds(Shed.NOTHING)
