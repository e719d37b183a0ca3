from __future__ import annotations

from live_polls.kinds.base import Shape
from tests.unit.kinds.contract import KindContract


class TestSingleChoice(KindContract):
    name = "single_choice"
    shape = Shape(3)
    valid = [({"option": n}, {"option": n}) for n in (1, 2, 3)]
    invalid = [{"option": 4}, {"options": [1]}, {"option": [1]}]
    forms = [({"option": ["2"]}, {"option": 2}), ({"option": ["3"], "csrf": ["x"]}, {"option": 3})]
    bad_forms = [{}, {"option": []}, {"option": ["1", "2"]}, {"option": ["4"]}, {"option": ["x"]}, {"option": ["²"]}]
    good_settings = [({}, {})]
    bad_settings = [({"max_choices": 1}, "max_choices"), ({"colour": "red"}, "colour")]
    tallies = [
        ([], {"n_ballots": 0, "counts": {"1": 0, "2": 0, "3": 0}}),
        ([{"option": 1}, {"option": 3}, {"option": 1}], {"n_ballots": 3, "counts": {"1": 2, "2": 0, "3": 1}}),
    ]

    def test_chart_shares_and_lengths(self):
        chart = self.kind.chart(
            {"n_ballots": 4, "counts": {"1": 1, "2": 3, "3": 0}}, [(1, "Tabs"), (2, "Spaces"), (3, "Both")]
        )

        assert (chart.n_ballots, chart.unit) == (4, "votes")
        assert [(row.number, row.letter, row.text, row.n) for row in chart.rows] == [
            (1, "A", "Tabs", 1),
            (2, "B", "Spaces", 3),
            (3, "C", "Both", 0),
        ]
        assert [(row.share, row.length) for row in chart.rows] == [(0.25, 1 / 3), (0.75, 1.0), (0.0, 0.0)]
