"""The stores that the tests of this run stand on, as the environment of a server process beside them."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.db import connection


def stores_in_use() -> dict[str, str]:
    """DATABASE_URL of the test database, REDIS_URL of the channel layer, and the secret that goes with them."""
    return {
        "DATABASE_URL": _database_url(),
        "REDIS_URL": ",".join(settings.REDIS_URLS),
        "SECRET_KEY": settings.SECRET_KEY,
    }


def _database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    parts = urlsplit(os.environ["DATABASE_URL"])
    options = [(key, value) for key, value in parse_qsl(parts.query) if key != "pool"]
    return parts._replace(path=f"/{name}", query=urlencode(options)).geturl()
