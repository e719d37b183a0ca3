"""The editor: pictures, what is right, the yes/no preset and slides."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from live_polls.domain.pictures import add_picture
from live_polls.domain.polls import draft_of
from live_polls.domain.rooms import create_room
from live_polls.models import Picture, Poll, Room
from tests.pictures import make_picture
from tests.web.conftest import As

FIELDS: dict[str, Any] = {
    "prompt": "Which bird?",
    "kind": "single_choice",
    "option": ["Robin", "Wren", ""],
    "option_picture": ["", "", ""],
    "seconds": "",
    "results": "",
}


def file(colour: str = "red", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.png", make_picture(colour=colour) if content is None else content, "image/png")


def address(room: Room, poll: Poll | None = None) -> str:
    args = [room.join_code, *([poll.code] if poll else [])]
    return reverse(f"live_polls:poll-{'edit' if poll else 'new'}", args=args)


def form_of(answer: Any) -> str:
    """The form; the preview beside it has pictures of its own."""
    return str(answer.content.decode()).split('id="preview"')[0]


def digests_in(page: str) -> list[str]:
    return re.findall(r'name="option_picture"\s+value="([^"]*)"', page)


def test_pictures_are_saved_with_the_poll_without_scripts(as_: As, room: Room):
    files = {"option_file_2": file("red"), "picture_file": file("blue"), "picture_alt": "A meadow"}

    as_("host").post(address(room), FIELDS | files)

    draft = draft_of(room.polls.get())
    assert list(draft.option_pictures) == ["", Picture.objects.get(digest=draft.option_pictures[1]).digest]
    assert Picture.objects.filter(room=room, digest=draft.picture).exists()
    assert draft.picture_alt == "A meadow"


def test_a_picture_stays_in_its_line_while_lines_are_rearranged(as_: As, room: Room):
    page = form_of(as_("host").post(address(room), FIELDS | {"option_file_1": file(), "option_down": "1"}))

    assert [bool(digest) for digest in digests_in(page)][:3] == [False, True, False]
    assert f"/pictures/{digests_in(page)[1]}.webp" in page
    assert not room.polls.exists()


def test_a_picture_can_be_taken_off_again(as_: As, room: Room):
    digest = add_picture(room, make_picture(), longest=640).digest
    fields = FIELDS | {"option_picture": [digest, "", ""], "picture": digest}

    page = form_of(as_("host").post(address(room), fields | {"option_bare": "1"}))
    assert digests_in(page)[0] == ""
    page = form_of(as_("host").post(address(room), fields | {"picture_bare": "1"}))
    assert re.search(r'name="picture"(?! *value="[0-9a-f])', page)


@pytest.mark.parametrize("name", ["option_file_1", "picture_file"])
@pytest.mark.parametrize("content", [b"<svg/>", b"x" * (5 * 1024 * 1024 + 1)], ids=["svg", "large"])
def test_what_is_no_picture_is_refused_where_it_was_chosen(as_: As, room: Room, name: str, content: bytes):
    page = form_of(as_("host").post(address(room), FIELDS | {name: file(content=content)}))

    assert "This is no picture" in page or "5 MB is the most" in page
    assert f'id="{name}_error"' in page or f'id="id_{name}_error"' in page
    assert not room.polls.exists()
    assert not Picture.objects.exists()


def test_a_picture_without_a_text_asks_for_one(as_: As, room: Room):
    page = form_of(as_("host").post(address(room), FIELDS | {"option": ["Robin", "Wren", ""], "option_file_3": file()}))

    assert "Option C has a picture and no text" in page


def test_pictures_of_other_rooms_cannot_be_named(as_: As, room: Room):
    secret = add_picture(create_room(title="Other"), make_picture(), longest=640).digest

    page = form_of(as_("host").post(address(room), FIELDS | {"picture": secret, "option_picture": [secret, "", ""]}))
    assert f"/pictures/{secret}" not in page
    assert "not there any more" in page
    assert not room.polls.exists()


@pytest.mark.parametrize("who", ["moderator", "stranger", "nobody"])
def test_who_may_not_edit_uploads_nothing(as_: As, room: Room, who: str):
    as_(who).post(address(room), FIELDS | {"picture_file": file()})

    assert not Picture.objects.exists()


def test_files_of_other_names_are_left_alone(as_: As, room: Room):
    strange = {"option_file_": file(), "option_file_99": file(), "option_file_²": file(), "other": file()}
    as_("host").post(address(room), FIELDS | strange)

    assert room.polls.count() == 1
    assert not Picture.objects.exists()


def test_right_options_and_their_explanation_are_kept_and_shown_again(as_: As, room: Room):
    said = {"option": ["", "Robin", "Wren"], "option_right": ["3"], "explanation": "It sings."}
    as_("host").post(address(room), FIELDS | said)

    poll = room.polls.get()
    assert (draft_of(poll).right, poll.explanation) == ({2}, "It sings.")
    page = form_of(as_("host").get(address(room, poll)))
    assert re.findall(r'name="option_right"\s+value="(\d)"\s+checked', page) == ["2"]
    assert "It sings." in page


def test_right_moves_with_its_line(as_: As, room: Room):
    page = form_of(as_("host").post(address(room), FIELDS | {"option_right": ["1"], "option_down": "1"}))

    assert re.findall(r'name="option_right"\s+value="(\d)"\s+checked', page) == ["2"]


def test_a_kind_without_right_options_saves_none(as_: As, room: Room):
    as_("host").post(address(room), FIELDS | {"kind": "ranking", "option_right": ["1"]})

    assert draft_of(room.polls.get()).right == frozenset()


def test_yes_or_no_takes_two_taps(as_: As, room: Room):
    page = form_of(as_("host").post(address(room), FIELDS | {"kind": "ranking", "yes_no": "1"}))

    assert re.findall(r'name="option"\s+value="([^"]+)"', page) == ["Yes", "No"]
    assert re.search(r'value="single_choice"[^>]*checked', page)
    assert "Which bird?" in page
    assert not room.polls.exists()


def test_a_slide_is_written_shown_again_and_previewed(as_: As, room: Room):
    text = "Welcome.\r\n\r\n- one\r\n- two"
    as_("host").post(address(room), FIELDS | {"kind": "slide", "slide-text": text, "picture_file": file()})

    poll = room.polls.get()
    assert (poll.kind, poll.settings) == ("slide", {"text": "Welcome.\n\n- one\n- two"})
    assert not poll.options.exists()
    answer = as_("host").get(address(room, poll))
    assert "- one\n- two" in form_of(answer)
    preview = answer.content.decode().split('id="preview"')[1]
    assert '<li dir="auto">one</li>' in preview
    assert "/pictures/" in preview
