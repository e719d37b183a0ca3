"""In which order several processes take the files of tests, so that all of them are busy to the end.

What takes long comes first. What mostly waits (for a fault to pass, for a server to start) is spread evenly among what
keeps a core busy: many of either at once would leave the machine idle, or so busy that promised times are missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

WAITING = {"fault", "nodes", "operations"}
BUSY = {"browser", "live"}


def in_order(items: Sequence[pytest.Item], root: Path) -> list[pytest.Item]:
    """The tests, file after file; those of one file stay as they were."""
    files = list(dict.fromkeys(item.path for item in items))
    places: dict[Path, tuple[int, float]] = {}
    for folders in (WAITING, BUSY):
        of_kind = [path for path in files if path.relative_to(root).parts[0] in folders]
        places |= {path: (0, number / len(of_kind)) for number, path in enumerate(of_kind)}
    return sorted(items, key=lambda item: places.get(item.path, (1, 0)))
