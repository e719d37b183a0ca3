"""A slide has words and no answers."""

from __future__ import annotations

from random import Random

import pytest

from live_polls.errors import InvalidAnswerError, InvalidSettingsError
from live_polls.kinds.base import Shape
from live_polls.kinds.slide import Block, Slide, SlideChart, blocks_of

KIND = Slide()


@pytest.mark.parametrize("raw", [None, {}, {"option": 1}, {"abstain": True}, {"texts": ["x"]}])
def test_a_slide_takes_no_answer(raw: object):
    with pytest.raises(InvalidAnswerError):
        KIND.parse_answer(raw, Shape(0, {"text": "", "abstain": True}))


def test_a_slide_reads_no_form_and_counts_nothing():
    shape = Shape(0, {"text": ""})
    assert KIND.form_answer({"option": ["1"]}) is None
    assert KIND.preferred_answer([1, 2], Random(1), shape) is None
    assert KIND.tally({}, shape) == {"n_ballots": 0, "counts": {}}


def test_a_slide_has_a_text_and_nothing_else():
    assert KIND.parse_settings({}, 0) == {"text": ""}
    assert KIND.parse_settings({"text": "\n One \t two\r\n\nThree\n"}, 0) == {"text": "One two\n\nThree"}


@pytest.mark.parametrize("text", [1, ["x"], "x" * 2001, "a\x00b", "a\u202eb"])
def test_a_text_that_is_none_is_refused(text: object):
    with pytest.raises(InvalidSettingsError) as refused:
        KIND.parse_settings({"text": text}, 0)
    assert refused.value.field == "text"


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("One\nline more\n\nTwo", [("p", "One", "line more"), ("p", "Two")]),
        ("- a\n* b\n• c", [("ul", "a", "b", "c")]),
        ("1. a\n2) b", [("ol", "a", "b")]),
        ("Why:\n- a\n1. b\nafter", [("p", "Why:"), ("ul", "a"), ("ol", "b"), ("p", "after")]),
        ("-not\n1.5 is a number\n- ", [("p", "-not", "1.5 is a number", "-")]),
        ("- a\n\n- b", [("ul", "a"), ("ul", "b")]),
        ("<b>bold</b>", [("p", "<b>bold</b>")]),
    ],
)
def test_a_text_is_paragraphs_and_lists(text: str, blocks: list[tuple[str, ...]]):
    wanted = [Block(tag, tuple(lines)) for tag, *lines in blocks]
    assert list(blocks_of(text)) == wanted

    chart = KIND.chart({"n_ballots": 0, "counts": {}}, (), {"text": text})
    assert isinstance(chart, SlideChart)
    assert chart.blocks == tuple(wanted)
