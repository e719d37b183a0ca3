"""Loopback ports and open files, both limited."""

from __future__ import annotations

import resource
import socket
import time

from bench.process import ProcessFailedError, ServerProcess

HOST = "127.0.0.1"
START_SECONDS = 30.0


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_listening(server: ServerProcess, port: int) -> None:
    """Wait until the server takes connections; raise when it ends or never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        server.check_alive()
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise ProcessFailedError(f"nothing listens on {port} after {START_SECONDS:g} s")


def raise_open_files() -> int:
    """Raise this process's limit of open files as far as it may, and return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
