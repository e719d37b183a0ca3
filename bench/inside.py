"""Asked inside the settings of a server: which pragmas are in force, and tokens for many participants."""

from __future__ import annotations

import argparse
import json
import os

import django


def main() -> None:
    """Answer one question as JSON on standard output."""
    parser = argparse.ArgumentParser()
    questions = parser.add_subparsers(dest="question", required=True)
    questions.add_parser("pragmas")
    tokens = questions.add_parser("tokens")
    tokens.add_argument("join_code")
    tokens.add_argument("n", type=int)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    if arguments.question == "pragmas":
        print(json.dumps(read_pragmas()))
    else:
        print(json.dumps(issue_tokens(arguments.join_code, arguments.n)))


def read_pragmas() -> dict[str, str]:
    """Read the pragmas that decide what a commit means, from a connection as the server makes it."""
    from django.db import connection  # noqa: PLC0415 - only after django.setup()

    pragmas = {}
    with connection.cursor() as cursor:
        for name in ("journal_mode", "synchronous"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = str(cursor.fetchone()[0])
    return pragmas


def issue_tokens(join_code: str, n: int) -> list[str]:
    """Issue what `POST /api/v1/rooms/<join_code>/join` would, without the limit on one address."""
    from live_polls.domain.participants import new_token  # noqa: PLC0415 - only after django.setup()
    from live_polls.models import Room  # noqa: PLC0415 - only after django.setup()

    room = Room.objects.get(join_code=join_code)
    return [new_token(room.pk) for _ in range(n)]


if __name__ == "__main__":
    main()
