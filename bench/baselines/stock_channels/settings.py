"""The least project that runs a Channels consumer, on a durable SQLite file or on PostgreSQL."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

SECRET_KEY = "only-for-the-baseline"  # noqa: S105 - signs nothing
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
INSTALLED_APPS = ["channels", "bench.baselines.stock_channels"]
ASGI_APPLICATION = "bench.baselines.stock_channels.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE = os.environ["BASELINE_DATABASE"]
REDIS = os.environ.get("BASELINE_REDIS", "")

if REDIS:
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS]}}
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

if "://" in DATABASE:
    _parts = urlsplit(DATABASE)
    _database: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _parts.path[1:],
        "USER": _parts.username,
        "HOST": _parts.hostname,
        "PORT": _parts.port,
    }
else:
    _database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATABASE,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL",
        },
    }
# Kept, though the default opens a connection for every ballot: the stiffer baseline.
DATABASES = {"default": {**_database, "CONN_MAX_AGE": None}}
