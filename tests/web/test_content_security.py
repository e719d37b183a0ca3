from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.test import RequestFactory

from project.content_security import CSP, ContentSecurityPolicyMiddleware, build_policy, csp_override


def test_strict_policy_allows_only_ourselves(client, db):
    header = client.get("/accounts/login/").headers["Content-Security-Policy"]

    assert "default-src 'none'" in header
    assert "unsafe" not in header
    assert "frame-ancestors 'none'" in header
    assert "require-trusted-types-for 'script'" in header


def test_page_that_writes_no_nonce_allows_none():
    assert "nonce" not in _respond(lambda request: HttpResponse("plain")).headers["Content-Security-Policy"]


def test_nonce_in_the_page_is_the_one_in_the_header():
    response = _respond(_page_with_nonce)

    assert f"'nonce-{response.content.decode()}'" in response.headers["Content-Security-Policy"]


def test_each_response_has_its_own_nonce():
    assert _respond(_page_with_nonce).content != _respond(_page_with_nonce).content


def test_async_views_get_the_same_headers():
    async def view(request: HttpRequest) -> HttpResponse:
        return _page_with_nonce(request)

    middleware = ContentSecurityPolicyMiddleware(view)
    response: Any = asyncio.run(_await(middleware(RequestFactory().get("/"))))

    assert f"'nonce-{response.content.decode()}'" in response.headers["Content-Security-Policy"]


def test_override_replaces_the_policy_of_one_view():
    view = csp_override({"default-src": [CSP.SELF]})(lambda request: HttpResponse())

    assert _respond(view).headers["Content-Security-Policy"] == "default-src 'self'"


def test_override_reaches_async_views():
    @csp_override({})
    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    response: Any = asyncio.run(_await(ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/"))))

    assert "Content-Security-Policy" not in response.headers


def test_view_that_brings_its_own_policy_keeps_it():
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'self'"})

    assert _respond(view).headers["Content-Security-Policy"] == "default-src 'self'"


@pytest.mark.parametrize(
    ("policy", "nonce", "header"),
    [
        ({"script-src": [CSP.SELF, CSP.NONCE]}, "abc", "script-src 'self' 'nonce-abc'"),
        ({"script-src": [CSP.NONCE]}, None, "script-src"),
        ({"img-src": [CSP.SELF, "data:"], "base-uri": [CSP.NONE]}, None, "img-src 'self' data:; base-uri 'none'"),
    ],
)
def test_build_policy_writes_directives_in_order(policy, nonce, header):
    assert build_policy(policy, nonce) == header


def test_admin_may_write_html_but_still_runs_only_our_scripts(admin_client):
    header = admin_client.get("/admin/").headers["Content-Security-Policy"]

    assert "require-trusted-types-for" not in header
    assert re.search(r"script-src 'self'(;|$)", header)


def test_admin_sends_strangers_to_the_one_sign_in(client, db):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")


def _respond(view: Any) -> Any:
    return ContentSecurityPolicyMiddleware(view)(RequestFactory().get("/"))


def _page_with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(Template("{{ csp_nonce }}").render(RequestContext(request)))


async def _await(awaitable: Any) -> Any:
    return await awaitable


def test_page_of_the_api_loads_nothing_from_elsewhere(client):
    response = client.get("/api/v1/docs")

    addresses = re.findall(r'(?:src|href)="([^"]+)"', response.content.decode())
    assert len(addresses) >= 3
    assert [address for address in addresses if not address.startswith("/static/")] == []
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
