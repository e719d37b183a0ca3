"""What the proof stands on: its plans, its figures, its refusals, and that it does not use what it judges."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fault.checker import Verdict, Violation
from tests.fault.history import History
from tests.fault.nemeses import OF_STORE, touches
from tests.fault.plan import plan_of
from tests.fault.report import Figures
from tests.fault.run import Result
from tests.fault.stand import DURABLE, NotDurableError, check_durability
from tests.fault.vital_signs import Signs, grows

# They are the server: the same commands, told where to die or what else to count.
SERVERS = {"crashing.py", "narrow.py", "watched.py"}


def test_nothing_that_judges_uses_what_is_judged() -> None:
    for file in Path(__file__).parent.glob("*.py"):
        if file.name not in SERVERS:
            lines = file.read_text(encoding="utf-8").splitlines()
            assert [line for line in lines if line.lstrip().startswith(("from live_polls", "import live_polls"))] == []


def test_a_seed_is_always_the_same_plan_with_a_kill_in_it() -> None:
    for seed in range(200):
        plan = plan_of(seed)
        faults = [fault for moment in plan.moments for fault in moment]
        assert plan == plan_of(seed)
        assert any(fault.startswith(("kill_", "crash_")) for fault in faults)
        assert set(faults) <= OF_STORE[plan.store].keys()


def test_seeds_cover_every_fault_and_both_stores() -> None:
    plans = [plan_of(seed) for seed in range(400)]

    for store, faults in OF_STORE.items():
        drawn = {fault for plan in plans if plan.store == store for moment in plan.moments for fault in moment}
        assert drawn == faults.keys()


def test_what_comes_together_does_not_touch_the_same() -> None:
    moments = [moment for seed in range(200) for moment in plan_of(seed).moments]

    assert max(map(len, moments)) == 2
    assert all(len({touches(fault) for fault in moment}) == len(moment) for moment in moments)


def test_figures_add_up_in_the_last_line() -> None:
    figures = Figures()
    for seed, violations in ((17, []), (42, [Violation("rule", "text")])):
        figures.add(
            Result(seed, Verdict(100, 99, 1, [3, 4], violations), History(), n_sent=200, agreed_s=0.1, seconds=9)
        )

    name, _, rest = figures.line().partition(" ")
    assert name == "FAULT"
    assert json.loads(rest) == {
        "seeds": [17, 42],
        "acknowledged": 200,
        "present": 198,
        "doubled": 2,
        "kills": 4,
        "in_flight_at_kill": [3, 4, 3, 4],
    }
    assert figures.failures == 1


def signs_that_grow(mb_an_hour: float, *, hours: float) -> list[Signs]:
    minutes = [60 * hours * n / 20 for n in range(21)]
    return [Signs(minute, 100 + mb_an_hour * minute / 60, 9, 9, 0, 0, 0, 0, 0) for minute in minutes]


def test_a_soak_fails_when_memory_grows_and_not_for_a_cache_that_fills() -> None:
    assert grows(signs_that_grow(5, hours=8)) == []
    assert grows(signs_that_grow(60, hours=0.2)) == [], "ten minutes say nothing about six megabytes"
    assert grows(signs_that_grow(20, hours=8)) == ["memory: +80.0 MB in 4.00 hours, at most 50.0"]


def test_what_is_kept_of_rooms_is_left_over() -> None:
    start = Signs(0, 100, 9, 9, 0, 0, 0, 0, 0)
    assert replace(start, kept=1).left_over(start) == ["entries of rooms: 1, at most 0"]


@pytest.mark.parametrize("question", DURABLE)
def test_a_database_that_forgets_is_refused(question: str) -> None:
    check_durability({question: DURABLE[question]})
    for answers in ({question: "off"}, {**DURABLE, question: "1"}, {}):
        with pytest.raises(NotDurableError):
            check_durability(answers)
