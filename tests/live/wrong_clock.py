"""manage.py on a machine whose clock may be set at any time: `python -m tests.live.wrong_clock FILE serve`.

The same commands and the same code; FILE says by how many seconds the wall clock of this process is wrong. The clock
of the database and the seconds that pass (time.monotonic) are what they are.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.management import execute_from_command_line
from django.utils import timezone

_right_time = time.time


def set_wrong(file: Path) -> None:
    """Before anything else is imported that may ask what time it is."""

    def wrong_time() -> float:
        return _right_time() + float(file.read_text())

    time.time = wrong_time
    timezone.now = lambda: datetime.fromtimestamp(wrong_time(), tz=UTC)


if __name__ == "__main__":
    set_wrong(Path(sys.argv.pop(1)))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    execute_from_command_line(["manage.py", *sys.argv[1:]])
