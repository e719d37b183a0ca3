"""One address a room: a join code typed in lower case or with a space is sent on to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from live_polls.domain import join_codes

View = Callable[..., HttpResponse]


def canonical_join_code(view: View) -> View:
    """Redirect reads to the canonical address; what is posted is taken as it is."""

    @wraps(view)
    def wrapped(request: HttpRequest, join_code: str, **kwargs: Any) -> HttpResponse:  # Any: whatever the URL has more
        code = join_codes.normalise(join_code)
        match = request.resolver_match
        if code in {"", join_code} or match is None or request.method not in {"GET", "HEAD"}:
            return view(request, join_code, **kwargs)
        return HttpResponseRedirect(reverse(match.view_name, kwargs={**match.kwargs, "join_code": code}))

    return wrapped
