"""Installations of their own for tests that end servers: a migrated database with two rooms, copied for each test."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any

from django.conf import settings

from live_polls.domain.participants import read_token
from live_polls.models import Poll, Room
from tests.live.doors import PATIENCE_S, GuardedDoor
from tests.live.own_databases import OwnDatabase, new_database
from tests.server_process import ServerProcess, server_on

KEYNOTE = """
[room]
slug = "keynote"
title = "Keynote"
[[polls]]
kind = "single_choice"
prompt = "Tabs or spaces?"
options = ["Tabs", "Spaces", "Both"]
state = "open"
"""
# A snapshot of this room is more than a server in a hurry (see hasty.py) keeps for a peer that does not read.
_LONG = json.dumps([f"{number:03} {'x' * 185}" for number in range(50)])
WIDE = '[room]\nslug = "wide"\ntitle = "Wide"\n' + "".join(
    f'[[polls]]\nkind = "single_choice"\nstate = "open"\nprompt = "Question {n}"\noptions = {_LONG}\n'
    for n in range(12)
)


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder with the room `keynote` and its one open poll, and the room `wide`."""

    server: ServerProcess
    database: OwnDatabase
    room: Room
    poll: Poll
    wide: Room

    @property
    def door(self) -> GuardedDoor:
        return GuardedDoor(self.server.url)

    def load(self, text: str) -> tuple[Room, Poll]:
        """Another room from a room file, as far as a client needs to know it, and its first poll."""
        loaded = self.server.load_room(text)
        return _room(self.database, loaded), Poll(code=loaded["polls"][0]["code"], round=1)

    def beside(self) -> ServerProcess:
        """Another server on the same data, on another port and with a log of its own."""
        folder = self.server.folder / "beside"
        folder.mkdir()
        return _on(folder, self.database)

    def ballots(self) -> dict[str, tuple[int, str]]:
        """{participant: (seq, answer)} as the database has them, read without a line of the product."""
        rows = self.database.rows("SELECT participant, seq, answer FROM live_polls_ballot")
        return {participant: (seq, answer) for participant, seq, answer in rows}

    def ballot_key(self, token: str) -> str:
        """Under which a participant of the keynote is kept in `ballots`."""
        key = self.room.ballot_key
        participant = read_token(token, room_id=self.room.pk, ballot_key=key, voice_key=key)
        assert participant is not None
        return participant.ballot_key

    def locked(self) -> closing[Any]:
        """A database in which nobody else can write ballots while this is open."""
        return self.database.locked()


@dataclass(frozen=True, slots=True)
class Template:
    """What `installation_in` copies: a database, and what was said of the rooms in it."""

    database: OwnDatabase
    rooms: list[dict[str, Any]]


def prepare_template(folder: Path) -> Template:
    database = new_database(folder)
    server = _on(folder, database)
    rooms = [server.load_room(KEYNOTE), server.load_room(WIDE)]
    server.stop()  # so that nobody is connected, and all of SQLite's database is in its one file
    return Template(database, rooms)


def installation_in(folder: Path, template: Template) -> Installation:
    """A fresh installation."""
    database = template.database.copy(folder)
    keynote, wide = template.rooms
    poll = Poll(code=keynote["polls"][0]["code"], round=1)
    return Installation(_on(folder, database), database, _room(database, keynote), poll, _room(database, wide))


def await_end(process: Popen[bytes], seconds: float) -> int:
    """The exit status; at most so many seconds from now."""
    try:
        return process.wait(seconds)
    except TimeoutExpired:
        raise AssertionError(f"The process still runs after {seconds} s") from None


def await_words(server: ServerProcess, process: Popen[bytes], words: str) -> None:
    """Return when the server has said this."""
    _await(process, lambda: words in server.said, lambda: f"No {words!r} in:\n{server.said}")


def _await(process: Popen[bytes], is_so: Callable[[], bool], or_else: Callable[[], str]) -> None:
    for _ in range(round(3 * PATIENCE_S / 0.05)):
        if is_so():
            return
        try:
            process.wait(0.05)
        except TimeoutExpired:
            continue
        break
    assert is_so(), or_else()


def _on(folder: Path, database: OwnDatabase) -> ServerProcess:
    return server_on(folder, **({"SECRET_KEY": settings.SECRET_KEY} | database.stores))


def _room(database: OwnDatabase, loaded: dict[str, Any]) -> Room:
    """The room as far as a client needs to know it; not of this process's database."""
    keys = {code: (pk, key) for pk, key, code in database.rows("SELECT id, ballot_key, join_code FROM live_polls_room")}
    pk, key = keys[loaded["join_code"]]
    return Room(pk=pk, join_code=loaded["join_code"], ballot_key=key)
