"""Where tries are counted: in the database, so that all processes count together and an outage of Redis lets nobody in."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from django.conf import settings

TABLE = "live_polls_counter"
# Far more than people who try to sign in at once: who fills it to have others forgotten is limited by address first.
MOST = 100_000


def counters() -> dict[str, Any]:
    """Django's CACHES entry."""
    return {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": TABLE,
        "KEY_FUNCTION": "project.counters.hidden_key",
        "OPTIONS": {"MAX_ENTRIES": MOST},
    }


def hidden_key(key: str, key_prefix: str, version: int) -> str:
    """A keyed hash: keys name accounts and network addresses, and neither is to lie about in a table."""
    text = f"{key_prefix}:{version}:{key}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), b"counter:" + text, hashlib.sha256).hexdigest()
