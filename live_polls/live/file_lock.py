"""One server an SQLite file: the lock that tells a second one that it is the second.

It is the operating system's lock on a file beside the database, so a server that was killed holds it no longer.
"""

from __future__ import annotations

import fcntl
import time
from io import TextIOWrapper
from pathlib import Path

WAIT_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 0.1


class ServerLock:
    """Held for the life of the process. A second server may go on without it, on the version poll."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".server-lock")
        self._file: TextIOWrapper | None = None

    def acquire(self, seconds: float = WAIT_SECONDS) -> bool:
        """Whether this is now the one server of the file; waits that long for one that is draining."""
        file = self._path.open("a")
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    file.close()
                    return False
                time.sleep(LOOK_AGAIN_SECONDS)
            else:
                self._file = file
                return True

    def release(self) -> None:
        """Let another server have the file. Repeatable."""
        if self._file is not None:
            self._file.close()
            self._file = None
