"""A store's server as a process of ours: not root's, on a free port of loopback, ended by its own number."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

START_WITHIN_S = 60
END_WITHIN_S = 30
LOOK_AGAIN_S = 0.02


class StoreProcess:
    """One server with a folder of its own. It may be killed, paused and started again on the same data and port."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, arguments: Sequence[str], is_ready: Callable[[], bool]) -> None:
        """Start, and return when it takes connections."""
        log = self.folder / "log"
        with log.open("ab") as said:
            self._process = subprocess.Popen(
                [str(self.program), *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,  # an interrupt at the terminal is for the tests, which then end it
                **as_nobody(),
            )
        for _ in range(round(START_WITHIN_S / LOOK_AGAIN_S)):
            if is_ready():
                return
            try:
                self._process.wait(LOOK_AGAIN_S)
            except subprocess.TimeoutExpired:
                continue
            break
        self.kill()
        raise AssertionError(f"{self.program.name} did not start:\n{log.read_text(errors='replace')[-4000:]}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it in its own way, or at last in ours. Repeatable."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(number)
            try:
                process.wait(END_WITHIN_S)
            finally:
                process.kill()
                process.wait()

    def kill(self) -> None:
        """Kill it with all its children, as a power cut would: nothing gets to say goodbye. Repeatable."""
        process, self._process = self._process, None
        if process is not None:
            for pid in [process.pid, *children(process.pid)]:
                send(pid, signal.SIGKILL)
            process.wait()

    def pause(self) -> None:
        """Stop it in mid-air: its sockets stay open and nothing answers."""
        for pid in [self.pid, *children(self.pid)]:
            send(pid, signal.SIGSTOP)

    def resume(self) -> None:
        for pid in [*children(self.pid), self.pid]:
            send(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    """The children of a process: PostgreSQL's leave its process group, so that one signal does not reach them."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if listed.parent.exists():
        return [int(number) for number in listed.read_text().split()]
    found = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [line.split() for line in found.stdout.splitlines()]
    return [int(own) for own, parent in pairs if int(parent) == pid]


def send(pid: int, number: signal.Signals) -> None:
    """Signal a process that may just have ended."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def as_nobody() -> dict[str, Any]:
    """Arguments for `subprocess`: PostgreSQL refuses to run as root, and no store of a test needs to."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def own_folder(name: str, parent: Path | None = None) -> Path:
    """A new folder that belongs to the user of the server; in `parent`, else where temporary folders are."""
    folder = Path(tempfile.mkdtemp(prefix=f"live_polls-{name}-", dir=parent))
    if user := as_nobody():
        os.chown(folder, user["user"], user["group"])
    return folder


def is_runnable(program: Path) -> bool:
    """Whether the user of the server may run the program: an environment below root's home is closed to it."""
    try:
        return (
            subprocess.run([str(program), "--version"], capture_output=True, check=False, **as_nobody()).returncode == 0
        )
    except OSError:
        return False
