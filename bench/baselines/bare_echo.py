"""Baseline: the least ASGI application that greets a socket and keeps it open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from bench.baselines.tally_frame import snapshot_text

Message = MutableMapping[str, Any]  # Any: ASGI messages are open dictionaries.
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Accept, answer the first frame with a snapshot and any other with itself."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][0]})
    greeting: str | None = snapshot_text()
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": greeting or message["text"]})
        greeting = None
