"""Whose request it is."""

from __future__ import annotations

from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of who asks, as the server says by the rules of FORWARDED_ALLOW_IPS; empty where nobody knows."""
    return str(request.META.get("REMOTE_ADDR") or "")
