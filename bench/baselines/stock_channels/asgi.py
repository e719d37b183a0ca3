"""The baseline's entry for an ASGI server."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.baselines.stock_channels.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 - after django.setup()
from django.urls import path  # noqa: E402

from bench.baselines.stock_channels.consumers import RoomConsumer  # noqa: E402

# Django's types know no ASGI application as a view.
room = path("ws/rooms/<join_code>", RoomConsumer.as_asgi())  # type: ignore[arg-type]
application = ProtocolTypeRouter({"websocket": URLRouter([room])})  # type: ignore[list-item]
