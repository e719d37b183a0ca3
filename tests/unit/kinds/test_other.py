""" "Other, namely …" on single and multiple choice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from live_polls.domain import moderation
from live_polls.domain.ballots import cast_batch
from live_polls.domain.snapshot import read_room
from live_polls.domain.tally import recount
from live_polls.errors import InvalidAnswerError
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.models import Text
from live_polls.templatetags.charts import lead
from tests.factories import make_cast, make_poll

SINGLE, MULTIPLE = KINDS["single_choice"], KINDS["multiple_choice"]
ONE = Shape(3, {"other": True})
MANY = Shape(3, {"other": True, "min_choices": 1, "max_choices": 2})


@pytest.mark.parametrize(
    ("kind", "shape", "raw", "canonical"),
    [
        (SINGLE, ONE, {"other": " Vim "}, {"other": "Vim"}),
        (SINGLE, ONE, {"option": 1}, {"option": 1}),
        (MULTIPLE, MANY, {"options": [2], "other": "Vim"}, {"options": [2], "other": "Vim"}),
        (MULTIPLE, MANY, {"options": [], "other": "Vim"}, {"options": [], "other": "Vim"}),
    ],
)
def test_something_else_may_be_named(kind, shape, raw, canonical):
    assert kind.parse_answer(raw, shape) == canonical


@pytest.mark.parametrize(
    ("kind", "shape", "raw"),
    [
        (SINGLE, ONE, {"option": 1, "other": "Vim"}),
        (SINGLE, ONE, {"other": ""}),
        (SINGLE, ONE, {"other": "\u202e"}),
        (SINGLE, ONE, {"other": 1}),
        (SINGLE, ONE, {"other": "x" * 81}),
        (SINGLE, Shape(3, {}), {"other": "Vim"}),
        (MULTIPLE, MANY, {"options": [1, 2], "other": "Vim"}),
        (MULTIPLE, MANY, {"other": "Vim"}),
        (MULTIPLE, MANY, {"options": []}),
    ],
)
def test_nothing_else_is_taken(kind, shape, raw):
    with pytest.raises(InvalidAnswerError):
        kind.parse_answer(raw, shape)


def test_forms_name_something_else():
    assert SINGLE.form_answer({"option": ["other"], "other": ["Vim"]}) == {"other": "Vim"}
    assert SINGLE.form_answer({"option": ["1"], "other": ["Vim"]}) == {"option": 1}
    assert MULTIPLE.form_answer({"options": ["1"], "other": ["Vim"]}) == {"options": [1], "other": "Vim"}
    assert MULTIPLE.form_answer({"options": ["1"], "other": [" "]}) == {"options": [1]}


def test_settings_are_kept_only_where_something_else_may_be_named():
    assert SINGLE.parse_settings({"other": True}, 3) == {"other": True, "hold": False, "abstain": False}
    assert SINGLE.parse_settings({"other": False, "hold": True}, 3) == {"abstain": False}


@pytest.mark.parametrize(("kind", "shape"), [(SINGLE, ONE), (MULTIPLE, MANY)])
def test_where_nobody_may_the_tally_says_nothing_of_it(kind, shape):
    settings = {name: value for name, value in shape.settings.items() if name != "other"}

    assert set(kind.tally(Counter(), Shape(3, settings))) == {"n_ballots", "counts"}


@pytest.mark.django_db
def test_others_are_counted_and_listed_without_an_author():
    poll = make_poll(settings={"other": True})
    answers: list[Any] = [{"other": "Vim"}, {"other": "vim!"}, {"other": "Emacs"}, {"option": 1}]
    cast_batch([make_cast(poll, answer, participant=str(n)) for n, answer in enumerate(answers)])

    tally = SINGLE.tally(_counters(poll), Shape(3, poll.settings))

    assert (tally["other"], tally["counts"]) == (3, {"1": 1, "2": 0, "3": 0})
    assert [(text["text"], text["n"]) for text in tally["texts"]] == [("Vim", 2), ("Emacs", 1)]
    assert set(Text.objects.values_list("author", flat=True)) == {""}
    assert recount(poll.room) == []


@pytest.mark.django_db
def test_held_others_are_counted_and_not_told():
    poll = make_poll(settings={"other": True, "hold": True})
    cast_batch([make_cast(poll, {"other": "Vim"})])

    tally = SINGLE.tally(_counters(poll), Shape(3, poll.settings))
    assert (tally["other"], tally["texts"], tally["n_held"]) == (1, [], 1)

    moderation.show_text(poll, 1, "vim")
    assert SINGLE.tally(_counters(poll), Shape(3, poll.settings))["texts"][0]["text"] == "Vim"


def _counters(poll: Any) -> Any:

    view, _ = read_room(poll.room_id)
    assert view is not None
    return view.polls[0].counters


def test_what_is_named_besides_the_options_is_a_row_that_can_lead():
    tally = {"n_ballots": 4, "counts": {"1": 1, "2": 0}, "other": 3, "texts": [{"id": "vim", "text": "Vim", "n": 3}]}

    chart = SINGLE.chart(tally, [(1, "Nano"), (2, "Ed")])

    assert [(row.letter, row.n, row.share, row.length) for row in chart.rows] == [
        ("A", 1, 0.25, 1 / 3),
        ("B", 0, 0.0, 0.0),
        ("…", 3, 0.75, 1.0),
    ]
    assert lead(chart) == "Other leads with 75%."
    assert chart.others == (("Vim", 3),)
