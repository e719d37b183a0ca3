"""A room full of life: served, hosted and voted in, with nothing to do but open two links."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from live_polls.domain.first_run import first_run_link
from live_polls.domain.room_file import parse_room_file
from live_polls.domain.room_loading import load_room
from live_polls.management.demo.processes import running
from live_polls.management.demo.show import Show
from live_polls.management.room_links import room_links
from live_polls.management.terminal_qr import terminal_qr
from live_polls.models import Room

DECK = Path(__file__).parent.parent / "demo" / "deck.toml"
FOLDER = "demo"
START_WITHIN_S = 60
LOOK_AGAIN_S = 0.2
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 -- compared with, not bound to


class Command(BaseCommand):
    help = "Serve a ready room in a data folder of its own, with simulated voters and a host. Ctrl-C ends it all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--voters", type=int, default=60, metavar="N", help="simulated voters (60)")
        parser.add_argument("--rate", type=float, default=3, metavar="R", help="their ballots a second in all (3)")

    def handle(self, *, voters: int, rate: float, **options: Any) -> None:
        if settings.DATA_DIR.name != FOLDER:
            _start_over_in(settings.DATA_DIR / FOLDER)
        _check_port_is_free()
        call_command("migrate", verbosity=0)
        room = load_room(parse_room_file(DECK.read_bytes(), folder=DECK.parent)).room
        stop = _stop_on_signals()
        with ExitStack() as ends:
            server = ends.enter_context(running("serve", log=settings.DATA_DIR / "serve.log"))
            self._await(server, stop)
            crowd = (room.join_code, f"--voters={voters}", f"--rate={rate}", f"--url={_local_url()}")
            if not stop.is_set():
                ends.enter_context(running("simulate", *crowd, log=settings.DATA_DIR / "simulate.log"))
                self._welcome(room, voters)
                Show(room, lambda seconds: _wait(stop, server, seconds)).run()
        self.stdout.write("The demo has ended.")
        if not stop.is_set():
            raise CommandError(f"The server ended by itself; see {settings.DATA_DIR / 'serve.log'}.")

    def _await(self, server: subprocess.Popen[bytes], stop: threading.Event) -> None:
        """Return once the server is ready, or the demo is to end."""
        for _ in range(round(START_WITHIN_S / LOOK_AGAIN_S)):
            if _is_ready() or _wait(stop, server, LOOK_AGAIN_S):
                break
        if server.poll() is not None:
            said = (settings.DATA_DIR / "serve.log").read_text(errors="replace")
            raise CommandError(f"The server did not start:\n{said}")

    def _welcome(self, room: Room, voters: int) -> None:
        links = room_links(room)
        self.stdout.write(f"{room.title}: {voters} simulated voters, and a host who never tires.\n\n")
        self.stdout.write(f"  the stage     {links['stage']}\n  the audience  {links['audience']}\n\n")
        self.stdout.write(terminal_qr(links["audience"]))
        if first_run := first_run_link(settings.PUBLIC_URL):
            self.stdout.write(f"To run it yourself, make the first account, once, within an hour: {first_run}\n")
        else:
            self.stdout.write(f"To run it yourself, sign in at {links['remote']}\n")
        self.stdout.write("Ctrl-C ends the demo.")
        self.stdout.flush()


def _start_over_in(folder: Path) -> None:
    """Become the same command with a data folder of its own: settings are read once, when a process begins.

    The stores of the installation are left out: a demo must never write into a real one.
    """
    environment = os.environ | {"DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": ""}
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606 -- our own program again


def _check_port_is_free() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_local_host(), settings.PORT))
        except OSError as error:
            raise CommandError(f"Port {settings.PORT} is taken ({error.strerror}). Try PORT=8001.") from None


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: stop.set())
    return stop


def _wait(stop: threading.Event, server: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait; True, and sooner, when it is time to end or there is no server any more."""
    while seconds > 0 and server.poll() is None and not stop.wait(min(1, seconds)):
        seconds -= 1
    return stop.is_set() or server.poll() is not None


def _is_ready() -> bool:
    try:
        with build_opener(ProxyHandler({})).open(f"{_local_url()}/readyz", timeout=2):
            return True
    except OSError:  # refused, or "not ready yet"
        return False


def _local_host() -> str:
    return "127.0.0.1" if settings.HOST in EVERYWHERE else settings.HOST


def _local_url() -> str:
    host = _local_host()
    return f"http://[{host}]:{settings.PORT}" if ":" in host else f"http://{host}:{settings.PORT}"
