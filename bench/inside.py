"""Runs inside the settings of a server: prepares its data, and tells what a commit is worth there."""

from __future__ import annotations

import argparse
import io
import json
import os
from pathlib import Path
from typing import Any

import django

PRAGMAS = ("journal_mode", "synchronous", "fullfsync", "wal_autocheckpoint", "locking_mode", "foreign_keys")
SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "default_transaction_isolation")


def main() -> None:
    """Do what was asked, and print the answer as JSON."""
    parser = argparse.ArgumentParser()
    questions = parser.add_subparsers(dest="question", required=True)
    questions.add_parser("database")
    rooms = questions.add_parser("rooms")
    rooms.add_argument("folder", type=Path)
    rooms.add_argument("n_tokens", type=int)
    many = questions.add_parser("many")
    many.add_argument("n", type=int)
    many.add_argument("n_tokens", type=int)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    if arguments.question == "database":
        print(json.dumps(prepare_database()))
    elif arguments.question == "rooms":
        print(json.dumps(prepare_rooms(arguments.folder, n_tokens=arguments.n_tokens)))
    else:
        print(json.dumps(make_many(arguments.n, n_tokens=arguments.n_tokens)))


def prepare_database() -> dict[str, str]:
    """Make the tables, and read the settings that decide what a commit means, from a connection as the server's."""
    from django.core.management import call_command  # noqa: PLC0415 - only after django.setup()
    from django.db import connection  # noqa: PLC0415 - only after django.setup()

    call_command("migrate", run_syncdb=True, verbosity=0)
    ask, names = ("PRAGMA", PRAGMAS) if connection.vendor == "sqlite" else ("SHOW", SETTINGS)
    settings = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"{ask} {name}")
            settings[name] = str(cursor.fetchone()[0])
    return settings


def prepare_rooms(folder: Path, *, n_tokens: int) -> dict[str, Any]:
    """Make the database, and a room from each file of a folder."""
    settings = prepare_database()
    rooms = {file.stem: prepare_room(file, n_tokens=n_tokens) for file in sorted(folder.glob("*.toml"))}
    return {"rooms": rooms, "settings": settings}


def prepare_room(file: Path, *, n_tokens: int) -> dict[str, Any]:
    """Make a room as an operator would, and issue tokens for its participants.

    The tokens are those that `POST /api/v1/rooms/<join_code>/join` gives, without asking for each over HTTP.
    """
    from django.core.management import call_command  # noqa: PLC0415 - only after django.setup()

    from live_polls.domain.participants import new_token  # noqa: PLC0415 - only after django.setup()
    from live_polls.models import Room  # noqa: PLC0415 - only after django.setup()

    printed = io.StringIO()
    call_command("load_room", str(file), json=True, stdout=printed)
    join_code = json.loads(printed.getvalue())["join_code"]
    room_id = Room.objects.get(join_code=join_code).pk
    return {"join_code": join_code, "tokens": [new_token(room_id) for _ in range(n_tokens)]}


def make_many(n: int, *, n_tokens: int) -> list[dict[str, Any]]:
    """Make so many rooms with one open poll of four options each, and tokens for participants of each."""
    from live_polls.domain import join_codes  # noqa: PLC0415 - only after django.setup()
    from live_polls.domain.participants import new_token  # noqa: PLC0415 - only after django.setup()
    from live_polls.models import Option, Poll, Room  # noqa: PLC0415 - only after django.setup()

    codes = {join_codes.allocate() for _ in range(n)}
    rooms = Room.objects.bulk_create([Room(join_code=code, title="Bench", results="live") for code in codes])
    polls = Poll.objects.bulk_create(
        [Poll(room=room, kind="single_choice", prompt="Which one?", state="open", settings={}) for room in rooms]
    )
    Option.objects.bulk_create(
        [Option(poll=poll, number=number, text=str(number)) for poll in polls for number in range(1, 5)]
    )
    return [{"join_code": room.join_code, "tokens": [new_token(room.pk) for _ in range(n_tokens)]} for room in rooms]


if __name__ == "__main__":
    main()
