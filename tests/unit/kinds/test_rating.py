from __future__ import annotations

from live_polls.kinds.base import Shape
from live_polls.kinds.rating import Rating, average
from tests.unit.kinds.contract import JUNK, KindContract

SETTINGS = {"scale": 5, "style": "stars", "lowest": "", "highest": ""}


class TestRatingOfItems(KindContract):
    name = "rating"
    shape = Shape(3, SETTINGS)
    valid = [
        ({"values": {"1": 5}}, {"values": {"1": 5}}),
        ({"values": {"3": 1, "1": 2}}, {"values": {"1": 2, "3": 1}}),
    ]
    invalid = [
        {"value": 3},
        {"values": {}},
        {"values": [1, 2, 3]},
        {"values": {"1": 6}},
        {"values": {"4": 1}},
        {"values": {"0": 1}},
        {"values": {"01": 1}},
        {"values": {"1": 1, "x": 1}},
        {"option": 1},
        {"points": {"1": 100}},
    ]
    forms = [
        ({"rate_1": ["4"], "rate_2": [""], "rate_3": ["1"]}, {"values": {"1": 4, "3": 1}}),
        ({"rate_2": ["5"], "option": ["1"]}, {"values": {"2": 5}}),
    ]
    bad_forms = [{}, {"rate_1": [""]}, {"rate_0": ["3"]}, {"rate_9": ["3"]}, {"rate_1": ["9" * 400]}, {"rate_": ["1"]}]
    good_settings = [
        ({}, SETTINGS),
        (
            {"scale": 10, "style": "scale", "lowest": " Not  at all ", "highest": "Very"},
            {"scale": 10, "style": "scale", "lowest": "Not at all", "highest": "Very"},
        ),
    ]
    bad_settings = [
        ({"scale": 1}, "scale"),
        ({"scale": 11}, "scale"),
        ({"scale": True}, "scale"),
        ({"scale": 5.0}, "scale"),
        ({"style": "hearts"}, "style"),
        ({"style": 1}, "style"),
        ({"lowest": "x" * 31}, "lowest"),
        ({"highest": "a\nb"}, "highest"),
        ({"highest": 5}, "highest"),
        ({"max_choices": 1}, "max_choices"),
    ]
    tallies = [
        (
            [],
            {
                "n_ballots": 0,
                "counts": {"1": 0, "2": 0, "3": 0},
                "values": {"1": [0] * 5, "2": [0] * 5, "3": [0] * 5},
                "averages": {"1": None, "2": None, "3": None},
            },
        ),
        (
            [{"values": {"1": 5, "2": 1}}, {"values": {"1": 4}}, {"values": {"1": 4}}],
            {
                "n_ballots": 3,
                "counts": {"1": 3, "2": 1, "3": 0},
                "values": {"1": [0, 0, 0, 2, 1], "2": [1, 0, 0, 0, 0], "3": [0] * 5},
                "averages": {"1": 4.33, "2": 1.0, "3": None},
            },
        ),
    ]

    def test_the_chart_stands_in_the_order_of_the_poll_and_draws_all_columns_to_one_scale(self):
        tally = self.kind.tally(self.count([{"values": {"2": 5}}, {"values": {"2": 5, "1": 1}}]), self.shape)

        rows = Rating().rows(tally, [(1, "Food"), (2, "Talks"), (3, "Wifi")], SETTINGS)

        assert [(row.text, row.average, row.length) for row in rows] == [
            ("Food", 1.0, 0.2),
            ("Talks", 5.0, 1.0),
            ("Wifi", None, 0.0),
        ]
        assert [[column.length for column in row.columns] for row in rows] == [
            [0.5, 0, 0, 0, 0],
            [0, 0, 0, 0, 1.0],
            [0] * 5,
        ]

    def test_a_form_says_what_an_answer_says(self):
        answer = {"values": {"1": 4, "3": 1}}

        fields = {name: [value] for name, value in self.kind.form_fields(answer).items()}

        assert self.kind.parse_answer(self.kind.form_answer(fields), self.shape) == answer
        assert self.kind.summary(answer, SETTINGS) == "A 4/5, C 1/5"


class TestRatingOfTheQuestion(KindContract):
    name = "rating"
    shape = Shape(0, SETTINGS)
    junk = [*JUNK, 6]
    valid = [({"value": 1}, {"value": 1}), ({"value": 5}, {"value": 5})]
    invalid = [{"value": 0}, {"value": 6}, {"value": "3"}, {"values": {"1": 3}}, {"values": {"0": 3}}]
    forms = [({"rate_0": ["4"]}, {"value": 4})]
    bad_forms = [{}, {"rate_0": []}, {"rate_0": ["0"]}, {"rate_0": ["6"]}, {"rate_0": ["x"]}, {"rate_1": ["3"]}]
    good_settings = [({}, SETTINGS)]
    bad_settings = [({"scale": 0}, "scale")]
    tallies = [
        (
            [{"value": 2}, {"value": 3}],
            {"n_ballots": 2, "counts": {"0": 2}, "values": {"0": [0, 1, 1, 0, 0]}, "averages": {"0": 2.5}},
        ),
    ]

    def test_the_chart_has_one_row_without_a_letter(self):
        tally = self.kind.tally(self.count([{"value": 3}]), self.shape)

        (row,) = Rating().rows(tally, [], SETTINGS)

        assert (row.number, row.letter, row.average) == (0, "", 3.0)
        assert self.kind.summary({"value": 3}, SETTINGS) == "3/5"


def test_averages_are_rounded_half_up_in_whole_hundredths():
    assert average([7, 0, 0, 0, 1]) == 1.5
    assert average([99, 1]) == 1.01
    assert average([199, 1]) == 1.01  # 1.005
    assert average([0, 0]) is None
