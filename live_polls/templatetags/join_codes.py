"""Join codes in templates, as people read them."""

from __future__ import annotations

from django import template

from live_polls.domain import join_codes

register = template.Library()


@register.filter
def pretty(code: str) -> str:
    """K7Q M2X."""
    return join_codes.pretty(code)
