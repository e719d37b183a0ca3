from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from live_polls.domain.room_file_schema import schema
from live_polls.kinds import KINDS
from live_polls.management.commands.demo import DECK

ROOT = Path(__file__).parents[3]
EXAMPLES = (ROOT / "docs/room-files.md").read_text().split("```toml\n")[1:]


def mistakes_in(text: str) -> list[str]:
    return [error.json_path for error in Draft7Validator(schema()).iter_errors(tomllib.loads(text))]


def a_poll(lines: str) -> str:
    return f'[room]\nslug = "a"\ntitle = "A"\n[[polls]]\nprompt = "p"\n{lines}'


def test_the_document_is_what_the_kinds_say():
    written = json.loads((ROOT / "docs/room-file.schema.json").read_text())

    assert written == json.loads(json.dumps(schema())), "python manage.py room_file_schema > docs/room-file.schema.json"


def test_the_schema_is_one():
    Draft7Validator.check_schema(schema())


def test_the_demo_deck_fits():
    assert mistakes_in(DECK.read_text()) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_documents_fit(example):
    assert mistakes_in(example.split("```")[0]) == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_kind_and_setting_is_known(kind):
    known: dict[str, Any] = schema()["definitions"][kind.name]["properties"]

    assert {field.name for field in kind.setting_fields} <= set(known)
    assert ("options" in known) == bool(kind.max_options)


@pytest.mark.parametrize(
    "lines",
    [
        'kind = "guess"\noptions = ["a", "b"]',
        'kind = "single_choice"\noptions = ["a"]',
        'kind = "single_choice"\noptions = ["a", 3]',
        'kind = "single_choice"\noptions = ["a", "b"]\nmax_choices = 1',
        'kind = "single_choice"\noptions = ["a", { text = "b", rihgt = true }]',
        'kind = "ranking"\noptions = ["a", { text = "b", right = true }]',
        'kind = "multiple_choice"\noptions = ["a", "b"]\nmax_choices = "2"',
        'kind = "number"\noptions = ["a", "b"]',
        'kind = "single_choice"\noptions = ["a", "b"]\nseconds = 4',
        'kind = "single_choice"\noptions = ["a", "b"]\nresults = "sometimes"',
    ],
)
def test_editors_hear_of_what_cannot_be(lines):
    assert mistakes_in(a_poll(lines)) == ["$.polls[0]"]


def test_a_room_needs_a_slug_and_a_title():
    assert mistakes_in('[room]\nslug = "no spaces"\n') == ["$.room", "$.room.slug"]
