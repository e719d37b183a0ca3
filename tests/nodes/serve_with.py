"""manage.py with other periods: `python -m tests.nodes.serve_with '{"live_polls.live.hub": {…}}' serve`.

The same commands and the same code, only the constants differ: so a test can take a timer away and see what is left.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    for name, periods in json.loads(sys.argv[1]).items():
        module = import_module(name)
        for period, seconds in periods.items():
            assert isinstance(getattr(module, period), int | float)
            setattr(module, period, seconds)
    execute_from_command_line(["manage.py", *sys.argv[2:]])
