"""Properties of every kind in the registry, for all shapes, settings and answers that Hypothesis can think of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live_polls.errors import InvalidAnswerError, InvalidSettingsError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import N_BALLOTS, OTHER_WORD, Answer, SettingField, Shape

MAX_OPTIONS = 8

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
ANSWERED = {name: kind for name, kind in KINDS.items() if kind.takes_answers}
every_kind_with_answers = pytest.mark.parametrize("kind", ANSWERED.values(), ids=ANSWERED.keys())
quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

numbers = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
junk = st.recursive(
    numbers, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
small_answers = st.fixed_dictionaries(
    {},
    optional={"option": junk | st.integers(0, 9), "options": junk | st.lists(st.integers(0, 9), max_size=9)},
)


def values_of(field: SettingField, n_options: int) -> st.SearchStrategy[Any]:
    """What the setting may be, as far as the field alone can tell."""
    most = (n_options if field.maximum is None else field.maximum) if field.type == "integer" else (field.maximum or 9)
    values: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(field.minimum, max(field.minimum, most)),
        "boolean": st.booleans(),
        "decimal": st.decimals(-99, 99, places=1).map(str) | st.integers(-99, 99),
        "text": st.text("abc äß!", max_size=most),
        "texts": st.lists(st.text("abc äß!", max_size=9), max_size=most),
        "choice": st.sampled_from([name for name, _ in field.choices] or [""]),
    }
    return values[field.type]


@st.composite
def shapes(draw: st.DrawFn, kind: Kind) -> Shape:
    """The shape of a poll: a number of options and settings that fit it."""
    n_options = draw(st.integers(kind.min_options, min(MAX_OPTIONS, kind.max_options)))
    raw = {field.name: draw(st.none() | values_of(field, n_options)) for field in kind.setting_fields}
    try:
        return Shape(n_options, kind.parse_settings(raw, n_options))
    except InvalidSettingsError:
        return Shape(n_options, kind.parse_settings({}, n_options))


@st.composite
def answers(draw: st.DrawFn, kind: Kind, shape: Shape) -> Answer:
    """A canonical answer of somebody with some taste."""
    if shape.may_abstain and draw(st.integers(0, 4)) == 0:
        return {"abstain": True}
    order = draw(st.permutations(range(1, (shape.n_options or 10) + 1)))
    return kind.parse_answer(kind.preferred_answer(order, Random(draw(st.integers(0, 99))), shape), shape)


def add(kind: Kind, shape: Shape, counters: Counter[str], ballots: list[Answer], sign: int = 1) -> None:
    for ballot in ballots:
        for counter, n in kind.counters(ballot, shape).items():
            counters[counter] += sign * n


def taken_or_refused(parse: Callable[..., Any], *args: object) -> Any:
    try:
        return parse(*args)
    except (InvalidAnswerError, InvalidSettingsError) as refusal:
        return refusal


@every_kind_with_answers
@quick
@given(data=st.data())
def test_adding_then_removing_any_answer_restores_the_tally(kind, data):
    shape = data.draw(shapes(kind))
    before, counters = data.draw(st.lists(answers(kind, shape), max_size=5)), Counter[str]()
    add(kind, shape, counters, before)
    tally, passing = kind.tally(counters, shape), data.draw(answers(kind, shape))

    add(kind, shape, counters, [passing])
    assert kind.tally(counters, shape) != tally
    add(kind, shape, counters, [passing], sign=-1)

    assert kind.tally(counters, shape) == tally


@every_kind_with_answers
@quick
@given(data=st.data())
def test_tally_does_not_depend_on_the_order_of_ballots(kind, data):
    shape = data.draw(shapes(kind))
    ballots = data.draw(st.lists(answers(kind, shape), max_size=6))
    one, other = Counter[str](), Counter[str]()
    add(kind, shape, one, ballots)
    add(kind, shape, other, data.draw(st.permutations(ballots)))

    assert kind.tally(one, shape) == kind.tally(other, shape)
    assert kind.tally(one, shape)["n_ballots"] == len(ballots)


@every_kind_with_answers
@quick
@given(data=st.data())
def test_parse_answer_takes_its_own_answers_as_they_are(kind, data):
    shape = data.draw(shapes(kind))
    canonical = data.draw(answers(kind, shape))

    again = kind.parse_answer(json.loads(json.dumps(canonical)), shape)

    assert json.dumps(again) == json.dumps(canonical)


@every_kind_with_answers
@quick
@given(data=st.data())
def test_parse_answer_refuses_or_takes_but_never_breaks(kind, data):
    shape = data.draw(shapes(kind))

    answer = taken_or_refused(kind.parse_answer, data.draw(junk | small_answers), shape)

    assert isinstance(answer, InvalidAnswerError) or kind.parse_answer(answer, shape) == answer


@every_kind_with_answers
@quick
@given(data=st.data())
def test_form_answer_refuses_or_reads_but_never_breaks(kind, data):
    shape = data.draw(shapes(kind))
    names = st.sampled_from(["option", "options", "rank_1", "rank_2", "rank_", "rank_²", "other"]) | st.text(max_size=5)
    values = st.lists(
        st.sampled_from(["", "1", "2", "01", "²", "\N{ARABIC-INDIC DIGIT ONE}", "-1", "1.0"]) | st.text(max_size=4),
        max_size=3,
    )
    fields = data.draw(st.dictionaries(names, values, max_size=5))

    answer = taken_or_refused(lambda: kind.parse_answer(kind.form_answer(fields), shape))

    assert isinstance(answer, InvalidAnswerError) or kind.counters(answer, shape)[N_BALLOTS] == 1


@every_kind_with_answers
@quick
@given(data=st.data())
def test_parse_settings_completes_or_names_the_field(kind, data):
    names = [field.name for field in kind.setting_fields]
    raw: dict[str, Any] = data.draw(
        st.dictionaries(st.sampled_from(names) if names else st.nothing(), numbers | st.integers(-1, 9))
    )

    complete = taken_or_refused(kind.parse_settings, raw, 4)

    if isinstance(complete, InvalidSettingsError):
        assert complete.field in names
    else:
        # What is said of other answers is kept only where there may be some.
        assert set(names) - set(complete) <= {"other", "hold"}
        assert set(complete) <= set(names)
        assert kind.parse_settings(complete, 4) == complete


@every_kind_with_answers
@quick
@given(data=st.data())
def test_counters_name_the_ballot_and_what_it_chose(kind, data):
    shape = data.draw(shapes(kind))
    answer = data.draw(answers(kind, shape))
    counters = kind.counters(answer, shape)

    assert counters[N_BALLOTS] == 1
    assert {counter for counter in counters if counter.isdigit()} == {str(number) for number in kind.chosen(answer)}
    assert all(type(n) is int and n > 0 for n in counters.values())


@every_kind_with_answers
@quick
@given(data=st.data())
def test_chart_draws_each_option_once_and_within_its_track(kind, data):
    shape = data.draw(shapes(kind))
    counters, ballots = Counter[str](), data.draw(st.lists(answers(kind, shape), max_size=5))
    add(kind, shape, counters, ballots)
    options = [(number, f"Option {number}") for number in range(1, shape.n_options + 1)]
    n_said = sum("abstain" not in ballot for ballot in ballots)

    chart = kind.chart(kind.tally(counters, shape), options, shape.settings)

    assert all(0 <= row.share <= 1 and 0 <= row.length <= 1 for row in chart.rows)
    assert (chart.n_ballots, chart.abstained) == (len(ballots), len(ballots) - n_said)
    if kind.chart_name == "bars":
        others = [(0, OTHER_WORD)] if shape.settings.get("other") else []
        assert sorted((row.number, row.text) for row in chart.rows) == others + options
        assert max(row.length for row in chart.rows) == (1 if n_said else 0)


@every_kind
def test_kind_is_named_and_ships_a_test_of_its_contract(kind, request):
    assert KINDS[kind.name] is kind
    assert kind.label
    assert (request.path.parent / f"test_{kind.name}.py").exists()
    assert kind.is_anonymous() is True
