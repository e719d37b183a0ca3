"""Create or update a room from a file: TOML, or a Markdown deck."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from live_polls.domain.join_codes import pretty
from live_polls.domain.participants import stage_token
from live_polls.domain.records import COMMAND, acting_as
from live_polls.domain.room_file import parse_room_file
from live_polls.domain.room_file_checks import RoomFileError
from live_polls.domain.room_loading import LoadedRoom, load_room
from live_polls.management.room_links import room_links
from live_polls.models import Account, Room

DECKS = {".md", ".markdown"}


class Command(BaseCommand):
    help = (
        "Create or update a room from a room file (TOML), or from a deck (Markdown, FILE.md). Loading the same file"
        " again changes nothing. docs/room-files.md says what may be in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the room file, or a deck FILE.md")
        parser.add_argument("--host", metavar="EMAIL", help="the account that hosts the room; else operators own it")
        parser.add_argument("--json", action="store_true", help="print codes, addresses and the stage token as JSON")

    def handle(self, *, file: Path, host: str | None, **options: object) -> None:
        account = _find_account(host) if host else None
        try:
            is_deck = file.suffix.lower() in DECKS
            plan = parse_room_file(file.read_bytes(), folder=file.parent, is_deck=is_deck)
            with acting_as(COMMAND):
                loaded = load_room(plan, host=account)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except RoomFileError as error:
            lines = "\n".join(f"{file}: {mistake}" for mistake in error.mistakes)
            raise CommandError(f"{lines}\nNothing was written.") from None
        self.stdout.write(_as_json(loaded.room) if options["json"] else _as_text(loaded))


def _find_account(email: str) -> Account:
    account = Account.objects.filter(email=email.strip().lower()).first()
    if account is None:
        raise CommandError(f"There is no account {email}.")
    return account


def _as_json(room: Room) -> str:
    polls = [{"code": poll.code, "kind": poll.kind} for poll in room.polls.all()]
    return json.dumps(
        {
            "join_code": room.join_code,
            "room": room.slug,
            "polls": polls,
            "urls": room_links(room),
            "stage_token": stage_token(room),
        }
    )


def _as_text(loaded: LoadedRoom) -> str:
    room = loaded.room
    deed = "created" if loaded.created else "updated" if loaded.changed else "already so"
    lines = [f"{room.title} ({pretty(room.join_code)}): {deed}, {room.polls.count()} polls"]
    return "\n".join([*lines, *(f"  {name:<9}{link}" for name, link in room_links(room).items())])
