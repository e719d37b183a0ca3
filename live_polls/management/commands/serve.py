"""Start the production server: uvicorn, guarded."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from live_polls.domain.first_run import first_run_link
from live_polls.live.file_lock import WAIT_SECONDS, ServerLock
from live_polls.live.server import Server, configuration, raise_file_limit
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
        self._warn(raise_file_limit())
        if workers > 1 and not settings.REDIS_URL:
            self._warn("Several workers without REDIS_URL: screens follow by the version poll, up to a second late.")
        lock = self._lock_database(wait)
        self._welcome()
        config = configuration(host=host, port=port, workers=workers)
        connection.close()  # each process and thread makes its own
        try:
            if workers == 1:
                Server(config).run()
            else:
                # Each worker counts for itself; the exposition adds them up from files in this folder.
                os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="live_polls-metrics-")
                Workers(config, sockets=[config.bind_socket()]).run()
        except KeyboardInterrupt:
            pass  # uvicorn raises the signal again after a clean shutdown: the terminal need not see a trace
        finally:
            if lock is not None:
                lock.release()

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

    def _warn(self, sentence: str | None) -> None:
        if sentence:
            self.stderr.write(self.style.WARNING(sentence))


def _start_again(port: int) -> NoReturn:
    """Become a server whose settings know the port: allowed origins and the address on the wall depend on it."""
    os.environ["PORT"] = str(port)
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - our own command line once more
