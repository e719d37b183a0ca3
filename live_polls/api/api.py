"""The HTTP API, version 1: the twin of the socket, for networks that kill sockets and for programs."""

from __future__ import annotations

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.utils import InternalError as DatabaseInternalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from live_polls.api.rooms import router
from live_polls.errors import BadMessageError, BusyError, InternalError, PollError, RoomNotFoundError
from live_polls.live import messages

logger = logging.getLogger(__name__)

DATABASE_RETRY_MS = 2000

api = NinjaAPI(title="live_polls", version="1", urls_namespace="live_polls-api")
api.add_router("/rooms", router)


def render(error: PollError) -> HttpResponse:
    """The one rendering of a refusal over HTTP: the `error` object of the socket, with its status."""
    response = HttpResponse(
        messages.encode(messages.error_message(error, getattr(error, "client_id", None))),
        content_type="application/json",
        status=error.http_status,
    )
    retry_ms = getattr(error, "retry_ms", None)
    if retry_ms is not None:
        response["Retry-After"] = str(max(1, round(retry_ms / 1000)))
    return response


@api.exception_handler(PollError)
def on_poll_error(request: HttpRequest, error: PollError) -> HttpResponse:
    request.missed_room = isinstance(error, RoomNotFoundError)  # type: ignore[attr-defined]  # see project/code_guard.py
    return render(error)


@api.exception_handler(ValidationError)
def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return render(BadMessageError("A parameter is missing or has the wrong form."))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
@api.exception_handler(DatabaseInternalError)  # PostgreSQL takes no writes, as in the middle of a failover
def on_database_away(request: HttpRequest, error: Any) -> HttpResponse:
    logger.warning("The database was busy or away: %s", error)
    return render(BusyError(retry_ms=DATABASE_RETRY_MS))


@api.exception_handler(Exception)
def on_exception(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("A request failed", exc_info=error)
    return render(InternalError())
