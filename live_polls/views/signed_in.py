"""Who is asking."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from live_polls.models import Account


def signed_in(request: HttpRequest) -> Account:
    """The account that `login_required` has made sure of."""
    return cast("Account", request.user)
