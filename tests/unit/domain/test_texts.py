from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_polls.domain.texts import clean_line

ZALGO = "e" + "\u0301\u0302\u0303\u0304\u0305\u0306\u0307"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tabs or spaces?", "Tabs or spaces?"),
        ("  two\t words \n\n and a line\r\n", "two words and a line"),
        ("<b>bold</b> & 'quoted'", "<b>bold</b> & 'quoted'"),
        ("abc\u202edcba\u202c", "abcdcba"),
        ("\u2066isolate\u2069 \u200eleft\u200f", "isolate left"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("nul\x00 bell\x07 escape\x1b[31m delete\x7f c1\x85", "nul bell escape[31m delete c1"),
        ("soft\u00adhyphen line\u2028separator", "softhyphen lineseparator"),
        ("tag\U000e0041 half\ud800", "tag half"),
        ("e\u0301", "\u00e9"),
        ("👩\u200d💻 family", "👩\u200d💻 family"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("non\u00a0breaking", "non breaking"),
        ("", ""),
        (" \u200b ", ""),
    ],
    ids=ascii,
)
def test_clean_line(text, expected):
    assert clean_line(text) == expected


def test_clean_line_keeps_four_piled_marks_and_no_more():
    assert clean_line(ZALGO) == "\u00e9\u0302\u0303\u0304\u0305"
    assert clean_line(f"{ZALGO}x{ZALGO}").count("\u0305") == 2


@settings(derandomize=True, deadline=None)
@given(st.text())
def test_clean_line_of_a_clean_line_is_itself(text):
    clean = clean_line(text)

    assert clean_line(clean) == clean
    assert "\n" not in clean
    assert clean == clean.strip()
