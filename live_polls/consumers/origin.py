"""Which pages may open a socket. Exact match: no sub-string, no other port, no other scheme."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def header(scope: dict[str, Any], name: bytes) -> list[str]:
    """All values of a header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def is_foreign(scope: dict[str, Any]) -> bool:
    """Whether the handshake names an origin that is not ours, or more than one."""
    origins = header(scope, b"origin")
    return len(origins) > 1 or (len(origins) == 1 and origins[0] not in settings.ALLOWED_ORIGINS)


def is_missing(scope: dict[str, Any]) -> bool:
    """Whether no origin was named: a program, not a page. Its cookies count for nothing."""
    return not header(scope, b"origin")


def cookie(scope: dict[str, Any], name: str) -> str:
    """The value of a cookie, or ""."""
    for line in header(scope, b"cookie"):
        for pair in line.split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value.strip('"')
    return ""
