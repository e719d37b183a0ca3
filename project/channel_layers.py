"""REDIS_URL as Django's CHANNEL_LAYERS entry."""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

IN_MEMORY: dict[str, Any] = {"BACKEND": "channels.layers.InMemoryChannelLayer"}

# Said in full, because redis-py's own change from version to version: 8.0 began to end idle reads after five seconds.
_PATIENCE: dict[str, Any] = {
    "socket_connect_timeout": 2,
    "socket_timeout": 2,  # of commands; the layer's receiver brings a deadline of its own and may be idle for hours
    "socket_keepalive": True,
    "health_check_interval": 10,
}
_RECONNECT_SECONDS = 0.5


def redis_layer(urls: Sequence[str], *, secret: str) -> dict[str, Any]:
    """Return the layer over one Redis or several, among which the rooms are divided."""
    for url in urls:
        _check(url)
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": url, **_PATIENCE, **_reconnecting()} for url in urls],
            # Two installations may share a Redis: those that do not know the same secret do not hear one another.
            "prefix": f"live_polls:{hmac.new(secret.encode(), b'channel layer', hashlib.sha256).hexdigest()[:12]}:",
        },
    }


def _reconnecting() -> dict[str, Any]:
    """Come back soon after an outage of any length, quietly; whoever sends has a deadline of its own."""
    from redis.asyncio.retry import Retry  # noqa: PLC0415 -- slow to import, and most installations have no Redis
    from redis.backoff import ConstantBackoff  # noqa: PLC0415 -- see above

    options: dict[str, Any] = {"retry": Retry(ConstantBackoff(_RECONNECT_SECONDS), retries=-1)}
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # A peer that is gone without a word is noticed by the next health check and not after a quarter of an hour.
        options["socket_keepalive_options"] = {
            socket.TCP_KEEPIDLE: 10,
            socket.TCP_KEEPINTVL: 5,
            socket.TCP_KEEPCNT: 3,
            socket.TCP_USER_TIMEOUT: 5000,
        }
    return options


def _check(url: str) -> None:
    parts = urlsplit(url)
    try:
        is_good = (parts.scheme in {"redis", "rediss"} and bool(parts.hostname) and parts.port != 0) or (
            parts.scheme == "unix" and len(parts.path) > 1
        )
    except ValueError:
        is_good = False
    if not is_good:
        raise ImproperlyConfigured(
            "REDIS_URL must look like redis://:password@host:port/0; several addresses are separated by commas."
        )
