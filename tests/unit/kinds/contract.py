"""What every poll kind must hold, as tables. A kind's test file subclasses KindContract and fills them.

What can be said without a table is in test_every_kind.py, which takes the kinds from the registry.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from live_polls.errors import InvalidAnswerError, InvalidSettingsError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import Shape

# What JSON can hold in the place of an option's number and is none, though Python may think it equal to one.
JUNK: tuple[Any, ...] = (
    True,
    False,
    1.0,
    1.5,
    "1",
    "",
    "A",
    None,
    0,
    -1,
    10**30,
    math.nan,
    math.inf,
    [1],
    [],
    {"option": 1},
    [[[[1]]]],
)
NOT_ANSWERS: tuple[Any, ...] = (
    None,
    1,
    1.0,
    True,
    "1",
    [],
    [1],
    {},
    {"option": 1, "options": [1]},
    {"unknown": 1},
    {"": 1},
)


class KindContract:
    """Subclass it as TestSomething; each table is a class attribute."""

    name: str
    shape: Shape
    junk: Sequence[Any] = JUNK  # what cannot stand in the place of the first value of an answer
    valid: Sequence[tuple[Any, Any]]  # raw answer, canonical answer
    invalid: Sequence[Any]
    forms: Sequence[tuple[Mapping[str, Sequence[str]], Any]]  # fields of a form, canonical answer
    bad_forms: Sequence[Mapping[str, Sequence[str]]]
    good_settings: Sequence[tuple[Mapping[str, Any], Any]]  # raw, complete; for a poll of 4 options
    bad_settings: Sequence[tuple[Mapping[str, Any], str]]  # raw, the field at fault; for a poll of 4 options
    tallies: Sequence[tuple[Sequence[Any], Any]]  # answers, public tally

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give the tests their rows: an argument `row_of_<table>` is called with each row of that table."""
        for argument in metafunc.fixturenames:
            table = argument.removeprefix("row_of_")
            if table != argument:
                rows = getattr(self, table)
                metafunc.parametrize(argument, rows, ids=[f"{n}-{row!r:.60}" for n, row in enumerate(rows)])

    @property
    def kind(self) -> Kind:
        return KINDS[self.name]

    def test_parse_answer_takes(self, row_of_valid: tuple[Any, Any]) -> None:
        raw, canonical = row_of_valid

        assert self.kind.parse_answer(raw, self.shape) == canonical

    def test_parse_answer_changes_nothing_it_was_given(self, row_of_valid: tuple[Any, Any]) -> None:
        raw = row_of_valid[0]
        before = json.dumps(raw)

        self.kind.parse_answer(raw, self.shape)

        assert json.dumps(raw) == before

    def test_parse_answer_refuses(self, row_of_invalid: Any) -> None:
        with pytest.raises(InvalidAnswerError):
            self.kind.parse_answer(row_of_invalid, self.shape)

    @pytest.mark.parametrize("raw", NOT_ANSWERS, ids=repr)
    def test_parse_answer_refuses_what_is_no_answer_of_any_kind(self, raw: Any) -> None:
        with pytest.raises(InvalidAnswerError):
            self.kind.parse_answer(raw, self.shape)

    def test_parse_answer_refuses_junk_in_the_place_of_an_option(self, row_of_junk: Any) -> None:
        valid = self.kind.preferred_answer(range(1, (self.shape.n_options or 10) + 1), Random(2), self.shape)

        with pytest.raises(InvalidAnswerError):
            self.kind.parse_answer(_with_first_value(valid, row_of_junk), self.shape)

    def test_people_may_abstain_where_the_host_says_so_and_nowhere_else(self) -> None:
        may = replace(self.shape, settings={**self.shape.settings, "abstain": True})
        abstention = self.kind.parse_answer(self.kind.form_answer({"abstain": ["1"]}), may)
        counters = Counter(self.kind.counters(abstention, may))

        assert abstention == {"abstain": True}
        assert counters == {"n": 1, "abstain": 1}
        assert self.kind.chosen(abstention) == []
        assert self.kind.tally(counters, may) == self.kind.tally({}, may) | {"n_ballots": 1, "abstained": 1}
        with pytest.raises(InvalidAnswerError):
            self.kind.parse_answer(abstention, self.shape)

    @pytest.mark.parametrize("junk", [False, None, 1, "true", [], {}], ids=repr)
    def test_an_abstention_is_true_and_nothing_else(self, junk: Any) -> None:
        may = replace(self.shape, settings={**self.shape.settings, "abstain": True})

        for raw in ({"abstain": junk}, {"abstain": True, "option": 1}):
            with pytest.raises(InvalidAnswerError):
                self.kind.parse_answer(raw, may)

    def test_parse_answer_refuses_a_field_too_many(self, row_of_valid: tuple[Any, Any]) -> None:
        with pytest.raises(InvalidAnswerError):
            self.kind.parse_answer(row_of_valid[0] | {"extra": 1}, self.shape)

    def test_form_answer_reads(self, row_of_forms: tuple[Mapping[str, Sequence[str]], Any]) -> None:
        fields, canonical = row_of_forms

        assert self.kind.parse_answer(self.kind.form_answer(fields), self.shape) == canonical

    def test_form_answer_is_refused(self, row_of_bad_forms: Mapping[str, Sequence[str]]) -> None:
        with pytest.raises(InvalidAnswerError):
            self.kind.parse_answer(self.kind.form_answer(row_of_bad_forms), self.shape)

    def test_parse_settings_completes(self, row_of_good_settings: tuple[Mapping[str, Any], Any]) -> None:
        raw, complete = row_of_good_settings

        assert self.kind.parse_settings(raw, 4) == complete | {"abstain": False}
        assert self.kind.parse_settings({**raw, "abstain": True}, 4) == complete | {"abstain": True}

    def test_parse_settings_refuses(self, row_of_bad_settings: tuple[Mapping[str, Any], str]) -> None:
        raw, field = row_of_bad_settings

        with pytest.raises(InvalidSettingsError) as refused:
            self.kind.parse_settings(raw, 4)

        assert refused.value.field == field

    def test_tally_counts(self, row_of_tallies: tuple[Sequence[Any], Any]) -> None:
        answers, tally = row_of_tallies

        assert self.kind.tally(self.count(answers), self.shape) == tally

    def count(self, answers: Sequence[Any]) -> Counter[str]:
        """The counters of a poll with these ballots."""
        counters: Counter[str] = Counter()
        for answer in answers:
            counters.update(self.kind.counters(self.kind.parse_answer(answer, self.shape), self.shape))
        return counters


def _with_first_value(value: Any, junk: Any) -> Any:
    """The answer with the first value in it replaced."""
    if isinstance(value, dict):
        (key, inner), *rest = value.items()
        return {key: _with_first_value(inner, junk), **dict(rest)}
    return [_with_first_value(value[0], junk), *value[1:]] if isinstance(value, list) else junk
