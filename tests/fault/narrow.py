"""manage.py that keeps little for peers that do not read, and not for long: `python -m tests.fault.narrow serve`.

The same commands and the same code: what it keeps back, and whom it lets go, comes after kilobytes and seconds instead
of hundreds of kilobytes. /metrics tells how often a peer read again in time.
"""

from __future__ import annotations

import os
import socket
import sys

import django
from django.core.management import execute_from_command_line
from prometheus_client import Counter

HIGH_WATER_BYTES = 2048
UNREAD_BYTES = 4096
SLOW_SECONDS = 3.0
RESUMED = "test_resumed"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from live_polls.live import connections, guarded_protocol, server  # noqa: PLC0415 -- needs the settings

    resumed = Counter(RESUMED, "Peers that were told what had been kept back.")
    bound_socket, resume = server.bound_socket, connections.Connection.resume

    def narrow_socket(host: str, port: int) -> socket.socket:
        listener = bound_socket(host, port)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)  # those that it accepts take it over
        return listener

    def resume_and_count(connection: connections.Connection) -> None:
        if connection._held:
            resumed.inc()
        resume(connection)

    server.bound_socket = narrow_socket
    guarded_protocol.HIGH_WATER_BYTES = HIGH_WATER_BYTES
    guarded_protocol.SLOW_SECONDS = SLOW_SECONDS
    connections.Connection.resume = resume_and_count  # type: ignore[method-assign, assignment]
    execute_from_command_line(["manage.py", *sys.argv[1:]])


if __name__ == "__main__":
    main()
