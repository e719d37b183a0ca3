"""manage.py with the slow periods of the live path shortened, so that a test of ten seconds takes one, and with so
little memory for what a peer has not read yet that a hundred kilobytes are too much: systems would keep megabytes.

`python -m tests.live.hasty serve …`: the same commands and the same code, only the constants differ. Others may be
named before the command: `live.server.PING_SECONDS=1`.
"""

from __future__ import annotations

import os
import socket
import sys
from importlib import import_module
from itertools import takewhile
from types import ModuleType

import django
from django.core.management import execute_from_command_line

PERIODS = {
    "consumers.room.HELLO_SECONDS": 2.0,
    "live.guarded_http.HEADER_SECONDS": 2.0,
    "live.guarded_http.BODY_SECONDS": 2.0,
    "live.guarded_protocol.SLOW_SECONDS": 4.0,
    "live.hub.VERSION_POLL_SECONDS": 0.05,
    "live.hub.PRESENCE_SECONDS": 0.053,
    "live.hub.REACTIONS_SECONDS": 0.057,
    "live.hub.SWEEP_SECONDS": 0.5,
    "live.hub.HEARTBEAT_SECONDS": 3600.0,  # tests that compare all they hear ask for one
}
UNREAD_BYTES = 16 * 1024


def shorten(server: ModuleType) -> None:
    """Let the server's sockets keep little for peers that do not read."""
    bound_socket = server.bound_socket

    def short_socket(host: str, port: int) -> socket.socket:
        listener: socket.socket = bound_socket(host, port)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)  # those that it accepts take it over
        return listener

    server.bound_socket = short_socket  # type: ignore[attr-defined]  # of whatever module


def hurry(words: list[str]) -> None:
    """Shorten what is asked for, then do what the command line says."""
    more = [word.split("=") for word in takewhile(lambda word: "=" in word, words[1:])]
    for name, seconds in (PERIODS | {name: float(value) for name, value in more}).items():
        module, _, period = name.rpartition(".")
        holder = import_module(f"live_polls.{module}")
        assert isinstance(getattr(holder, period), int | float)
        setattr(holder, period, int(seconds) if seconds.is_integer() else seconds)
    shorten(import_module("live_polls.live.server"))
    execute_from_command_line(["manage.py", *words[1 + len(more) :]])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    hurry(sys.argv)
