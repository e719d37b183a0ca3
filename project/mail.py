"""EMAIL_URL as Django's settings for mail. Without one nothing is sent, and the pages say so."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SECONDS = 10  # a page waits for the mail server


def parse_email_url(url: str) -> dict[str, Any]:
    """`smtp://user:password@host:587` (STARTTLS), `smtps://…` (TLS from the start), `smtp+plain://…` (neither, for a relay
    on the same machine), or `console:`, which prints mails."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    if url == "console:":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    try:
        port = parts.port or {"smtp": 587, "smtps": 465, "smtp+plain": 25}[parts.scheme]
    except (KeyError, ValueError):
        port = 0
    if not port or not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:587, or be console:.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": SECONDS,
    }
