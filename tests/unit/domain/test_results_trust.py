"""Beside each result, in every file: who could vote, and how many ballots a host has left out of the count."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from live_polls.domain import cohorts, lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.entry import set_entry
from live_polls.domain.results import RoomResults, read_results
from live_polls.domain.results_files import results_csv, results_xlsx
from live_polls.domain.results_json import results_json
from live_polls.domain.room_export import export_room
from live_polls.enums import Entry
from live_polls.models import Ballot, Poll
from tests.factories import make_cast, make_poll, make_room

pytestmark = pytest.mark.django_db

LINK, INVITED = "Everyone with the link", "Those with a one-time invitation"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def poll() -> Poll:
    """Asked of everybody, where six of fifteen were set aside; then of those with an invitation, and one never asked."""
    room = make_room()
    poll = make_poll(room, options=["Yes", "No"])
    cast_batch([make_cast(poll, {"option": 1 if n < 9 else 2}) for n in range(15)])
    lifecycle.close_poll(poll)
    six = Ballot.objects.filter(answer__contains="2").values_list("pk", flat=True)
    cohorts.set_aside(cohorts.flag_cohort(poll, 1, list(six), n_equal=6, seconds=3))
    set_entry(room, Entry.INVITED)
    lifecycle.open_poll(poll)
    lifecycle.close_poll(poll)
    make_poll(room, is_open=False)
    return poll


def read(poll: Poll) -> RoomResults:
    return read_results(poll.room_id, whole=True)


def sheet(poll: Poll, number: int) -> list[list[str]]:
    """The cells of a sheet of the workbook, by their texts."""
    with ZipFile(BytesIO(results_xlsx(read(poll)))) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 -- we have just written it
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
    texts = ["".join(item.itertext()) for item in shared]

    def said(cell: ElementTree.Element) -> str:
        value = cell.findtext(f"{SHEET}v", "")
        return texts[int(value)] if cell.get("t") == "s" else value

    return [[said(cell) for cell in row] for row in root.iter(f"{SHEET}row")]


def test_a_line_of_csv_says_both_of_its_round(poll: Poll):
    lines = list(csv.DictReader(StringIO(results_csv(read(poll)).decode("utf-8-sig"))))

    assert [(line["Round"], line["Who could vote"], line["Ballots"], line["Set aside"]) for line in lines] == [
        *[("1", LINK, "9", "6")] * 2,
        *[("2", INVITED, "0", "0")] * 2,
    ]


def test_the_workbook_says_both_of_rounds_and_of_polls(poll: Poll):
    header, *lines = sheet(poll, 1)
    rounds = [dict(zip(header, line, strict=False)) for line in lines]
    assert {(line["Round"], line["Who could vote"], line["Set aside"]) for line in rounds} == {
        ("1", LINK, "6"),
        ("2", INVITED, "0"),
    }

    header, asked, never_asked = sheet(poll, 2)
    assert dict(zip(header, asked, strict=True))["Who could vote"] == f"{LINK}, {INVITED}"
    assert dict(zip(header, asked, strict=True))["Set aside"] == "6"
    assert LINK not in never_asked


def test_the_document_says_both_of_every_round(poll: Poll):
    rounds = json.loads(results_json(read(poll)))["polls"][0]["rounds"]

    assert [(each["entry"], each["aside"], each["tally"]["n_ballots"]) for each in rounds] == [
        ("open", 6, 9),
        ("invited", 0, 0),
    ]


def test_what_is_taken_back_in_is_no_longer_said(poll: Poll):
    cohorts.take_back_in(poll.cohorts.get())

    assert [each["aside"] for each in json.loads(results_json(read(poll)))["polls"][0]["rounds"]] == [0, 0]


def test_the_room_file_knows_nothing_of_what_happened(poll: Poll):
    before = export_room(poll.room_id).text
    cohorts.take_back_in(poll.cohorts.get())

    assert export_room(poll.room_id).text == before
    assert "aside" not in before
