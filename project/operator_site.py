"""The admin site of operators: the same sign-in as everywhere, and a policy its own scripts can live with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from project.content_security import csp_override


class OperatorSite(AdminSite):
    """Django's admin with one sign-in page for the whole product."""

    site_header = site_title = _("live_polls operations")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Serve a view of the admin, whose jQuery writes HTML and so cannot obey Trusted Types."""
        return csp_override(settings.CSP_WITHOUT_TRUSTED_TYPES)(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the product's sign-in, which limits guesses; who is signed in already is no operator."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or request.get_full_path())
