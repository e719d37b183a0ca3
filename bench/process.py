"""Processes of a run: started, watched through the operating system, ended by their own id."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

STOP_SECONDS = 15.0


class ProcessFailedError(Exception):
    """A process of the run ended, or never answered; carries the end of its output."""


class ServerProcess:
    """A server under measurement, with whatever children it has."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> None:
        self.command = list(command)
        self.stop_signal = signal.SIGTERM
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = subprocess.Popen(
            self.command, env=dict(env), cwd=cwd, stdout=self._output, stderr=subprocess.STDOUT
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask the process to end; kill it, by its id, when it does not."""
        if self._process.poll() is None:
            self._process.send_signal(self.stop_signal)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._output.close()

    def check_alive(self) -> None:
        """Raise with the end of the output when the process has ended."""
        if self._process.poll() is not None:
            raise ProcessFailedError(f"{' '.join(self.command)}\n{self.output()[-1000:]}")

    def output(self) -> str:
        """Return everything the process has written so far."""
        self._output.seek(0)
        return self._output.read().decode(errors="replace")

    def cpu_seconds(self) -> float:
        """Return the user and system time of the process and its living children."""
        return cpu_seconds_of(self.pid)

    def rss_kb(self) -> int:
        """Return the resident memory of the process and its living children."""
        return sum(_rss_kb(pid) for pid in family(self.pid))


class Processes:
    """Several servers whose time and memory count together."""

    def __init__(self, processes: Sequence[ServerProcess]) -> None:
        self._processes = processes

    def cpu_seconds(self) -> float:
        return sum(process.cpu_seconds() for process in self._processes)

    def rss_kb(self) -> int:
        return sum(process.rss_kb() for process in self._processes)


def cpu_seconds_of(pid: int) -> float:
    """Return the user and system time of a process and its living descendants."""
    return sum(_cpu_seconds(member) for member in family(pid))


def family(pid: int) -> Iterator[int]:
    """Yield a process and its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            children.setdefault(_parent(int(entry.name)), []).append(int(entry.name))
    waiting = [pid]
    while waiting:
        member = waiting.pop()
        waiting.extend(children.get(member, ()))
        yield member


def workers_of(pid: int) -> list[int]:
    """Return the worker processes of a server, oldest first: its supervisor also has a helper that only tidies up."""
    return sorted(member for member in family(pid) if member != pid and b"spawn_main" in _command_line(member))


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    # The name in parentheses may itself hold spaces and parentheses.
    return int(stat.rpartition(")")[2].split()[1])


def _cpu_seconds(pid: int) -> float:
    # The clock of another process, as clock_getcpuclockid(3) makes it: /proc/<pid>/stat counts the
    # same time in ticks of 10 ms, too coarse for a spike of 500 ballots.
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _rss_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
