"""Addresses of sockets."""

from __future__ import annotations

from channels.routing import URLRouter
from django.urls import path

from live_polls.consumers.room import RoomSocket

sockets = URLRouter([path("ws/rooms/<str:join_code>", RoomSocket.as_asgi())])
