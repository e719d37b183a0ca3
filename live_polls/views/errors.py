"""Error pages: what happened, whether votes are safe, what to do now.

Nothing here reads the database or the signed-in account: these pages must come out whatever is broken.
"""

from __future__ import annotations

import logging

from django.db import DataError, InterfaceError, OperationalError
from django.db.utils import InternalError as DatabaseInternalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext

from live_polls.errors import (
    BusyError,
    NotAllowedError,
    PollError,
    PollNotFoundError,
    RateLimitedError,
    RoomEndedError,
    RoomNotFoundError,
)

logger = logging.getLogger(__name__)

DATABASE_RETRY_MS = 2000

PAGES: dict[type[PollError], str] = {
    RoomNotFoundError: "room_not_found",
    PollNotFoundError: "poll_not_found",
    RoomEndedError: "room_ended",
    NotAllowedError: "not_allowed",
    RateLimitedError: "busy",
    BusyError: "busy",
}


class PollErrorMiddleware(MiddlewareMixin):
    """Turn a refusal of the domain, or a database that is away, raised by any page, into a page that says so."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, PollError):
            request.missed_room = isinstance(exception, RoomNotFoundError)  # type: ignore[attr-defined]  # see project/code_guard.py
            return refusal(request, exception)
        # The last is what PostgreSQL says when it takes no writes, as in the middle of a failover.
        if isinstance(exception, (OperationalError, InterfaceError, DatabaseInternalError)):
            logger.warning("The database was busy or away: %s", exception)
            return refusal(request, BusyError(retry_ms=DATABASE_RETRY_MS))
        if isinstance(exception, DataError):  # PostgreSQL refuses what no page of ours sends, such as a NUL
            return bad_request(request, exception)
        return None


def refusal(request: HttpRequest, error: PollError, *, name: str = "") -> HttpResponse:
    """The page of a PollError: its code and its message, never the inside of an exception."""
    response = _page(request, name or PAGES.get(type(error), "refused"), status=error.http_status, error=error)
    if isinstance(error, (BusyError, RateLimitedError)):
        response["Retry-After"] = str(-(-error.retry_ms // 1000))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "bad_request", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "forbidden", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "not_found", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "server_error", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "csrf", status=403)


def _page(request: HttpRequest, name: str, *, status: int, error: PollError | None = None) -> HttpResponse:
    again = escape_leading_slashes(request.get_full_path())
    context = {"again": again, "message": gettext(error.message) if error else ""}
    return HttpResponse(render_to_string(f"live_polls/errors/{name}.html", context), status=status)
