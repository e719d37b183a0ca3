"""Runs inside the settings of a server: prepares its data, and tells which pragmas are in force."""

from __future__ import annotations

import argparse
import io
import json
import os
from pathlib import Path
from typing import Any

import django


def main() -> None:
    """Do what was asked, and print the answer as JSON."""
    parser = argparse.ArgumentParser()
    questions = parser.add_subparsers(dest="question", required=True)
    questions.add_parser("database")
    rooms = questions.add_parser("rooms")
    rooms.add_argument("folder", type=Path)
    rooms.add_argument("n_tokens", type=int)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    if arguments.question == "database":
        print(json.dumps(prepare_database()))
    else:
        print(json.dumps(prepare_rooms(arguments.folder, n_tokens=arguments.n_tokens)))


def prepare_database() -> dict[str, str]:
    """Make the tables, and read the pragmas that decide what a commit means, from a connection as the server's."""
    from django.core.management import call_command  # noqa: PLC0415 - only after django.setup()
    from django.db import connection  # noqa: PLC0415 - only after django.setup()

    call_command("migrate", run_syncdb=True, verbosity=0)
    pragmas = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = str(cursor.fetchone()[0])
    return pragmas


def prepare_rooms(folder: Path, *, n_tokens: int) -> dict[str, Any]:
    """Make the database, and a room from each file of a folder."""
    pragmas = prepare_database()
    rooms = {file.stem: prepare_room(file, n_tokens=n_tokens) for file in sorted(folder.glob("*.toml"))}
    return {"rooms": rooms, "pragmas": pragmas}


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


if __name__ == "__main__":
    main()
