from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import InterfaceError, OperationalError
from django.db.utils import InternalError as DatabaseInternalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from live_polls.api.api import api
from live_polls.errors import (
    BusyError,
    IllegalMoveError,
    InternalError,
    NotAllowedError,
    PollError,
    PollNotFoundError,
    RateLimitedError,
    RoomEndedError,
    RoomNotFoundError,
)
from live_polls.views import errors
from live_polls.views.errors import PollErrorMiddleware
from project.urls import handler400, handler403, handler404, handler500
from project.urls import urlpatterns as real

REFUSALS: dict[str, PollError] = {
    "room": RoomNotFoundError(),
    "poll": PollNotFoundError(),
    "ended": RoomEndedError(),
    "not-allowed": NotAllowedError(),
    "limited": RateLimitedError(retry_ms=1200),
    "busy": BusyError(retry_ms=300),
    "illegal": IllegalMoveError("A draft cannot be closed."),
    "internal": InternalError(),
}


def refuse(request: HttpRequest, name: str) -> HttpResponse:
    raise REFUSALS[name]


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the inside of it")


urlpatterns = [path("refuse/<str:name>", refuse), path("fail", fail), *real]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]  # what a URLconf is asked for

with_failing_pages = override_settings(ROOT_URLCONF=__name__)


def test_every_page_says_what_happened_whether_votes_are_safe_and_what_now():
    request = RequestFactory().get("/j/K7QM2X")
    pages: dict[int, Callable[[], HttpResponse]] = {
        400: lambda: errors.bad_request(request, Exception()),
        403: lambda: errors.forbidden(request, Exception()),
        404: lambda: errors.not_found(request, Exception()),
        500: lambda: errors.server_error(request),
    }

    for status, page in pages.items():
        answer = page()
        text = answer.content.decode()
        assert answer.status_code == status
        assert "<h1>" in text
        assert "Your vote:" in text
        assert 'class="button"' in text
    assert "reload the page" in errors.csrf_failure(request, "a reason").content.decode()
    assert "a reason" not in errors.csrf_failure(request, "a reason").content.decode()


@with_failing_pages
@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("room", 404, "There is no such room"),
        ("poll", 404, "There is no such poll"),
        ("ended", 409, "This room has ended"),
        ("not-allowed", 403, "This room is run by other people"),
        ("limited", 429, "Too much at once"),
        ("busy", 503, "Too much at once"),
        ("illegal", 409, "A draft cannot be closed."),
        ("internal", 500, "Something went wrong on our side."),
    ],
)
def test_a_refusal_of_the_domain_becomes_a_page(client: Client, name: str, status: int, said: str):
    answer = client.get(f"/refuse/{name}")

    assert answer.status_code == status
    assert said in answer.content.decode()
    assert "Your vote:" in answer.content.decode()


@with_failing_pages
def test_a_busy_page_says_when_to_come_back(client: Client):
    assert client.get("/refuse/limited")["Retry-After"] == "2"
    assert client.get("/refuse/busy")["Retry-After"] == "1"


@with_failing_pages
def test_an_unexpected_failure_leaks_nothing_and_needs_no_database(caplog: pytest.LogCaptureFixture):
    # No database fixture: a query would fail this test.
    answer = Client(raise_request_exception=False).get("/fail?a=1&b=<x>")

    page = answer.content.decode()
    assert answer.status_code == 500
    assert "the inside of it" not in page
    assert "it cannot count twice" in page
    assert 'href="/fail?a=1&amp;b=%3Cx%3E"' in page
    assert caplog.text.count("Internal Server Error: /fail") == 1


def test_an_address_that_is_not_there_is_a_page(client: Client):
    answer = client.get("/nope")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_trying_again_never_leads_elsewhere():
    page = errors.server_error(RequestFactory().get("http://testserver//evil.example/x")).content.decode()

    assert 'href="/%2Fevil.example/x"' in page


def test_a_foreign_host_name_is_a_bad_request(client: Client):
    answer = client.get("/nope", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert "This request makes no sense to us" in answer.content.decode()


def test_error_pages_carry_the_policy(client: Client):
    assert "script-src" in client.get("/nope")["Content-Security-Policy"]
    assert "style=" not in client.get("/nope").content.decode()


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError, DatabaseInternalError])
def test_a_database_that_is_away_or_takes_no_writes_is_said_to_be_busy(trouble: type[Exception]):
    request, error = RequestFactory().post("/"), trouble("cannot execute UPDATE in a read-only transaction")

    for answer in (PollErrorMiddleware(fail).process_exception(request, error), api.on_exception(request, error)):
        assert answer is not None
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        assert "read-only" not in answer.content.decode()
