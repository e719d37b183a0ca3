"""How the product is started for a measurement: its own defaults, nothing of the caller's environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bench.ports import HOST

_OF_THE_PRODUCT = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ALLOWED_HOSTS", "ALLOWED_ORIGINS", "SECRET_KEY", "DEBUG")


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which the product has nothing but its defaults, and its data in a folder."""
    env = {name: value for name, value in os.environ.items() if name not in _OF_THE_PRODUCT}
    return env | {"DATA_DIR": str(folder), "HOST": HOST, "LOG_LEVEL": "WARNING"}


def serve_command(port: int, profile: Path | None) -> list[str]:
    """Return the command of the production server, watched by the profiler when a file for it is given."""
    watched = [] if profile is None else ["-m", "cProfile", "-o", str(profile)]
    return [sys.executable, *watched, "manage.py", "serve", "--host", HOST, "--port", str(port)]
