"""Two questions of whoever operates the server: is the process alive, and should it get traffic?

Redis is not asked about: without it voting goes on, and a restart would not bring it back.
"""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live_polls.live import readiness

logger = logging.getLogger(__name__)


@never_cache
@require_safe
async def healthz(request: HttpRequest) -> HttpResponse:
    """Answered on the event loop: a process whose loop is stuck does not answer."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything a ballot needs is there; else 503 and what is missing."""
    database = _database_takes_writes()
    checks = {
        "database": database,
        "migrations": database and readiness.migrations_are_applied(),
        "serving": not readiness.is_draining(),
    }
    return JsonResponse({"ready": all(checks.values()), **checks}, status=200 if all(checks.values()) else 503)


def _database_takes_writes() -> bool:
    try:
        readiness.try_to_write()
    except DatabaseError:
        logger.warning("The database takes no writes", exc_info=True)
        return False
    return True
