from __future__ import annotations

import json
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from live_polls.models import Room

pytestmark = pytest.mark.django_db

ROOM = '[room]\nslug = "talk"\ntitle = "A talk"\n[[polls]]\nkind = "ranking"\nprompt = "Rank"\noptions = ["a", "b"]\n'


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    file = tmp_path / "talk.toml"
    file.write_text(ROOM)
    call_command("load_room", str(file), stdout=StringIO())
    return file


def export(room: str, *args: str) -> str:
    out = StringIO()
    call_command("export", room, *args, stdout=out, stderr=out)
    return out.getvalue()


def test_a_room_is_named_by_slug_or_join_code(talk):
    code = Room.objects.get().join_code

    assert export("talk") == export(f"{code[:3].lower()} {code[3:]}")
    assert 'prompt = "Rank"' in export("talk")


def test_results_go_to_standard_output(talk):
    assert json.loads(export("talk", "--format", "json"))["room"]["title"] == "A talk"
    assert export("talk", "--format=csv").startswith('\ufeff"No."')


@pytest.mark.parametrize("format_", ["toml", "json", "csv", "xlsx"])
def test_files_are_written_where_one_says(talk, tmp_path, format_):
    target = tmp_path / "new folder" / f"out.{format_}"

    assert export("talk", f"--format={format_}", f"--output={target}") == ""
    assert target.stat().st_size > 10


def test_pictures_are_written_beside_the_file_and_missed_without_one(talk, tmp_path):
    picture = BytesIO()
    Image.new("RGB", (9, 9)).save(picture, "PNG")
    (tmp_path / "cat.png").write_bytes(picture.getvalue())
    talk.write_text(ROOM + 'picture = "cat.png"\n')
    call_command("load_room", str(talk), stdout=StringIO())
    target = tmp_path / "out" / "talk.toml"

    assert "1 pictures were left out" in export("talk")
    export("talk", f"--output={target}")
    assert len(list((target.parent / "pictures").iterdir())) == 1
    assert "already so" in load(target)


def load(file: Path) -> str:
    out = StringIO()
    call_command("load_room", str(file), stdout=out)
    return out.getvalue()


def test_a_deck_is_known_by_its_name(tmp_path):
    deck = tmp_path / "talk.md"
    deck.write_text("# A talk\n## Which?\n- a\n- b\n")

    assert "A talk" in load(deck)
    assert Room.objects.get().slug == "a-talk"


def test_a_room_that_is_not_there_is_said(talk):
    with pytest.raises(CommandError, match="There is no room nowhere"):
        export("nowhere")


def test_a_place_where_nothing_can_be_written_is_said(talk, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        export("talk", f"--output={tmp_path}")
