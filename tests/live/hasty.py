"""manage.py with the slow periods of the live path shortened, so that a test of ten seconds takes one.

`python -m tests.live.hasty serve …`: the same commands and the same code, only the constants differ.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import django
from django.core.management import execute_from_command_line

PERIODS = {
    "live_polls.consumers.room": {"HELLO_SECONDS": 2.0},
    "live_polls.live.guarded_http": {"HEADER_SECONDS": 2.0, "BODY_SECONDS": 2.0},
    "live_polls.live.guarded_protocol": {"SLOW_SECONDS": 4.0},
    "live_polls.live.hub": {"VERSION_POLL_SECONDS": 0.05, "PRESENCE_SECONDS": 0.053, "SWEEP_SECONDS": 0.5},
    "live_polls.live.server": {"PING_SECONDS": 3.0},
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    for name, periods in PERIODS.items():
        module = import_module(name)
        for period, seconds in periods.items():
            assert isinstance(getattr(module, period), int | float)
            setattr(module, period, seconds)
    execute_from_command_line(["manage.py", *sys.argv[1:]])
