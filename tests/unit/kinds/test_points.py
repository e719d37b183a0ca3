from __future__ import annotations

from live_polls.kinds.base import Shape
from tests.unit.kinds.contract import KindContract


class TestPoints(KindContract):
    name = "points"
    shape = Shape(3, {"total": 100})
    valid = [
        ({"points": {"1": 100}}, {"points": {"1": 100}}),
        ({"points": {"3": 30, "1": 70, "2": 0}}, {"points": {"1": 70, "3": 30}}),
    ]
    invalid = [
        {"points": {}},
        {"points": {"1": 99}},
        {"points": {"1": 60, "2": 60}},
        {"points": {"1": 150, "2": -50}},
        {"points": {"1": 100, "2": False}},
        {"points": {"4": 100}},
        {"points": {"0": 100}},
        {"points": {"01": 100}},
        {"points": [100]},
        {"points": 100},
        {"values": {"1": 100}},
        {"option": 1},
    ]
    forms = [
        ({"points_1": ["60"], "points_2": ["40"], "points_3": [""]}, {"points": {"1": 60, "2": 40}}),
        ({"points_3": [" 100 "], "other": ["1"]}, {"points": {"3": 100}}),
    ]
    bad_forms = [
        {},
        {"points_1": ["90"]},
        {"points_1": ["100"], "points_2": ["1"]},
        {"points_1": ["50.0"], "points_2": ["50"]},
        {"points_1": ["-5"], "points_2": ["105"]},
        {"points_1": ["²"], "points_2": ["98"]},
        {"points_9": ["100"]},
        {"points_1": ["9" * 400]},
    ]
    good_settings = [({}, {"total": 100}), ({"total": 10}, {"total": 10})]
    bad_settings = [({"total": n}, "total") for n in (0, 1001, True, 10.0, "10", -5, 10**30)]
    tallies = [
        ([], {"n_ballots": 0, "counts": {"1": 0, "2": 0, "3": 0}}),
        (
            [{"points": {"1": 60, "2": 40}}, {"points": {"1": 100}}],
            {"n_ballots": 2, "counts": {"1": 160, "2": 40, "3": 0}},
        ),
    ]

    def test_the_chart_stands_in_order_of_points_and_shares_are_of_all_points(self):
        tally = {"n_ballots": 3, "abstained": 1, "counts": {"1": 50, "2": 150, "3": 0}}

        chart = self.kind.chart(tally, [(1, "Docs"), (2, "Speed"), (3, "Tests")], self.shape.settings)

        assert [(row.text, row.n, row.share, row.length) for row in chart.rows] == [
            ("Speed", 150, 0.75, 1.0),
            ("Docs", 50, 0.25, 50 / 150),
            ("Tests", 0, 0.0, 0.0),
        ]

    def test_a_form_says_what_an_answer_says(self):
        answer = {"points": {"1": 70, "3": 30}}

        fields = {name: [value] for name, value in self.kind.form_fields(answer).items()}

        assert self.kind.parse_answer(self.kind.form_answer(fields), self.shape) == answer
        assert self.kind.summary(answer, {}) == "A 70, C 30"
