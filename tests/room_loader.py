"""Load rooms as `manage.py load_room --json` does, for as long as somebody asks: one file a line, one answer a line.

A command of its own for each room would spend most of the time of the tests on starting Django.
"""

from __future__ import annotations

import io
import json
import os
import sys

import django
from django.core.management import CommandError, call_command
from django.db import connections


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    for line in sys.stdin:
        answer = io.StringIO()
        try:
            call_command("load_room", line.rstrip("\n"), json=True, stdout=answer)
        except CommandError as error:
            answer = io.StringIO(json.dumps({"error": str(error)}))
        connections.close_all()
        sys.stdout.write(" ".join(answer.getvalue().split("\n")) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
