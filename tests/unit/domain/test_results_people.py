"""Questions and the leaderboard in files: what was shown, and never what was held or hidden."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.utils import timezone

from live_polls.domain import lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.players import Naming, hide_player, name_players
from live_polls.domain.results import read_results
from live_polls.domain.results_files import results_csv, results_xlsx, table_csv
from live_polls.domain.results_json import results_json
from live_polls.domain.results_people import board_table, questions_table
from live_polls.enums import QuestionState
from live_polls.models import Player, Question, Room
from tests.factories import make_cast, make_participant, make_question, make_room

pytestmark = pytest.mark.django_db(transaction=True)

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "\t=1"]


def ask(room: Room, text: str, **more: object) -> Question:
    number = Question.objects.count()
    return Question.objects.create(room=room, author=f"v{number}", seq=1, text=text, asked_at=timezone.now(), **more)


def everything(room: Room) -> str:
    """All that any file says."""
    results = read_results(room.pk, whole=True)
    with ZipFile(BytesIO(results_xlsx(results))) as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    tables = (table_csv(table(results)).decode() for table in (questions_table, board_table))
    return sheets + results_csv(results).decode() + results_json(results).decode() + "".join(tables)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("state", [state for state in QuestionState if state != QuestionState.SHOWN])
def test_what_is_not_shown_is_in_no_file(state):
    room = make_room()
    ask(room, "Why is the sky blue?")
    ask(room, "Something nasty", state=state, name="Nobody")

    said = everything(room)

    assert "sky blue" in said
    assert "nasty" not in said
    assert "Nobody" not in said


def test_a_question_is_as_moderators_left_it_with_its_upvotes():
    room = make_room()
    ask(room, "Wy?", edited="Why?", n_upvotes=3, name="Ada", answered=True, reply="Because.")
    merged_into = ask(room, "How?", n_upvotes=5)
    ask(room, "How come?", merged_into=merged_into)

    [first, second] = json.loads(results_json(read_results(room.pk, whole=True)))["questions"]

    assert (first["text"], first["n_upvotes"]) == ("How?", 5)
    assert second | {"code": ""} == {
        "code": "", "text": "Why?", "name": "Ada", "n_upvotes": 3, "answered": True, "reply": "Because.",
    }  # fmt: skip
    assert "Wy?" not in everything(room)


@pytest.mark.parametrize("text", RISKY)
def test_no_question_or_name_becomes_a_formula(text):
    room = make_room()
    ask(room, text, name=text[:40], reply=text)
    results = read_results(room.pk, whole=True)

    [row] = rows(table_csv(questions_table(results)))

    assert [row["Question"], row["Asked by"], row["Reply"]] == [f"'{text}"] * 3
    with ZipFile(BytesIO(results_xlsx(results))) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 3
        for name in sheets:
            root = ElementTree.fromstring(book.read(name))  # noqa: S314 -- we have just written it
            assert not any(element.tag.endswith("}f") for element in root.iter())


def test_the_leaderboard_is_that_of_the_stage_without_hidden_players():
    room = make_room()
    poll = make_question(room, points=1000)
    people = [make_participant(room) for _ in range(3)]
    name_players(
        [Naming(room.pk, who.voice_key, name) for who, name in zip(people, ("Ada", "Bob", "Zoe"), strict=True)]
    )
    cast_batch(
        [make_cast(poll, {"option": option}, participant=who) for who, option in zip(people, (1, 2, 1), strict=True)]
    )
    hide_player(Player.objects.get(name="Zoe"))
    assert rows(table_csv(board_table(read_results(room.pk)))) == []

    lifecycle.close_poll(poll)

    board = rows(table_csv(board_table(read_results(room.pk))))
    assert [(line["Place"], line["Player"], line["Points"]) for line in board] == [
        ("1", "Ada", "1000"),
        ("2", "Bob", "0"),
    ]
    assert "Zoe" not in everything(room)
