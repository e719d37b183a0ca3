"""manage.py with lines at which it can be told to die: `python -m tests.fault.crashing serve`.

The same commands and the same code. Writing the name of a point into the file `crash` in DATA_DIR makes the process
end, like by kill -9, the next time it comes by. The code of live_polls knows nothing of this.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import execute_from_command_line

FILE = "crash"
# Where to die: just before or just after this function does what it does. In the order of a ballot's way.
POINTS = {
    "between_writes": ("live_polls.domain.ballot_rows", "add_to_tallies", "before"),
    "before_commit": ("live_polls.domain.ballot_rows", "bump_rooms", "after"),
    "after_commit": ("live_polls.events", "announce", "before"),
    "before_ack": ("live_polls.live.ballot_box", "_deliver", "before"),
    "before_publish": ("live_polls.live.hints", "Hints.tell", "before"),
    "after_ack": ("live_polls.live.feed", "RoomFeed.acknowledge", "after"),
}


def tell(point: str, folder: Path) -> None:
    """Let the server with this DATA_DIR die the next time it comes by the point."""
    (folder / FILE).write_text(point)


def die_if_told(point: str, file: Path) -> None:
    """End at once, without goodbye to anybody, if the file names this point. Its next life goes on living."""
    try:
        told = file.read_text()
    except FileNotFoundError:
        return
    if told == point:
        file.unlink()
        os._exit(9)


def plant(point: str, file: Path) -> None:
    """Put the question into the way."""
    module_name, name, when = POINTS[point]
    owner: Any = sys.modules[module_name]
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    setattr(owner, last, _asking(getattr(owner, last), point, file, when))


def _asking(function: Callable[..., Any], point: str, file: Path, when: str) -> Callable[..., Any]:
    def before(*args: Any, **kwargs: Any) -> Any:
        die_if_told(point, file)
        return function(*args, **kwargs)

    def after(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        die_if_told(point, file)
        return result

    return before if when == "before" else after


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    for point, (module_name, _, _) in POINTS.items():
        import_module(module_name)
        plant(point, Path(settings.DATA_DIR) / FILE)
    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
