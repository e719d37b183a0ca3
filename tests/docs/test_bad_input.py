"""The table of bad input names tests, and they are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operations" / "bad-input.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def is_there(test: str) -> bool:
    """Whether a test of this address exists; a file alone stands for all that is in it."""
    name, _, function = test.partition("::")
    file = ROOT / name
    if not file.is_file():
        return False
    defined = [node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if hasattr(node, "name")]
    return function in defined if function else any(each.startswith("test_") for each in defined)


def test_every_row_says_what_happens_and_is_a_test():
    table = rows()

    assert len(table) > 30
    assert [row for row in table if len(row) != 3 or not all(row)] == []
    assert [row[0] for row in table if not re.search(r"`tests/\S+`", row[2])] == []


def test_the_tests_of_the_table_exist():
    named = [test for row in rows() for test in re.findall(r"`(tests/[^`]+)`", row[2])]

    assert [test for test in named if not is_there(test)] == []
