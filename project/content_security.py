"""Content-Security-Policy with nonces, under the names of Django 6.

Django 6 brings `SECURE_CSP`, `CSP`, `csp_override` and the `csp` context processor with the same meanings; when
this project moves there, this file goes away and imports change.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from functools import wraps
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject, empty

Policy = Mapping[str, Sequence[str]]


class CSP(StrEnum):
    """Sources of a policy that need quotes, and the place of the nonce."""

    NONE = "'none'"
    SELF = "'self'"
    STRICT_DYNAMIC = "'strict-dynamic'"
    NONCE = "<CSP_NONCE_SENTINEL>"


class LazyNonce(SimpleLazyObject):  # type: ignore[type-arg]  # generic in its types only
    """A nonce that comes into being when a template writes it; pages without scripts of their own get none."""

    def __init__(self) -> None:
        super().__init__(lambda: secrets.token_urlsafe(16))

    def __bool__(self) -> bool:
        return self._wrapped is not empty


def build_policy(policy: Policy, nonce: LazyNonce | str | None = None) -> str:
    """Return the header's value; the nonce's place stays empty where no nonce was used."""
    quoted = f"'nonce-{nonce}'" if nonce else ""
    directives = []
    for name, sources in policy.items():
        values = [quoted if source == CSP.NONCE else str(source) for source in sources]
        directives.append(" ".join([name, *filter(None, values)]))
    return "; ".join(directives)


def get_nonce(request: HttpRequest) -> LazyNonce | None:
    """Return the request's nonce, or nothing where the middleware does not run."""
    return cast("LazyNonce | None", getattr(request, "_csp_nonce", None))


def csp(request: HttpRequest) -> dict[str, LazyNonce | None]:
    """Give templates `csp_nonce`."""
    return {"csp_nonce": get_nonce(request)}


def csp_override(policy: Policy) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Serve a view under another policy; an empty one sends no header."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        def overridden(response: HttpResponseBase) -> HttpResponseBase:
            response._csp_config = policy  # type: ignore[attr-defined]  # noqa: SLF001 - as in Django 6
            return response

        if iscoroutinefunction(view):

            @wraps(view)
            async def async_view(*args: Any, **kwargs: Any) -> HttpResponseBase:
                return overridden(await view(*args, **kwargs))

            return async_view

        @wraps(view)
        def sync_view(*args: Any, **kwargs: Any) -> HttpResponseBase:
            return overridden(view(*args, **kwargs))

        return sync_view

    return decorate


class ContentSecurityPolicyMiddleware:
    """Gives each request a nonce and each response its policy, under sync and async servers alike."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        request._csp_nonce = LazyNonce()  # type: ignore[attr-defined]  # noqa: SLF001 - as in Django 6
        if self.is_async:
            return self.respond(request)
        return set_headers(request, self.get_response(request))

    async def respond(self, request: HttpRequest) -> HttpResponseBase:
        """Answer under an async server."""
        return set_headers(request, await self.get_response(request))


def set_headers(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Put the policies on a response that does not bring its own."""
    policy: Policy = getattr(response, "_csp_config", settings.SECURE_CSP)
    if policy:
        response.headers.setdefault("Content-Security-Policy", build_policy(policy, get_nonce(request)))
    response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
    return response
