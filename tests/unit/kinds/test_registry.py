from __future__ import annotations

import pytest

from live_polls.kinds import KINDS
from live_polls.kinds.base import MAX_OPTIONS, letter


def test_registry_lists_the_kinds_in_the_order_of_the_editor():
    assert list(KINDS) == [
        "single_choice",
        "multiple_choice",
        "ranking",
        "rating",
        "points",
        "number",
        "word_cloud",
        "open_text",
        "slide",
    ]


@pytest.mark.parametrize(("number", "expected"), [(1, "A"), (8, "H"), (26, "Z"), (27, "AA"), (50, "AX"), (53, "BA")])
def test_letter_of_an_option(number, expected):
    assert letter(number) == expected


def test_letter_is_another_one_for_each_option():
    assert len({letter(number) for number in range(1, MAX_OPTIONS + 1)}) == MAX_OPTIONS
