"""The admin site of operators: the same sign-in as everywhere, and a policy its own scripts can live with."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from live_polls.domain.access import can
from project.content_security import csp_override


class OperatorSite(AdminSite):
    """Django's admin with one sign-in page for the whole product."""

    site_header = site_title = _("live_polls operations")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Serve a view of the admin, whose jQuery writes HTML and so cannot obey Trusted Types."""
        return csp_override(settings.CSP_WITHOUT_TRUSTED_TYPES)(at_home(super().admin_view(view, cacheable)))

    def has_permission(self, request: HttpRequest) -> bool:
        """Operators, as the table of rights has it, who may use the admin."""
        return super().has_permission(request) and can(request.user, "operate")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the product's sign-in, which limits guesses; who is signed in already is no operator."""
        check_home(request)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or request.get_full_path())


def at_home(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view at the admin's own address, if it has one; elsewhere there is none."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        check_home(request)
        return view(request, *args, **kwargs)

    return checked


def check_home(request: HttpRequest) -> None:
    """Http404 for an admin that is asked for at another address than its own."""
    if settings.ADMIN_URL and request.get_host() != urlsplit(settings.ADMIN_URL).netloc:
        raise Http404


def admin(request: HttpRequest) -> dict[str, str]:
    """Give templates `admin_url`: where the admin is, empty where there is none."""
    return {"admin_url": f"{settings.ADMIN_URL}{reverse('admin:index')}" if settings.ADMIN_ENABLED else ""}
