from __future__ import annotations

import pytest

from live_polls.errors import InvalidAnswerError
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.kinds.writing import text_counter, word_key
from live_polls.live import messages
from tests.unit.kinds.contract import JUNK, KindContract

DEFAULTS = {"max_words": 3, "hold": False}
TOLD = {text_counter("python", "Python"): 2, text_counter("tea", "tea"): 5, "texts:shown": 2, "n": 5}


class TestWordCloud(KindContract):
    name = "word_cloud"
    shape = Shape(0, DEFAULTS)
    junk = [junk for junk in JUNK if not isinstance(junk, str) or not junk]
    valid = [
        ({"texts": ["Python"]}, {"texts": ["Python"]}),
        ({"texts": ["  two  words "]}, {"texts": ["two words"]}),
        ({"texts": ["Python", "PYTHON!", "«python»"]}, {"texts": ["Python"]}),
        ({"texts": ["b", "", "a"]}, {"texts": ["b", "a"]}),
        ({"texts": ["C++", "C#"]}, {"texts": ["C++", "C#"]}),
        ({"texts": ["\uff30\uff59\uff54\uff48\uff4f\uff4e"]}, {"texts": ["Python"]}),
        ({"texts": ["東京", "مرحبا", "👩\u200d💻"]}, {"texts": ["東京", "مرحبا", "👩\u200d💻"]}),
        ({"texts": ["<script>alert(1)</script>"]}, {"texts": ["<script>alert(1)</script>"]}),
        ({"texts": ["42", "{{ 7*7 }}"]}, {"texts": ["42", "7*7"]}),
    ]
    invalid = [
        {"texts": []},
        {"texts": ["a", "b", "c", "d"]},
        {"texts": ["", " "]},
        {"texts": ["x" * 31]},
        {"texts": ["x" * 10_000]},
        {"texts": ["\u200b\u202e"]},
        {"texts": ["\u3164"]},
        {"texts": ["👩" * 31]},
        {"texts": [1]},
        {"texts": "word"},
        {"texts": [["word"]]},
        {"option": 1},
    ]
    forms = [({"texts": ["one", " ", "two"]}, {"texts": ["one", "two"]})]
    bad_forms = [{}, {"texts": ["", " "]}]
    good_settings = [({}, DEFAULTS), ({"max_words": 10, "hold": True}, {"max_words": 10, "hold": True})]
    bad_settings = [({"max_words": 0}, "max_words"), ({"max_words": 11}, "max_words"), ({"hold": 1}, "hold")]
    tallies = [([], {"n_ballots": 0, "counts": {}, "n_more": 0, "n_held": 0})]


CLOUD = KINDS["word_cloud"]


def test_words_stand_in_the_order_of_who_gave_them():
    tally = CLOUD.tally(TOLD, Shape(0, DEFAULTS))

    assert list(tally["counts"].items()) == [("tea", 5), ("Python", 2)]
    assert [(row.text, row.share) for row in CLOUD.chart(tally, ()).rows] == [("tea", 1.0), ("Python", 0.4)]


@pytest.mark.parametrize("letter", ["x", "\u00e4", "\u6771", "\U0001f469"], ids=ascii)
def test_a_frame_stays_below_eight_kilobytes_whatever_people_write(letter):
    told = {text_counter(str(n), f"{n:03}".ljust(30, letter)): 5000 - n for n in range(100)}

    tally = CLOUD.tally(told | {"texts:shown": 15_000, "n": 5000}, Shape(0, DEFAULTS))

    assert len(messages.encode(tally)) < 8_000
    assert len(tally["counts"]) + tally["n_more"] == 15_000
    assert len(tally["counts"]) >= 40


def test_words_that_were_edited_into_one_are_counted_as_one():
    told = {text_counter("a", "Python"): 2, text_counter("b", "Python"): 1}

    assert CLOUD.tally(told, Shape(0, DEFAULTS))["counts"] == {"Python": 3}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Python", "PYTHON"), ("Straße", "STRASSE"), ("é", "e\u0301"), ("word!", "…word"), ("ﬁsh", "FISH")],
)
def test_words_that_look_the_same_are_the_same(one, other):
    assert word_key(one) == word_key(other)


@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("C#", "C++"), ("resume", "résumé"), ("a b", "ab")])
def test_words_that_do_not_are_not(one, other):
    assert word_key(one) != word_key(other)


def test_a_key_always_fits_its_column():
    assert len(word_key("\ufdfa" * 30)) <= 60


def test_marks_are_not_piled_up():
    answer = CLOUD.parse_answer({"texts": ["z" + "\u0336\u0489\u0300" * 5]}, Shape(0, DEFAULTS))

    assert len(answer["texts"][0]) == 5


def test_joiners_are_not_piled_up():
    answer = CLOUD.parse_answer({"texts": ["a" + "\u200d" * 29 + "b"]}, Shape(0, DEFAULTS))

    assert answer == {"texts": ["a\u200db"]}


def test_too_much_is_refused_before_it_is_read():
    with pytest.raises(InvalidAnswerError):
        CLOUD.parse_answer({"texts": ["\ufdfa" * 1_000_000]}, Shape(0, DEFAULTS))
