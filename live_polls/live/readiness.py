"""Whether this process wants new traffic. The server says no before it drains, so that a proxy looks elsewhere."""

from __future__ import annotations

from threading import Event

_draining = Event()


def start_draining() -> None:
    """Ask for no more traffic. Repeatable."""
    _draining.set()


def stop_draining() -> None:
    """Ask for traffic again: a server starts. Repeatable."""
    _draining.clear()


def is_draining() -> bool:
    """Whether the server is on its way down."""
    return _draining.is_set()
