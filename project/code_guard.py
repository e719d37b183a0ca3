"""Slows down whoever guesses join codes, on every page and request whose address has one. See live/addresses.py."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase

from live_polls.domain import join_codes
from live_polls.domain.participants import cookie_name
from live_polls.errors import RateLimitedError
from live_polls.live.addresses import get_addresses
from live_polls.live.entrance import is_known
from live_polls.views.client_address import client_address
from live_polls.views.errors import refusal

# What is for those who are signed in is not looked up before they are.
_CODED = re.compile(r"/(?:j|J|stage|embed|api/v1/rooms)/([^/]+)(?:/|$)")


class CodeGuardMiddleware:
    """Refuses before anything is looked up; notes afterwards whether there was such a room.

    Who refuses a request for want of a room says so in `request.missed_room`.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self.respond(request)
        refused = _refused(request)
        if refused is not None and not _is_known(request):
            return refused
        return _noted(request, self.get_response(request))

    async def respond(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under an async server."""
        refused = _refused(request)
        if refused is not None and not await sync_to_async(_is_known)(request):
            return refused
        return _noted(request, await self.get_response(request))


def _code_in(request: HttpRequest) -> str:
    found = _CODED.match(request.path)
    return join_codes.normalise(found[1]) if found else ""


def _refused(request: HttpRequest) -> HttpResponseBase | None:
    if not _CODED.match(request.path):
        return None
    try:
        get_addresses().check(client_address(request))
    except RateLimitedError as error:
        return refusal(request, error)
    return None


def _is_known(request: HttpRequest) -> bool:
    """Whether who asks is in the room already, or signed in: they guess nothing."""
    if request.user.is_authenticated:
        return True
    code = _code_in(request)
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else request.COOKIES.get(cookie_name(code), "")
    return bool(code and token) and is_known(code, token)


def _noted(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if _CODED.match(request.path) and getattr(request, "missed_room", False):
        get_addresses().miss(client_address(request))
    return response
