"""Start the production server: uvicorn, guarded."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from uvicorn import Config

from live_polls.domain.first_run import first_run_link
from live_polls.live.file_lock import WAIT_SECONDS, ServerLock
from live_polls.live.server import Server, bound_socket, configuration
from live_polls.live.start_checks import StartRefusedError, check_database, warnings
from live_polls.live.workers import Workers
from live_polls.management.terminal_qr import terminal_qr


class Command(BaseCommand):
    help = "Serve live_polls: pages, sockets and static files, in one or several processes."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (default: HOST, all)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port (default: PORT, 8000)")
        parser.add_argument("--workers", type=int, default=1, help="processes; more than one want Redis")
        parser.add_argument(
            "--wait",
            type=float,
            default=WAIT_SECONDS,
            help="seconds to wait for another server on the same SQLite file to end (default: %(default)g)",
        )

    def handle(self, *, host: str, port: int, workers: int, wait: float, **options: Any) -> None:
        if not 1 <= port <= 65535 or workers < 1:
            raise CommandError("A port is a number from 1 to 65535, and at least one worker must work.")
        if port != settings.PORT:
            _start_again(port)
        signal.signal(signal.SIGTERM, _end)
        if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # under nohup it is not
            signal.signal(signal.SIGHUP, _hang_up)
        self._check(workers)
        lock = self._lock_database(wait)
        try:
            listener = _listen(host, port)
            self._welcome()
            connection.close()  # each process and thread makes its own
            _run(configuration(host=host, port=port, workers=workers), listener)
        except KeyboardInterrupt:
            pass  # uvicorn raises the signal again after a clean shutdown: the terminal need not see a trace
        finally:
            if lock is not None:
                lock.release()

    def _check(self, workers: int) -> None:
        try:
            check_database()
        except StartRefusedError as refused:
            raise CommandError(str(refused)) from refused
        for sentence in warnings(workers=workers):
            self._warn(sentence)

    def _lock_database(self, seconds: float) -> ServerLock | None:
        """Wait for a draining server on the same SQLite file; go on after a warning when it stays."""
        if connection.vendor != "sqlite":
            return None
        lock = ServerLock(Path(settings.DATABASES["default"]["NAME"]))
        if not lock.acquire(seconds=0):
            self.stdout.write(f"Another server uses this database. Waiting up to {seconds:g} seconds for it to end …")
            self.stdout.flush()
            if not lock.acquire(seconds):
                self._warn(
                    "Another server still uses this database. Both go on: no ballot is lost or counted twice, but "
                    "each sees the other's changes up to a second late. End one of them, or use PostgreSQL."
                )
        return lock

    def _welcome(self) -> None:
        url = settings.PUBLIC_URL
        self.stdout.write(f"live_polls is served at {url}\n\n")
        self.stdout.write(terminal_qr(url))
        if link := first_run_link(url):
            self.stdout.write(f"No account exists yet. Create the first one here, once, within an hour:\n  {link}\n")
        self.stdout.flush()

    def _warn(self, sentence: str) -> None:
        self.stderr.write(self.style.WARNING(sentence))


def _start_again(port: int) -> NoReturn:
    """Become a server whose settings know the port: allowed origins and the address on the wall depend on it."""
    os.environ["PORT"] = str(port)
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - our own command line once more


def _listen(host: str, port: int) -> socket.socket:
    try:
        return bound_socket(host, port)
    except OSError as error:
        raise CommandError(
            f"Nothing can listen on {host}, port {port}: {error.strerror}. "
            "End what serves there, or choose another by --port and --host (PORT, HOST)."
        ) from error


def _run(config: Config, listener: socket.socket) -> None:
    """Serve until a signal ends it."""
    if config.workers == 1:
        Server(config).run(sockets=[listener])
        return
    with TemporaryDirectory(prefix="live_polls-metrics-") as folder:
        # Each worker counts for itself; the exposition adds them up from files in this folder.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        workers = Workers(config, sockets=[listener])
        workers.run()
    if workers.failed:
        raise CommandError("A worker could not start; the reason stands above.")


def _hang_up(number: int, frame: FrameType | None) -> None:
    """The terminal is gone: end as by SIGTERM, instead of at once. The supervisor of workers has another use for it."""
    signal.raise_signal(signal.SIGTERM)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Ended as asked: that is success, for whoever watches exit codes. uvicorn gets here after its own shutdown."""
    sys.exit(0)
