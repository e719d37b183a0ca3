"""manage.py with one more figure: `python -m tests.fault.watched serve` tells in /metrics how many tasks there are."""

from __future__ import annotations

import asyncio
import os
import sys

import django
from django.core.management import execute_from_command_line
from prometheus_client import Gauge

TASKS = "test_asyncio_tasks"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from live_polls.live.hub import Hub  # noqa: PLC0415 -- needs Django, which needs the settings

    gauge, measure = Gauge(TASKS, "Tasks of the event loop.", multiprocess_mode="livesum"), Hub._measure

    async def measure_tasks_too(hub: Hub) -> None:
        await measure(hub)
        gauge.set(len(asyncio.all_tasks()))

    Hub._measure = measure_tasks_too  # type: ignore[method-assign, assignment]
    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
