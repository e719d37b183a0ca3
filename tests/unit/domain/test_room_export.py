from __future__ import annotations

import tomllib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from live_polls.domain import entry, held_words, lifecycle, players, polls, retention, rooms
from live_polls.domain.asking import edit_asking
from live_polls.domain.pictures import OPTION_PIXELS, POLL_PIXELS, add_picture
from live_polls.domain.polls import PollDraft, draft_of
from live_polls.domain.room_export import export_room
from live_polls.domain.room_file import parse_room_file
from live_polls.domain.room_loading import load_room
from live_polls.domain.room_plan import RoomPlan
from live_polls.domain.texts import clean_line
from live_polls.domain.toml_text import pair, written
from live_polls.enums import Asking, Entry, Names
from live_polls.errors import InvalidSettingsError
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import SettingField
from live_polls.management.commands.demo import DECK
from live_polls.models import Poll, Record, Room

pytestmark = pytest.mark.django_db

ODD = st.sampled_from(
    [
        *(
            '"',
            "\\",
            "\\u0041",
            '"""',
            "'''",
            "#",
            "= 1",
            "[room]",
            "{",
            "👩‍👩‍👧",
            "é",
            "e\u0301",
            "עברית",
            "日本語",
            "\t",
            "a\nb",
        ),
        *(
            "null",
            "-",
            "C",
            "C++",
            "C#",
            "\ufeff",
            "\u202e",
            "<script>",
            "%(n)s",
            "{{ x }}",
            "\x7f",
            "- [x] no",
            "x" * 60,
        ),
    ]
)
TEXT = (
    st.lists(ODD | st.text(max_size=12), min_size=1, max_size=3)
    .map(" ".join)
    .map(clean_line)
    .map(lambda text: text[:70])
)
WORDS = TEXT.filter(bool)


def values(field: SettingField) -> st.SearchStrategy[Any]:
    """Values of every kind that a setting may have; the kind refuses those that do not fit."""
    most = field.maximum or 50
    return {
        "integer": st.integers(field.minimum, min(most, 20)),
        "boolean": st.booleans(),
        "decimal": st.sampled_from(["0", "-3", "12.5", "999999999999.9999", "0.0001", "100000"]),
        "text": TEXT.map(lambda text: text[:most].strip()),
        "lines": st.lists(TEXT | st.just(""), max_size=4).map("\n".join),
        "texts": st.lists(WORDS, max_size=3),
        "choice": st.sampled_from([name for name, _ in field.choices] or [""]),
    }[field.type]


@st.composite
def drafts(draw: st.DrawFn, kind: Kind) -> PollDraft:
    """A draft that the domain accepts, with any settings that its kind knows."""
    least, most = kind.min_options, min(kind.max_options, kind.min_options + 3)
    options = draw(st.lists(WORDS, min_size=least, max_size=most, unique=True))
    right = draw(st.sets(st.integers(1, len(options)))) if kind.may_be_right and options else set()
    chosen: dict[str, Any] = {}
    for field in kind.setting_fields:
        value = draw(st.none() | values(field))
        try:
            kind.parse_settings(chosen | {field.name: value}, len(options))
        except InvalidSettingsError:
            continue
        chosen[field.name] = value
    draft = PollDraft(
        kind=kind.name,
        prompt=draw(WORDS),
        options=options,
        settings=chosen,
        seconds=draw(st.none() | st.integers(5, 3600)),
        results=draw(st.sampled_from(["", "live", "host", "after_close"])),
        right=right,
        points=draw(st.sampled_from([0, 0, 10, 1000])) if kind.takes_answers else 0,
        by_speed=draw(st.booleans()),
        explanation=draw(TEXT | st.just("")),
    )
    return _without_points(draft)


def _without_points(draft: PollDraft) -> PollDraft:
    try:
        return polls.checked(draft)
    except InvalidSettingsError:
        return polls.checked(PollDraft(kind=draft.kind, prompt=draft.prompt, options=draft.options, right=draft.right))


# What hosts decide about a room; whatever else it has is named below, with the reason.
SETTINGS = {
    *("title", "results", "one_at_a_time", "reactions", "asking", "hold_questions", "names", "teams"),
    *("entry", "is_locked", "retention_days", "word_list", "allow_list"),
}
NAMES_IT = {"id", "slug", "join_code"}
SECRETS = {"passcode", "ballot_key", "voice_key", "stage_key"}
WHAT_HAPPENED = {
    *(
        "state",
        "screen",
        "compared",
        "current",
        "current_question",
        "epoch",
        "version",
        "layout_version",
        "board_version",
        "players_version",
    ),
    *("created_at", "ended_at", "purged_at"),
}


def loaded_again(room: Room) -> Room:
    """The room as its own file makes it anew, after it was deleted."""
    text = export_room(room.pk).text
    rooms.delete_room(room)
    return load_room(parse_room_file(text.encode())).room


def in_folder(room: Room, folder: Path) -> RoomPlan:
    """The room's own file, read from this folder with the pictures beside it."""
    file = export_room(room.pk)
    for path, data in file.pictures.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    return parse_room_file(file.text.encode(), folder=folder)


def content(room: Room) -> list[Any]:
    drawn = [(poll.state == "archived", draft_of(poll)) for poll in Poll.objects.filter(room=room)]
    return [*(getattr(room, name) for name in sorted(SETTINGS)), *drawn]


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@settings(
    max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(data=st.data())
def test_a_file_makes_the_room_again_whatever_its_polls_say(kind, data):
    for left in Room.objects.all():
        rooms.delete_room(left)
    room = rooms.create_room(title=data.draw(WORDS), results="after_vote", slug=None)
    for draft in data.draw(st.lists(drafts(kind), min_size=1, max_size=3)):
        polls.add_poll(room, draft)
    before = content(room)

    again = loaded_again(room)

    assert content(again) == before
    first = export_room(again.pk).text
    assert export_room(loaded_again(again).pk).text == first


def room_unlike_a_new_one() -> Room:
    """Each of its settings is another than a new room has."""
    room = rooms.create_room(title="Quiz night", results="host", slug="quiz", one_at_a_time=True, reactions=False)
    players.set_teams(room, ["Red", "Blue"])
    edit_asking(room, asking=Asking.PAUSED, hold=True, names=Names.REQUIRED)
    entry.set_entry(room, Entry.INVITED)
    entry.lock_room(room)
    entry.set_passcode(room, "open sesame")
    retention.set_retention(room, 7)
    held_words.set_words(room, 'spoon*\n*knife*\n"quoted"\nΩmega three\n!plate', "fork\nC++")
    poll = polls.add_poll(room, PollDraft(kind="single_choice", prompt="Gone?", options=["a", "b"]))
    lifecycle.archive_poll(poll)
    return room


def test_every_field_of_a_room_is_in_the_file_or_left_out_for_a_reason():
    fields = {field.name for field in Room._meta.concrete_fields}

    assert fields == SETTINGS | NAMES_IT | SECRETS | WHAT_HAPPENED


def test_a_file_says_all_of_the_room():
    room, new = room_unlike_a_new_one(), Room(title="", results="live")
    before = content(room)
    assert not [name for name in SETTINGS if getattr(room, name) == getattr(new, name)]

    assert content(loaded_again(room)) == before


def test_a_file_brings_a_room_back_that_was_changed_since():
    room = rooms.create_room(title="Plain", slug="plain", one_at_a_time=False)
    before, plan = content(room), parse_room_file(export_room(room.pk).text.encode())
    rooms.edit_room(room, title="Other", results="host", one_at_a_time=True, reactions=False)
    edit_asking(room, asking=Asking.OPEN, hold=True, names=Names.NONE)
    entry.set_entry(room, Entry.SIGNED_IN)
    entry.lock_room(room)
    held_words.set_words(room, "spoon", "fork")
    players.set_teams(room, ["Red", "Blue"])

    load_room(plan)

    room.refresh_from_db()
    assert content(room) == before


def test_no_secret_of_a_room_is_in_its_file():
    room = room_unlike_a_new_one()
    text = export_room(room.pk).text

    assert not any(getattr(room, name) in text for name in SECRETS)
    assert "passcode" not in text


def test_loading_the_own_file_changes_no_setting():
    room = room_unlike_a_new_one()
    n_records = Record.objects.count()

    loaded = load_room(parse_room_file(export_room(room.pk).text.encode()))

    assert (loaded.changed, Record.objects.count()) == (False, n_records)
    assert loaded.room.passcode == "open sesame"


@given(st.lists(WORDS, max_size=5), st.lists(WORDS, max_size=5))
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_words_of_a_room_come_back(held, allowed):
    for left in Room.objects.all():
        rooms.delete_room(left)
    room = rooms.create_room(title="Words", slug="words")
    held_words.set_words(room, "\n".join(held), "\n".join(allowed))
    first = export_room(room.pk).text

    again = loaded_again(room)

    assert export_room(again.pk).text == first
    assert set(again.word_list.splitlines()) == set(room.word_list.splitlines())


def test_polls_come_back_as_drafts_and_what_was_put_aside_stays_so():
    text = '[room]\nslug = "a"\ntitle = "A"\n' + "".join(
        f'[[polls]]\nkind = "ranking"\nprompt = "{state}"\noptions = ["a", "b"]\nstate = "{state}"\n'
        for state in ("draft", "open", "closed", "archived")
    )
    again = loaded_again(load_room(parse_room_file(text.encode())).room)

    assert list(again.polls.values_list("state", flat=True)) == ["draft", "draft", "draft", "archived"]


def test_loading_the_own_file_changes_nothing(tmp_path):
    room = load_room(parse_room_file(DECK.read_bytes(), folder=DECK.parent)).room

    assert not load_room(in_folder(room, tmp_path)).changed


def test_the_deck_of_the_demo_makes_the_same_room_again(tmp_path):
    room = load_room(parse_room_file(DECK.read_bytes(), folder=DECK.parent)).room
    plan = in_folder(room, tmp_path)

    again = load_room(replace(plan, slug="again")).room

    assert again != room
    assert content(again) == content(room)
    assert export_room(again.pk).text == export_room(room.pk).text.replace('slug = "demo"', 'slug = "again"')


def test_keys_are_written_where_the_text_does_not_tell_them():
    text = """\
[room]
slug = "a"
title = "A"
[[polls]]
key = "best"
kind = "single_choice"
prompt = "Which?"
options = ["C", "C++", { key = "sharp", text = "C#" }, "Go"]
"""
    room = load_room(parse_room_file(text.encode())).room
    file = tomllib.loads(export_room(room.pk).text)

    assert file["polls"][0]["key"] == "best"
    assert load_room(parse_room_file(export_room(room.pk).text.encode())).changed is False
    assert [option.key for option in Poll.objects.get().options.all()] == ["C", "C++", "sharp", "go"]


def test_two_polls_with_one_prompt_and_no_key_stay_two():
    room = rooms.create_room(title="Twice", slug="twice")
    for kind in ("single_choice", "ranking"):
        polls.add_poll(room, PollDraft(kind=kind, prompt="Again?", options=["a", "b"]))

    loaded = load_room(parse_room_file(export_room(room.pk).text.encode()))

    assert [(poll.kind, poll.key) for poll in loaded.room.polls.all()] == [
        ("single_choice", "again"),
        ("ranking", "again-2"),
    ]


def png(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return file.getvalue()


def test_pictures_go_along_and_lose_nothing(tmp_path):
    room = rooms.create_room(title="Pictures")
    cat = add_picture(room, png("red"), longest=POLL_PIXELS)
    dog = add_picture(room, png("blue"), longest=OPTION_PIXELS)
    draft = PollDraft(
        kind="single_choice",
        prompt="Which?",
        options=["Cat", "Dog"],
        picture=cat.digest,
        picture_alt="A cat",
        option_pictures=["", dog.digest],
    )
    polls.add_poll(room, draft)
    before = content(room)
    file = export_room(room.pk)
    for path, data in file.pictures.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    plan = parse_room_file(file.text.encode(), folder=tmp_path)

    again = load_room(plan).room

    assert again != room
    assert content(again) == before
    assert set(file.pictures) == {f"pictures/{cat.digest}.webp", f"pictures/{dog.digest}.webp"}
    assert not load_room(plan).changed


def test_a_room_without_a_slug_gets_one_of_its_title_or_its_join_code():
    named, nameless = rooms.create_room(title="Closing Words"), rooms.create_room(title="👍")

    assert export_room(named.pk).slug == "closing-words"
    assert export_room(nameless.pk).slug == f"room-{nameless.join_code.lower()}"


def test_editors_are_told_where_the_schema_is():
    room = rooms.create_room(title="A")

    assert export_room(room.pk, schema="https://polls.example.org/s.json").text.startswith(
        "#:schema https://polls.example.org/s.json\n\n[room]\n"
    )


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_what_is_written_is_read_as_the_same_value(value):
    assert tomllib.loads(pair("x", value).replace("\r", "\\r")) == {"x": value}


def test_what_toml_has_not_is_not_written():
    with pytest.raises(TypeError):
        written(None)
