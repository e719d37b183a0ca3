"""The documents of the protocol say all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from live_polls import errors
from live_polls.kinds import KINDS
from live_polls.live import messages
from live_polls.live.asyncapi import CLIENT_MESSAGES, CLOSE_CODES, SERVER_MESSAGES, document, type_of

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROTOCOL = (DOCS / "protocol.md").read_text()
JSON_LINES = "\n".join(re.findall(r"```json\n(.*?)```", PROTOCOL, re.DOTALL))


def test_the_asyncapi_document_is_what_the_types_say() -> None:
    assert json.loads((DOCS / "asyncapi.json").read_text()) == document()


@pytest.mark.parametrize("message", [*CLIENT_MESSAGES, *SERVER_MESSAGES], ids=type_of)
def test_each_message_has_a_row(message: type[msgspec.Struct]) -> None:
    assert f"| `{type_of(message)}` |" in PROTOCOL


def _leaves(base: type[errors.PollError]) -> list[type[errors.PollError]]:
    return [base, *(leaf for child in base.__subclasses__() for leaf in _leaves(child))]


@pytest.mark.parametrize("error", _leaves(errors.PollError), ids=lambda error: error.__name__)
def test_each_error_code_has_a_row_with_its_http_status(error: type[errors.PollError]) -> None:
    row = re.search(rf"^\| `{error.code}` \| ([\d, ]+) \|", PROTOCOL, re.MULTILINE)

    assert row is not None
    assert str(error.http_status) in row[1].split(", ")


@pytest.mark.parametrize("code", CLOSE_CODES)
def test_each_close_code_is_explained(code: int) -> None:
    assert re.search(rf"^\|[\d ,]*\b{code}\b", PROTOCOL, re.MULTILINE)


def test_each_example_is_a_message() -> None:
    decoder = json.JSONDecoder()
    text, examples = JSON_LINES.strip(), []
    while text:
        example, end = decoder.raw_decode(text)
        examples.append(example)
        text = text[end:].strip()

    types = {type_of(message): message for message in (*CLIENT_MESSAGES, *SERVER_MESSAGES)}
    assert len(examples) == 8
    for example in examples:
        msgspec.convert(example, types[example["type"]])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_row(kind: str) -> None:
    assert f"| `{kind}` |" in (DOCS / "adding-a-poll-kind.md").read_text()


def test_the_subprotocol_is_named() -> None:
    assert messages.SUBPROTOCOL in PROTOCOL
