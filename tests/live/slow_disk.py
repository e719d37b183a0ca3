"""manage.py on a disk that needs so many seconds a transaction: `python -m tests.live.slow_disk 0.05 … serve`.

The same commands and the same code. What follows the seconds is as for hasty.py, and what is hasty there is here.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import django

from tests.live.hasty import hurry


def slow_down(seconds: float) -> None:
    """Let each batch of ballots hold the database for a while."""
    from live_polls.domain import ballot_rows  # noqa: PLC0415 -- needs Django, which needs the settings

    lock_polls = ballot_rows.lock_polls

    def lock_and_wait(*args: Any) -> Any:
        time.sleep(seconds)
        return lock_polls(*args)

    ballot_rows.lock_polls = lock_and_wait  # type: ignore[assignment]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    slow_down(float(sys.argv.pop(1)))
    hurry(sys.argv)
