from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from live_polls.domain.participants import is_stage_token
from live_polls.kinds import KINDS
from live_polls.models import Account, Membership, Room

pytestmark = pytest.mark.django_db

KEYNOTE = """\
[room]
slug = "keynote"
title = "Keynote"
[[polls]]
kind = "single_choice"
prompt = "Tabs or spaces?"
options = ["Tabs", "Spaces"]
[[polls]]
kind = "ranking"
prompt = "Rank"
options = ["a", "b"]
"""
DECK = Path(__file__).parents[3] / "live_polls" / "management" / "demo" / "deck.toml"


@pytest.fixture
def keynote(tmp_path):
    file = tmp_path / "keynote.toml"
    file.write_text(KEYNOTE)
    return file


def load_room(*args: object) -> str:
    out = StringIO()
    call_command("load_room", *map(str, args), stdout=out)
    return out.getvalue()


def test_load_room_prints_exactly_the_documented_json(keynote, settings):
    settings.PUBLIC_URL = "https://polls.example.org"

    said = json.loads(load_room(keynote, "--json"))

    room = Room.objects.get()
    code, token = room.join_code, said["stage_token"]
    tabs, rank = room.polls.all()
    assert said == {
        "join_code": code,
        "room": "keynote",
        "polls": [{"code": tabs.code, "kind": "single_choice"}, {"code": rank.code, "kind": "ranking"}],
        "urls": {
            "audience": f"https://polls.example.org/j/{code}",
            "stage": f"https://polls.example.org/stage/{code}#{token}",
            "remote": f"https://polls.example.org/remote/{code}",
            "edit": f"https://polls.example.org/rooms/{code}/edit",
            "socket": f"wss://polls.example.org/ws/rooms/{code}",
        },
        "stage_token": token,
    }
    assert is_stage_token(token, room_id=room.pk, stage_key=room.stage_key)


def test_load_room_says_in_words_what_it_did(keynote):
    created, again = load_room(keynote), load_room(keynote)
    keynote.write_text(KEYNOTE.replace("Keynote", "Closing"))
    updated = load_room(keynote)

    code = Room.objects.get().join_code
    pretty = f"{code[:3]} {code[3:]}"
    assert [text.splitlines()[0] for text in (created, again, updated)] == [
        f"Keynote ({pretty}): created, 2 polls",
        f"Keynote ({pretty}): already so, 2 polls",
        f"Closing ({pretty}): updated, 2 polls",
    ]
    assert f"/j/{code}" in created


def test_load_room_makes_an_account_the_host(keynote):
    alice = Account.objects.create_user("alice@example.org", "correct horse battery")

    load_room(keynote, "--host", "Alice@Example.org")

    assert Membership.objects.get().account == alice


def test_load_room_refuses_an_unknown_host(keynote):
    with pytest.raises(CommandError, match=r"There is no account bob@example\.org\."):
        load_room(keynote, "--host", "bob@example.org")
    assert not Room.objects.exists()


def test_load_room_names_every_mistake_and_writes_nothing(keynote):
    keynote.write_text(KEYNOTE.replace('"Tabs", ', "").replace("ranking", "rankling"))

    with pytest.raises(CommandError) as refused:
        load_room(keynote)

    assert str(refused.value).splitlines() == [
        f"{keynote}: line 7: Give 2 to 50 options; this poll has 1.",
        f"{keynote}: line 9: “kind” cannot be “rankling”; it is one of {', '.join(KINDS)}.",
        "Nothing was written.",
    ]
    assert not Room.objects.exists()


def test_load_room_says_when_a_file_cannot_be_read(tmp_path):
    with pytest.raises(CommandError, match=r"none\.toml cannot be read: No such file or directory\."):
        load_room(tmp_path / "none.toml")


def test_the_demo_deck_has_every_kind():
    load_room(DECK)

    polls = Room.objects.get(slug="demo").polls
    assert polls.count() >= 6
    assert set(polls.values_list("kind", flat=True)) == set(KINDS)
