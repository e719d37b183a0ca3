from __future__ import annotations

from live_polls.kinds.base import Shape
from tests.unit.kinds.contract import KindContract


class TestMultipleChoice(KindContract):
    name = "multiple_choice"
    shape = Shape(4, {"min_choices": 1, "max_choices": 3})
    valid = [
        ({"options": [2]}, {"options": [2]}),
        ({"options": [3, 1]}, {"options": [1, 3]}),
        ({"options": [4, 2, 1]}, {"options": [1, 2, 4]}),
    ]
    invalid = [
        {"options": []},
        {"options": [1, 2, 3, 4]},
        {"options": [1, 1]},
        {"options": [5]},
        {"options": {"1": 1}},
        {"options": "12"},
        {"option": 1},
    ]
    forms = [({"options": ["3", "1"]}, {"options": [1, 3]}), ({"options": ["2"], "option": ["1"]}, {"options": [2]})]
    bad_forms = [{}, {"options": []}, {"options": ["1", "1"]}, {"options": ["1", "x"]}, {"options": ["9" * 400]}]
    good_settings = [
        ({}, {"min_choices": 1, "max_choices": 4}),
        ({"max_choices": 2}, {"min_choices": 1, "max_choices": 2}),
        ({"min_choices": 3, "max_choices": None}, {"min_choices": 3, "max_choices": 4}),
    ]
    bad_settings = [
        ({"min_choices": 3, "max_choices": 2}, "max_choices"),
        ({"max_choices": 0}, "max_choices"),
        ({"max_choices": 5}, "max_choices"),
        ({"min_choices": 5}, "min_choices"),
        ({"max_choices": True}, "max_choices"),
        ({"max_choices": 2.0}, "max_choices"),
        ({"max_choices": "2"}, "max_choices"),
        ({"choices": 2}, "choices"),
    ]
    tallies = [
        ([], {"n_ballots": 0, "counts": {"1": 0, "2": 0, "3": 0, "4": 0}}),
        (
            [{"options": [1, 2]}, {"options": [2]}, {"options": [4, 2]}],
            {"n_ballots": 3, "counts": {"1": 1, "2": 3, "3": 0, "4": 1}},
        ),
    ]

    def test_chart_shares_are_of_ballots_and_may_add_up_to_more_than_one(self):
        chart = self.kind.chart({"n_ballots": 2, "counts": {"1": 2, "2": 1}}, [(1, "Redis"), (2, "SQLite")])

        assert [(row.n, row.share, row.length) for row in chart.rows] == [(2, 1.0, 1.0), (1, 0.5, 0.5)]
