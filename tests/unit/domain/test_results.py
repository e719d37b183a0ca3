from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from random import Random
from secrets import token_hex
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from live_polls.domain import lifecycle
from live_polls.domain.ballots import Cast, cast_batch
from live_polls.domain.results import read_results
from live_polls.domain.results_files import results_csv, results_xlsx
from live_polls.domain.results_json import results_json
from live_polls.enums import TextState
from live_polls.errors import RoomNotFoundError
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from live_polls.models import Ballot, Poll, Room, Text
from tests.factories import make_poll, make_room

pytestmark = pytest.mark.django_db

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", "|calc", "<script>alert(1)</script>"]
ASKED = [name for name, kind in KINDS.items() if kind.takes_answers]


def vote(poll: Poll, *answers: object) -> None:
    poll.refresh_from_db()
    casts = [
        Cast(poll.room_id, token_hex(16), poll.code, poll.round, 1, answer, voice=token_hex(16)) for answer in answers
    ]
    assert all(type(outcome).__name__ == "Counted" for outcome in cast_batch(casts))


def lines_of(room: Room) -> list[dict[str, str]]:
    text = results_csv(read_results(room.pk, whole=True)).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def document(room: Room) -> dict[str, Any]:
    return dict(json.loads(results_json(read_results(room.pk, whole=True))))


def sheet_cells(room: Room) -> list[ElementTree.Element]:
    with ZipFile(BytesIO(results_xlsx(read_results(room.pk, whole=True)))) as book:
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 -- we have just written it
    return [cell for cell in root.iter() if cell.tag.endswith("}c")]


def test_every_round_stands_with_its_own_tally():
    poll = make_poll(options=["Tabs", "Spaces"])
    vote(poll, {"option": 1}, {"option": 1}, {"option": 2})
    lifecycle.close_poll(poll)
    lifecycle.open_poll(poll)
    vote(poll, {"option": 2})

    [results] = read_results(poll.room_id).polls

    assert [(each.number, each.is_now, each.tally["counts"]) for each in results.rounds] == [
        (1, False, {"1": 2, "2": 1}),
        (2, True, {"1": 0, "2": 1}),
    ]
    assert results.n_ballots == 4


def test_a_draft_and_a_slide_have_no_rounds():
    room = make_room()
    make_poll(room, is_open=False)
    make_poll(room, kind="slide", options=[], is_open=False)

    assert [poll.rounds for poll in read_results(room.pk).polls] == [(), ()]


def test_a_room_that_is_gone_is_not_found():
    with pytest.raises(RoomNotFoundError):
        read_results(0)


@pytest.mark.parametrize("kind", ASKED)
def test_every_kind_comes_out_in_every_format(kind):
    options = ["Tabs", "Spaces", "Both"] if KINDS[kind].max_options else []
    poll = make_poll(kind=kind, options=options)
    shape, person = Shape(len(options), poll.settings), Random(1)
    vote(poll, *(KINDS[kind].preferred_answer([2, 1, 3], person, shape) for _ in range(5)))
    lifecycle.close_poll(poll)

    said = document(poll.room)["polls"][0]["rounds"][0]

    assert said["tally"]["n_ballots"] == 5
    assert sum(each["n"] for each in said["answers"] or said["texts"]) >= 5
    assert all(line["Ballots"] == "5" for line in lines_of(poll.room))
    assert len(lines_of(poll.room)) >= 1
    assert sheet_cells(poll.room)


def test_a_line_of_the_table_says_what_a_bar_says():
    poll = make_poll(options=["Tabs", "Spaces"])
    vote(poll, {"option": 1}, {"option": 1}, {"option": 2}, {"option": 1})

    first = lines_of(poll.room)[0]

    assert (first["Key"], first["Option"], first["Votes"], first["Share"]) == ("A", "Tabs", "3", "0.75")


@pytest.mark.parametrize("text", RISKY)
def test_no_text_becomes_a_formula(text):
    make_poll(room := make_room(), prompt=text, options=[text, "b"])
    risky = text[0] in "=+-@\uff1d"

    assert lines_of(room)[0]["Poll"] == (f"'{text}" if risky else text)
    assert lines_of(room)[0]["Option"] == (f"'{text}" if risky else text)
    assert all(cell.get("t") == "s" or cell.find("*") is not None for cell in sheet_cells(room))
    assert not any(child.tag.endswith("}f") for cell in sheet_cells(room) for child in cell)


def test_numbers_are_numbers_also_below_zero():
    poll = make_poll(kind="number", options=[], settings={"minimum": "-10", "maximum": "10"})
    vote(poll, {"value": "-3"})

    assert float(lines_of(poll.room)[0]["Median"]) == -3


def test_answers_are_a_multiset_and_hold_nobody():
    poll = make_poll(kind="ranking", options=["a", "b"])
    vote(poll, {"options": [2, 1]}, {"options": [1]}, {"options": [2, 1]})
    lifecycle.close_poll(poll)
    keys = list(Ballot.objects.values_list("participant", flat=True))
    text = results_json(read_results(poll.room_id, whole=True)).decode()

    assert document(poll.room)["polls"][0]["rounds"][0]["answers"] == [
        {"answer": {"options": [1]}, "n": 1},
        {"answer": {"options": [2, 1]}, "n": 2},
    ]
    assert not any(key in text for key in keys)


def test_answers_come_in_the_same_order_whoever_came_first():
    said = []
    for order in ([1, 2, 3], [3, 1, 2]):
        poll = make_poll()
        vote(poll, *({"option": number} for number in order))
        lifecycle.close_poll(poll)
        said.append(document(poll.room)["polls"][0]["rounds"][0]["answers"])

    assert said[0] == said[1]


def test_a_round_that_is_open_tells_no_answers():
    poll = make_poll()
    vote(poll, {"option": 1})

    assert document(poll.room)["polls"][0]["rounds"][0]["answers"] == []


def test_hidden_and_held_texts_are_in_no_file():
    poll = make_poll(kind="open_text", options=[])
    vote(poll, {"texts": ["Fine words"]}, {"texts": ["Foul words"]}, {"texts": ["Doubtful words"]})
    Text.objects.filter(text="Foul words").update(state=TextState.HIDDEN)
    Text.objects.filter(text="Doubtful words").update(state=TextState.HELD)
    lifecycle.close_poll(poll)
    lifecycle.open_poll(poll)

    files = results_json(read_results(poll.room_id, whole=True)).decode()
    assert [text["text"] for text in document(poll.room)["polls"][0]["rounds"][0]["texts"]] == ["Fine words"]
    assert not any(word in files for word in ("Foul", "Doubtful", *Text.objects.values_list("author", flat=True)))
    assert [line["Option"] for line in lines_of(poll.room) if line["Option"]] == ["Fine words"]
