"""manage.py with more figures: `python -m tests.fault.watched serve` tells in /metrics how many tasks there are, and how
many entries the registries of rooms have.
"""

from __future__ import annotations

import asyncio
import os
import sys

import django
from django.core.management import execute_from_command_line
from prometheus_client import Gauge

TASKS = "test_asyncio_tasks"
KEPT = "test_kept_of_rooms"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from live_polls.live.hub import Hub  # noqa: PLC0415 -- needs Django, which needs the settings

    gauge, measure = Gauge(TASKS, "Tasks of the event loop.", multiprocess_mode="livesum"), Hub._measure

    kept = Gauge(KEPT, "Entries in the registries of rooms.", multiprocess_mode="livesum")

    async def measure_more(hub: Hub) -> None:
        await measure(hub)
        kept.set(hub.n_kept)
        gauge.set(len(asyncio.all_tasks()))

    Hub._measure = measure_more  # type: ignore[method-assign, assignment]
    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
