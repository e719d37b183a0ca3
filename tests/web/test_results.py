from __future__ import annotations

import json
import tomllib
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse
from PIL import Image

from live_polls.domain import lifecycle
from live_polls.domain.pictures import POLL_PIXELS, add_picture
from live_polls.domain.polls import PollDraft, add_poll
from live_polls.kinds import KINDS
from live_polls.models import Poll, Room
from tests.web.conftest import As

WATCHERS = ["host", "co_host", "moderator", "operator"]


def page(room: Room) -> str:
    return reverse("live_polls:results", args=[room.join_code])


def file(room: Room, extension: str) -> str:
    return reverse("live_polls:results-file", args=[room.join_code, extension])


@pytest.mark.parametrize("who", WATCHERS)
def test_those_who_watch_the_room_see_its_results(as_: As, room: Room, poll: Poll, who):
    answer = as_(who).get(page(room))

    assert answer.status_code == 200
    assert "Tabs or spaces?" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("extension", ["csv", "xlsx", "json"])
def test_strangers_get_neither_page_nor_files(as_: As, room: Room, poll: Poll, extension):
    for address in (page(room), file(room, extension), file(room, "toml")):
        assert as_("stranger").get(address).status_code == 403
        assert as_("nobody").get(address).status_code == 302


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [("csv", "text/csv"), ("json", "application/json"), ("xlsx", "application/vnd.openxmlformats")],
)
def test_files_are_downloads_of_their_type(as_: As, room: Room, poll: Poll, extension, media_type):
    answer = as_("moderator").get(file(room, extension))

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(media_type)
    assert answer["Content-Disposition"] == f'attachment; filename="keynote.{extension}"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_room_file_is_for_those_who_may_write_it(as_: As, room: Room, poll: Poll):
    text = as_("co_host").get(file(room, "toml")).content.decode()

    assert tomllib.loads(text)["polls"][0]["prompt"] == "Tabs or spaces?"
    assert text.startswith("#:schema http")
    assert as_("moderator").get(file(room, "toml")).status_code == 403
    assert file(room, "toml") not in as_("moderator").get(page(room)).content.decode()


def test_a_room_with_pictures_comes_as_an_archive(as_: As, room: Room):
    png = BytesIO()
    Image.new("RGB", (9, 9)).save(png, "PNG")
    picture = add_picture(room, png.getvalue(), longest=POLL_PIXELS)
    draft = PollDraft(kind="single_choice", prompt="Q", options=["a", "b"], picture=picture.digest)
    add_poll(room, draft)

    answer = as_("host").get(file(room, "toml"))

    assert answer["Content-Disposition"] == 'attachment; filename="keynote.zip"'
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["keynote.toml", f"pictures/{picture.digest}.webp"]


def test_another_format_is_not_found(as_: As, room: Room):
    assert as_("host").get(file(room, "exe")).status_code == 404


def test_texts_from_people_are_text_on_the_page(as_: As, room: Room):
    attack = '<script>alert("x")</script>{{ 7|add:7 }}'
    add_poll(room, PollDraft(kind="single_choice", prompt=attack, options=[attack, "b"], explanation=attack))
    lifecycle.open_poll(Poll.objects.get())

    html = as_("host").get(page(room)).content.decode()

    assert "<script>alert" not in html
    assert "{{ 7|add:7 }}" in html


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_has_its_place(as_: As, room: Room, kind):
    options = ["Tabs", "Spaces"] if KINDS[kind].max_options else []
    poll = add_poll(room, PollDraft(kind=kind, prompt="What?", options=options))
    if KINDS[kind].takes_answers:
        lifecycle.open_poll(poll)

    assert "What?" in as_("host").get(page(room)).content.decode()


def test_a_room_without_polls_says_so(as_: As, room: Room):
    assert "no polls yet" in as_("host").get(page(room)).content.decode()


def test_the_pages_of_a_room_lead_there(as_: As, room: Room):
    for address in (reverse("live_polls:rooms"), reverse("live_polls:room-edit", args=[room.join_code])):
        assert page(room) in as_("host").get(address).content.decode()


def test_everybody_may_have_the_schema(as_: As, db):
    answer = as_("nobody").get(reverse("live_polls:room-file-schema"))

    assert "ranking" in json.loads(answer.content)["definitions"]
