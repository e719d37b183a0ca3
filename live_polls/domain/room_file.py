"""Read a room file: TOML in, a plan of the room out, or every mistake with its line.

Nothing here touches the database; room_loading.py brings a plan to life.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.translation import gettext as _

from live_polls.domain.names import MAX_TEAM
from live_polls.domain.players import MAX_TEAMS
from live_polls.domain.retention import MOST_DAYS
from live_polls.domain.room_deck import open_deck
from live_polls.domain.room_file_checks import Mistake, Report, RoomFileError, Section
from live_polls.domain.room_file_fields import MAX_SLUG, ROOM_FIELDS
from live_polls.domain.room_file_polls import read_polls
from live_polls.domain.room_file_positions import find_positions
from live_polls.domain.room_plan import RoomPlan
from live_polls.domain.rooms import MAX_TITLE
from live_polls.domain.word_lists import MAX_ENTRIES, MAX_ENTRY, checked_lines
from live_polls.enums import Asking, Entry, Names, ResultsVisibility

MAX_BYTES = 1_000_000


def parse_room_file(content: bytes, *, folder: Path | None = None, is_deck: bool = False) -> RoomPlan:
    """The plan that the file describes; RoomFileError with all of its mistakes.

    `folder` is where its pictures are; a deck is Markdown, everything else TOML.
    """
    if len(content) > MAX_BYTES:
        raise RoomFileError([Mistake(1, _("This file is too large to be a room."))])
    text = _decode(content)
    document = open_deck(text) if is_deck else _open(text)
    document.report.folder = folder
    document.refuse_others(("room", "polls"))
    plan = _read_room(document)
    if document.report.mistakes:
        raise RoomFileError(document.report.mistakes)
    return plan


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")  # some editors put a mark in front
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RoomFileError([Mistake(line, _("This is not UTF-8 text."))]) from None


def _open(text: str) -> Section:
    try:
        raw = tomllib.loads(text)
        return Section(Report(find_positions(text)), (), raw)
    except tomllib.TOMLDecodeError as error:
        raise RoomFileError([_syntax_mistake(error, text)]) from None
    except RecursionError:
        raise RoomFileError([Mistake(1, _("Lists or tables are nested too deeply."))]) from None


def _syntax_mistake(error: tomllib.TOMLDecodeError, text: str) -> Mistake:
    """tomllib tells the place only at the end of its sentence: “… (at line 3, column 5)”."""
    message, _at, place = str(error).rpartition(" (at ")
    line = re.match(r"line (\d+)", place)
    last = text.rstrip("\n").count("\n") + 1
    return Mistake(
        int(line[1]) if line else last,
        _("This is not TOML: %(message)s.") % {"message": message or place},
    )


def _read_room(document: Section) -> RoomPlan:
    raw = document.raw.get("room")
    is_table = isinstance(raw, dict)
    if not is_table:
        document.mistake("room", _("The file needs a table [room] with “slug” and “title”."))
    room = Section(document.report, ("room",), raw if isinstance(raw, dict) else {})
    room.refuse_others(ROOM_FIELDS)
    return RoomPlan(
        slug=_read_slug(room, required=is_table),
        title=room.text("title", longest=MAX_TITLE, required=is_table),
        results=room.choice("results", ResultsVisibility) or ResultsVisibility.LIVE,
        polls=read_polls(document),
        line=room.report.line(room.path),
        one_at_a_time=room.yes_or_no("one_at_a_time"),
        teams=_read_teams(room),
        asking=room.choice("asking", Asking),
        hold_questions=room.yes_or_no("hold_questions"),
        names=room.choice("names", Names),
        reactions=room.yes_or_no("reactions"),
        entry=room.choice("entry", Entry),
        locked=room.yes_or_no("locked"),
        retention_days=room.whole_number("retention_days", least=0, most=MOST_DAYS),
        held_words=_read_words(room, "held_words"),
        allowed_words=_read_words(room, "allowed_words"),
    )


def _read_teams(room: Section) -> tuple[str, ...] | None:
    teams = room.texts("teams", longest=MAX_TEAM, most=MAX_TEAMS)
    if len(teams) == 1:
        room.mistake("teams", _("One team has nobody to play against: name two, or none."))
    return tuple(teams) if "teams" in room.raw else None


def _read_words(room: Section, name: str) -> tuple[str, ...] | None:
    words = room.texts(name, longest=MAX_ENTRY, most=MAX_ENTRIES)
    for at, word in enumerate(words):
        if word and checked_lines(word) != [word]:
            no_word = _("“%(word)s” cannot stand in a list of words: a # begins a note there.")
            room.report.add((*room.path, name, at), no_word % {"word": word})
    return tuple(words) if name in room.raw else None


def _read_slug(room: Section, *, required: bool) -> str:
    slug = room.text("slug", longest=MAX_SLUG, required=required)
    try:
        if slug:
            validate_slug(slug)
    except ValidationError:
        room.mistake("slug", _("“slug” may hold letters a to z, digits, - and _ only."))
    return slug
