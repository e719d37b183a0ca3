from __future__ import annotations

from pathlib import Path

from project.env import VARIABLES, markdown_table

ROOT = Path(__file__).resolve().parents[2]


def test_configuration_page_holds_the_table_of_the_code():
    assert markdown_table() in (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def test_every_variable_says_what_it_means_in_a_sentence():
    assert [v.name for v in VARIABLES.values() if not v.meaning.endswith(".")] == []
