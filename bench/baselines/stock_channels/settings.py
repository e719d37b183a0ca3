"""The least project that runs a Channels consumer on a durable SQLite file."""

from __future__ import annotations

import os

SECRET_KEY = "only-for-the-baseline"  # noqa: S105 - signs nothing
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
INSTALLED_APPS = ["channels", "bench.baselines.stock_channels"]
ASGI_APPLICATION = "bench.baselines.stock_channels.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        # Kept, though the default opens a file for every ballot: the stiffer baseline.
        "CONN_MAX_AGE": None,
        "NAME": os.environ["BASELINE_DATABASE"],
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL",
        },
    }
}
