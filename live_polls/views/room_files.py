"""What editors of room files ask for: the schema that knows every key and kind of this version."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from live_polls.domain.room_file_schema import schema


@require_safe
@cache_control(public=True, max_age=3600)
def room_file_schema(request: HttpRequest) -> HttpResponse:
    """For anybody: it is in the documents, too, and editors do not sign in."""
    return JsonResponse(schema(), json_dumps_params={"indent": 2, "ensure_ascii": False})
