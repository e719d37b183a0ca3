"""How accounts come to be, and how people get into them: what differs from allauth's own ways."""

from __future__ import annotations

import io
import secrets
from typing import Any
from urllib.parse import quote

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from live_polls.domain.second_factors import seal, unseal
from live_polls.models import Account

PLACE_COOKIE = "lp_place"
PLACE_SECONDS = 180 * 24 * 3600
_PLACE_SALT = "live_polls.place"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Closes sign-up; counts tries from places where the owner has been apart from those of strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse strangers: whoever may run rooms is chosen by the people who run the server, or invited by a host."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the address that everybody uses, whatever name the request came by: a forged Host must not be in a mail."""
        return reset_link(key)

    def reauthenticate(self, user: Account, password: str) -> bool:
        """By the address of the account, the only one that there is; counted as signing in is."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and bool(found.pk == user.pk)

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        """Remember the browser, so that nobody elsewhere can lock its owner out by guessing."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(
            PLACE_COOKIE,
            signing.dumps([user.pk, secrets.token_hex(8)], salt=_PLACE_SALT),
            max_age=PLACE_SECONDS,
            path=reverse("account_login"),
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Lax",
        )
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account and place. Not by host, as allauth does: each name of the server would be so many more tries."""
        email = str(credentials.get("email", "")).lower()
        return f"{email}:{known_place(request, email)}"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """The second factor; its secrets sealed in the database, its QR code by the library that draws all of ours."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        svg = io.BytesIO()
        segno.make(url, error="m").save(svg, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
        return svg.getvalue().decode()


def known_place(request: HttpRequest, email: str) -> str:
    """What marks this browser as one in which the account of this address was signed in before; empty elsewhere."""
    try:
        account, place = signing.loads(request.COOKIES.get(PLACE_COOKIE, ""), salt=_PLACE_SALT, max_age=PLACE_SECONDS)
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    return str(place) if Account.objects.filter(pk=account, email=email.lower()).exists() else ""


def reset_link(key: str) -> str:
    """The page on which the password is chosen anew, of allauth's key `<account>-<token>`."""
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return f"{settings.PUBLIC_URL}{path.replace('UID-KEY', quote(key))}"
