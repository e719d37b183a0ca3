"""manage.py with the slow periods of the live path shortened, so that a test of ten seconds takes one, and with so
little memory for what a peer has not read yet that a hundred kilobytes are too much: systems would keep megabytes.

`python -m tests.live.hasty serve …`: the same commands and the same code, only the constants differ. With `--pings`
before the command also the pings, for one test; else a peer that is busy for a moment would be let go.
"""

from __future__ import annotations

import os
import socket
import sys
from importlib import import_module
from types import ModuleType

import django
from django.core.management import execute_from_command_line

PERIODS = {
    "live_polls.consumers.room": {"HELLO_SECONDS": 2.0},
    "live_polls.live.guarded_http": {"HEADER_SECONDS": 2.0, "BODY_SECONDS": 2.0},
    "live_polls.live.guarded_protocol": {"SLOW_SECONDS": 4.0},
    "live_polls.live.hub": {"VERSION_POLL_SECONDS": 0.05, "PRESENCE_SECONDS": 0.053, "SWEEP_SECONDS": 0.5},
}
PINGS = {"live_polls.live.server": {"PING_SECONDS": 1.0}}

UNREAD_BYTES = 16 * 1024


def shorten(server: ModuleType) -> None:
    """Let the server's sockets keep little for peers that do not read."""
    bound_socket = server.bound_socket

    def short_socket(host: str, port: int) -> socket.socket:
        listener: socket.socket = bound_socket(host, port)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)  # those that it accepts take it over
        return listener

    server.bound_socket = short_socket  # type: ignore[attr-defined]  # of whatever module


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    with_pings = "--pings" in sys.argv[1:2]
    for name, periods in (PERIODS | PINGS if with_pings else PERIODS).items():
        module = import_module(name)
        for period, seconds in periods.items():
            assert isinstance(getattr(module, period), int | float)
            setattr(module, period, seconds)
    shorten(import_module("live_polls.live.server"))
    execute_from_command_line(["manage.py", *sys.argv[1 + with_pings :]])
