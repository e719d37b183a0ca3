from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_polls.domain.room_file_positions import find_positions

DOCUMENT = '''# [not.a.table]
[room] # a comment
slug = "a # b"
title.long = 'dotted ]'

[[polls]]
"quoted key" = 1
options = [
  "a]", # ], "
  "b",

  """three
  lines""""", 'c',
  { key = "d", text = "[[" },
]
[polls.more.still]
x = 2026-01-01T00:00:00Z
[[polls]]
kind = "k"
  [[polls.inner]]
  y = [[1, 2],
    [3]]
  [[polls.inner]]
  y = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("room",), 2),
        (("room", "slug"), 3),
        (("room", "title"), 4),
        (("room", "title", "long"), 4),
        (("polls",), 6),
        (("polls", 0), 6),
        (("polls", 0, "quoted key"), 7),
        (("polls", 0, "options"), 8),
        (("polls", 0, "options", 0), 9),
        (("polls", 0, "options", 1), 10),
        (("polls", 0, "options", 2), 12),
        (("polls", 0, "options", 3), 13),
        (("polls", 0, "options", 4, "text"), 14),
        (("polls", 0, "more", "still", "x"), 17),
        (("polls", 1), 18),
        (("polls", 1, "kind"), 19),
        (("polls", 1, "inner", 0), 20),
        (("polls", 1, "inner", 0, "y", 0, 1), 21),
        (("polls", 1, "inner", 0, "y", 1, 0), 22),
        (("polls", 1, "inner", 1, "y"), 24),
    ],
)
def test_every_table_key_and_element_has_its_line(path, line):
    assert find_positions(DOCUMENT).line(*path) == line


def test_what_is_missing_has_the_line_of_what_should_hold_it():
    positions = find_positions(DOCUMENT)

    assert positions.line("polls", 1, "prompt") == 18
    assert positions.line("nothing", "of", "this") == 1


def test_windows_line_ends_count_once():
    assert find_positions(DOCUMENT.replace("\n", "\r\n")).line("polls", 1, "kind") == 19


TEXTS = st.text(st.sampled_from("ab]}[{#,='\n\"\\é. "), max_size=8)
VALUES = st.recursive(
    TEXTS | st.integers(-9, 9) | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=6
)
GAPS = st.sampled_from(["", "\n", '# [[x]] = "\n', "  \n\n"])


@given(st.lists(st.tuples(TEXTS, VALUES, GAPS), max_size=6))
def test_no_text_confuses_the_scanner(pairs):
    text, lines = "", {}
    for index, (name, value, gap) in enumerate(pairs):
        text += gap
        lines[f"{index}{name}"] = text.count("\n") + 1
        text += f"{_quoted(f'{index}{name}')} = {_quoted(value)}\n"
    tomllib.loads(text)

    positions = find_positions(text)

    assert {name: positions.line(name) for name in lines} == lines


def _quoted(value: object) -> str:
    """JSON is TOML too, for texts, numbers and lists of them."""
    return json.dumps(value)
