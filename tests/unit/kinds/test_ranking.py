from __future__ import annotations

import pytest

from live_polls.errors import InvalidAnswerError
from live_polls.kinds.base import Shape
from tests.unit.kinds.contract import KindContract


class TestRanking(KindContract):
    name = "ranking"
    shape = Shape(3, {"min_choices": 1, "max_choices": 3})
    valid = [({"options": order}, {"options": order}) for order in ([2], [3, 1], [2, 1, 3])]
    invalid = [{"options": []}, {"options": [1, 2, 1]}, {"options": [4]}, {"options": "21"}, {"option": 1}]
    forms = [
        ({"rank_1": ["2"], "rank_2": ["1"], "rank_3": [""]}, {"options": [2, 1]}),
        ({"rank_3": ["7"], "rank_1": ["9"], "csrf": ["x"], "rank_x": ["1"]}, {"options": [3, 1]}),
        ({"rank_1": [], "rank_2": ["1"]}, {"options": [2]}),
        ({"rank_1": ["²"], "rank_²": ["1"], "rank_2": ["3"]}, {"options": [2]}),
    ]
    bad_forms = [{}, {"rank_1": [""]}, {"rank_4": ["1"]}, {"rank_1": ["1"], "rank_01": ["2"]}, {"rank_1": ["9" * 400]}]
    good_settings = [
        ({}, {"min_choices": 1, "max_choices": 4}),
        ({"min_choices": 2, "max_choices": 3}, {"min_choices": 2, "max_choices": 3}),
    ]
    bad_settings = [
        ({"min_choices": 3, "max_choices": 2}, "max_choices"),
        ({"min_choices": 0}, "min_choices"),
        ({"max_choices": 5}, "max_choices"),
    ]
    tallies = [
        (
            [],
            {"n_ballots": 0, "counts": {"1": 0, "2": 0, "3": 0}, "first": {"1": 0, "2": 0, "3": 0}},
        ),
        (  # 3 points for the first place, 2 for the second, 1 for the third, none when unranked
            [{"options": [2, 1, 3]}, {"options": [2]}, {"options": [3, 1]}],
            {"n_ballots": 3, "counts": {"1": 4, "2": 6, "3": 4}, "first": {"1": 0, "2": 2, "3": 1}},
        ),
    ]

    def test_form_answer_refuses_two_options_in_one_place(self):
        with pytest.raises(InvalidAnswerError, match="share one place"):
            self.kind.form_answer({"rank_1": ["1"], "rank_2": ["1"]})

    def test_chart_stands_in_order_of_points_and_ties_in_order_of_the_poll(self):
        chart = self.kind.chart(self.tallies[1][1], [(1, "Bulls"), (2, "Cows"), (3, "Pigs")])

        assert chart.unit == "points"
        assert [(row.number, row.n, row.first, row.length) for row in chart.rows] == [
            (2, 6, 2, 1.0),
            (1, 4, 0, 4 / 6),
            (3, 4, 1, 4 / 6),
        ]

    def test_chart_share_is_of_the_most_points_that_the_ballots_could_give(self):
        chart = self.kind.chart(self.tallies[1][1], [(1, "Bulls"), (2, "Cows"), (3, "Pigs")])

        assert [row.share for row in chart.rows] == [6 / 9, 4 / 9, 4 / 9]
