"""The processes of the demo: other commands of this project, each ended by its own id."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

END_WITHIN_S = 15


@contextmanager
def running(command: str, *args: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `manage.py command` beside us, its words in `log`; it is gone when the block ends."""
    log.touch(0o600)  # the server says a link that makes an account
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 -- our own program with our own words
            [sys.executable, sys.argv[0], command, *args],
            stdout=said,
            stderr=subprocess.STDOUT,
            # Away from the terminal's Ctrl-C: voters leave first, then the server, and not both at once.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
