"""Addresses of sockets."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import path

from live_polls.consumers.room import RoomSocket

# Channels routes ASGI applications through Django's `path`, whose types know views only.
_room: Any = RoomSocket.as_asgi()

sockets = URLRouter([path("ws/rooms/<str:join_code>", _room)])
