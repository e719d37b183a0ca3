"""Addresses of sockets."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import path, re_path

from live_polls.consumers.base import Receive, Scope, Send, refuse
from live_polls.consumers.room import RoomSocket


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse: without this, the router would fail with a trace in the log for whoever asks."""
    await receive()  # websocket.connect
    await refuse(scope, send, 404, "There is no socket at this address.")


# Channels routes ASGI applications through Django's `path`, whose types know views only.
_room: Any = RoomSocket.as_asgi()
_nowhere: Any = nowhere

sockets = URLRouter([path("ws/rooms/<str:join_code>", _room), re_path("", _nowhere)])
