from __future__ import annotations

from pathlib import Path

from live_polls.domain.verbs import markdown_table

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "roles.md"


def test_the_table_of_rights_that_people_read_is_the_one_that_the_code_asks():
    text = PAGE.read_text(encoding="utf-8")

    _, _, rest = text.partition("<!-- verbs")
    printed = rest.partition("-->\n")[2].partition("<!-- /verbs -->")[0]
    assert printed == markdown_table()
