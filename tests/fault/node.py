"""One `serve` process that may be killed, paused, ended and started again, on the same port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from tests.server_process import ROOT, ServerProcess
from tests.stores.processes import children, send

Program = tuple[str, ...]
SERVE: Program = ("manage.py",)
CRASHABLE: Program = ("-m", "tests.fault.crashing")
WATCHED: Program = ("-m", "tests.fault.watched")
NARROW: Program = ("-m", "tests.fault.narrow")
START_WITHIN_S = 60.0
END_WITHIN_S = 12.0
LOOK_AGAIN_S = 0.05


class Node:
    """`workers` > 1 is a supervisor and that many processes under it."""

    def __init__(self, server: ServerProcess, name: str, *, workers: int = 1) -> None:
        self.server = server
        self.name = name
        self.workers = workers
        self.log = server.folder / f"{name}.log"
        self.program = SERVE
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def start(self, program: Program = SERVE) -> None:
        """Start, and return when it is ready; another program is the same commands with something added."""
        self.program = program
        self._process = subprocess.Popen(
            [sys.executable, *program, "serve", "--workers", str(self.workers)],
            cwd=ROOT,
            env=self.server.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        # Through a pipe, because a limit on the size of its files must not be met by its log.
        threading.Thread(target=_keep_log, args=(self._process, self.log), daemon=True).start()
        self._await_ready()

    def worker_pids(self) -> list[int]:
        """The processes that hold sockets."""
        if self.workers == 1:
            return [self.process.pid]
        return [pid for pid in children(self.process.pid) if b"spawn_main" in _command_line(pid)]

    def kill(self) -> None:
        """Kill it with all its children. Repeatable."""
        pids = [self.process.pid, *children(self.process.pid)]
        for pid in pids:
            send(pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Ask it to end; it must within the promised time."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(END_WITHIN_S)

    def stop(self) -> None:
        """End it for good, in its own way or in ours. Repeatable."""
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGCONT)
            try:
                self.end()
            except subprocess.TimeoutExpired:
                self.kill()

    def signal(self, number: signal.Signals) -> None:
        """Signal every process of it."""
        for pid in [self.process.pid, *children(self.process.pid)]:
            send(pid, number)

    def is_ready(self) -> bool:
        """Whether it says so itself."""
        try:
            with build_opener(ProxyHandler({})).open(f"{self.url}/readyz", timeout=5):
                return True
        except HTTPError as answered:
            answered.close()
            return False
        except OSError:
            return False

    def _await_ready(self) -> None:
        for _ in range(round(START_WITHIN_S / LOOK_AGAIN_S)):
            if self.is_ready():
                return
            try:
                self.process.wait(LOOK_AGAIN_S)
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")


def _keep_log(process: subprocess.Popen[bytes], file: Path) -> None:
    assert process.stdout is not None
    with process.stdout, file.open("ab", buffering=0) as log:
        while chunk := os.read(process.stdout.fileno(), 65536):
            log.write(chunk)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
