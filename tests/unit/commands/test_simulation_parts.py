"""The parts of `simulate` that need no server; the whole is in tests/live."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.management.simulation.preferences import choose_answer
from live_polls.management.simulation.report import SimulationReport

ASKING = [name for name, kind in KINDS.items() if kind.takes_answers]


def poll_object(kind: str, n_options: int, **more: object) -> dict[str, object]:
    settings = KINDS[kind].parse_settings({}, n_options)
    options = [{"number": number, "text": str(number)} for number in range(1, n_options + 1)]
    return {"kind": kind, "prompt": "p", "round": 1, "options": options, "settings": settings, **more}


@pytest.mark.parametrize("kind", ASKING)
@given(chance=st.integers(), data=st.data())
def test_every_made_up_answer_is_valid(kind, chance, data):
    n_options = data.draw(st.integers(KINDS[kind].min_options, KINDS[kind].max_options))
    settings: dict[str, Any] = {}
    if any(field.name == "min_choices" for field in KINDS[kind].setting_fields):
        least = data.draw(st.integers(1, n_options))
        settings = {"min_choices": least, "max_choices": data.draw(st.integers(least, n_options))}
    shape = Shape(n_options, KINDS[kind].parse_settings(settings, n_options))
    poll = poll_object(kind, n_options, settings=shape.settings)

    raw = choose_answer(poll, seed=1, person=Random(chance))

    assert KINDS[kind].parse_answer(raw, shape)


@pytest.mark.parametrize("kind", ASKING)
def test_the_same_seed_has_the_same_opinions(kind):
    def opinions(seed: int) -> list[Any]:
        return [choose_answer(poll_object(kind, 6), seed=seed, person=Random(person)) for person in range(20)]

    assert opinions(1) == opinions(1)
    assert opinions(1) != opinions(2)


def test_the_taste_of_a_hall_is_skewed_but_shared_by_nobody_alone():
    poll = poll_object("single_choice", 5)

    answers: list[Any] = [choose_answer(poll, seed=7, person=Random(n)) for n in range(1000)]
    votes = Counter(answer["option"] for answer in answers)

    counts = [n for _, n in votes.most_common()]
    assert len(counts) == 5
    assert counts[0] > 2 * counts[-1]


def test_the_report_says_how_it_went():
    report = SimulationReport(n_joined=3, n_reconnects=1, n_unanswered=2, n_changes=1)
    report.ack_ms += [5.0, 7.0, 100.0]
    report.errors.update(["closed", "busy", "busy"])

    assert str(report).splitlines() == [
        "joined        3 voters, 1 reconnects",
        "acknowledged  3 ballots (1 of them changes), 2 unanswered",
        "errors        busy 2, closed 1",
        "time to ack   p50 7 ms, p95 100 ms",
    ]


def test_the_report_of_one_ballot_and_of_none():
    assert str(SimulationReport(ack_ms=[4.0])).endswith("time to ack   p50 4 ms, p95 4 ms")
    assert "time to ack" not in str(SimulationReport())
