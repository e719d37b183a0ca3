from __future__ import annotations

import pytest

from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.kinds.writing import own_key, text_counter
from live_polls.live import messages
from tests.unit.kinds.contract import JUNK, KindContract

DEFAULTS = {"max_texts": 1, "max_length": 200, "hold": False}
WALL = KINDS["open_text"]


class TestOpenText(KindContract):
    name = "open_text"
    shape = Shape(0, DEFAULTS | {"max_texts": 2})
    junk = [junk for junk in JUNK if not isinstance(junk, str) or not junk]
    valid = [
        ({"texts": ["More time."]}, {"texts": ["More time."]}),
        ({"texts": ["  two\nlines\t"]}, {"texts": ["two lines"]}),
        ({"texts": ["same", " same"]}, {"texts": ["same"]}),
        ({"texts": ["", "one"]}, {"texts": ["one"]}),
        ({"texts": ["a\u202eb\u0000c"]}, {"texts": ["abc"]}),
        ({"texts": ["<img src=x onerror=alert(1)>"]}, {"texts": ["<img src=x onerror=alert(1)>"]}),
        ({"texts": ["x" * 200]}, {"texts": ["x" * 200]}),
    ]
    invalid = [
        {"texts": []},
        {"texts": ["a", "b", "c"]},
        {"texts": ["", " "]},
        {"texts": ["x" * 201]},
        {"texts": ["x" * 10_000]},
        {"texts": ["👩" * 10_000]},
        {"texts": ["\u202e" * 150]},
        {"texts": [None]},
        {"texts": {"0": "a"}},
    ]
    forms = [({"texts": ["one", ""]}, {"texts": ["one"]})]
    bad_forms = [{}, {"texts": [""]}]
    good_settings = [
        ({}, DEFAULTS),
        ({"max_texts": 10, "max_length": 500, "hold": True}, {"max_texts": 10, "max_length": 500, "hold": True}),
    ]
    bad_settings = [
        ({"max_texts": 11}, "max_texts"),
        ({"max_length": 501}, "max_length"),
        ({"max_length": 9}, "max_length"),
        ({"hold": "yes"}, "hold"),
    ]
    tallies = [([], {"n_ballots": 0, "counts": {}, "texts": [], "n_more": 0, "n_held": 0})]


@pytest.mark.parametrize("letter", ["x", "\u00e4", "\u6771", "\U0001f469", '"'], ids=ascii)
def test_a_frame_stays_below_eight_kilobytes_and_says_how_many_more(letter):
    told = {text_counter(own_key("voice", str(n)), f"{n}".ljust(500, letter)): n for n in range(100)}

    tally = WALL.tally(told | {"texts:shown": 5000, "n": 5000}, Shape(0, DEFAULTS))

    assert len(messages.encode(tally)) < 8_000
    assert len(tally["texts"]) + tally["n_more"] == 5000
    assert tally["texts"][0]["text"].startswith("99")


def test_a_text_with_line_breaks_in_a_counter_is_read_back():
    tally = WALL.tally({text_counter("key", "one: two\tthree"): 1}, Shape(0, DEFAULTS))

    assert tally["texts"] == [{"id": "key", "text": "one: two\tthree"}]


def test_the_public_id_leads_to_nobody_and_not_from_text_to_text():
    keys = {own_key(voice, text) for voice in ("alice", "bob") for text in ("one", "two")}

    assert len(keys) == 4
    assert own_key("alice", "one") in keys
