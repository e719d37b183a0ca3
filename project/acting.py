"""Who is behind a request, for the audit log: one place for pages, the API and the admin alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from live_polls.domain.records import NOBODY, STAGE_LINK, Actor, acting, person

Respond = Callable[[HttpRequest], HttpResponseBase]


class ActingMiddleware:
    """Names the person when something is recorded, and reads nothing before: a page of the audience has no person."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if iscoroutinefunction(self._get_response):
            return self._respond(request)
        with acting(lambda: _actor(request)):
            return self._get_response(request)

    async def _respond(self, request: HttpRequest) -> HttpResponse:
        with acting(lambda: _actor(request)):
            response = self._get_response(request)
            return response if isinstance(response, HttpResponse) else await response


def _actor(request: HttpRequest) -> Actor:
    if request.user.is_authenticated:
        return person(request.user)
    # Whoever was let do something that is recorded without being signed in has shown a stage link.
    return Actor(by=STAGE_LINK if "X-Stage-Token" in request.headers else NOBODY)
