"""The one import map of a page: bare names of our modules to the addresses of their current bytes."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache

from django import template
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

MODULES = "live_polls/js/"


@register.simple_tag(takes_context=True)
def import_map(context: Context) -> SafeString:
    """The map as a script element, with the page's nonce where there is one; elsewhere its hash allows it."""
    nonce = context.get("csp_nonce")
    attribute = format_html(' nonce="{}"', nonce) if nonce is not None else ""
    # Our own addresses, written by json.dumps: "<" cannot occur in them.
    return format_html('<script type="importmap"{}>{}</script>', attribute, mark_safe(import_map_json()))  # noqa: S308


@register.simple_tag
def module(name: str) -> str:
    """The address of a module by its bare name: {% module "live_polls/live" %}."""
    return static(_path(name))


def import_map_hash() -> str:
    """The map as a CSP source, for pages that are the same bytes for everyone and so can carry no nonce."""
    digest = hashlib.sha256(import_map_json().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def import_map_json() -> str:
    return _written_map() if not settings.DEBUG else _write_map()


def _write_map() -> str:
    names = sorted(
        f"live_polls/{path.removeprefix(MODULES).removesuffix('.js')}"
        for finder in get_finders()
        for path, _storage in finder.list([])
        if path.startswith(MODULES) and path.endswith(".js")
    )
    return json.dumps({"imports": {name: static(_path(name)) for name in names}}, separators=(",", ":"))


# Files cannot change while a production server runs.
_written_map = lru_cache(maxsize=1)(_write_map)


def _path(name: str) -> str:
    return f"{MODULES}{name.removeprefix('live_polls/')}.js"
