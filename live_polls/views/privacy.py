"""What is kept and for how long, from the lines beside the models and the settings in force."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from live_polls.domain.keeping import KEPT, until_words
from live_polls.domain.participants import COOKIE_SECONDS


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The same for everybody: it says nothing about any room."""
    lines = [(kept, until_words(kept.until, days=settings.RETENTION_DAYS)) for kept in KEPT]
    context = {
        "audience": [(kept.what, until) for kept, until in lines if kept.is_of_audience],
        "hosts": [(kept.what, until) for kept, until in lines if not kept.is_of_audience],
        "cookie_days": COOKIE_SECONDS // 86400,
        "days": settings.RETENTION_DAYS,
    }
    return render(request, "live_polls/privacy.html", context)
