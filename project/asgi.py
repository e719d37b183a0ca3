"""The ASGI application: what is cheap is answered first, Django last.

static files → pictures → the audience page of a visitor without a ballot → Django; sockets have a door of their own.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django_application: Any = get_asgi_application()

from live_polls.routing import sockets as _sockets  # noqa: E402 -- models need the settings that Django has just read
from live_polls.views.audience_page import AudiencePage  # noqa: E402 -- see above
from live_polls.views.picture_files import PictureFiles  # noqa: E402 -- see above
from project.static_files import StaticFiles  # noqa: E402 -- see above

sockets: Any = _sockets
pages: Any = StaticFiles(PictureFiles(AudiencePage(django_application)))

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Every server calls this; daphne by keywords, so the names are part of it."""
    if scope["type"] == "websocket":
        await sockets(scope, receive, send)
    else:
        await pages(scope, receive, send)
