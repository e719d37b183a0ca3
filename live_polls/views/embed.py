"""The results of the poll on stage, in a page of somebody else: read-only, without cookies, for the sites that EMBED_ORIGINS names.

It shows what an anonymous stage may see, and stays out of the frames of all other sites. Where no site is named there is
no such page.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from live_polls.domain import access
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.errors import NotAllowedError, RoomNotFoundError
from live_polls.views.canonical import canonical_join_code
from live_polls.views.stage_scene import StagePoll, scene_of


@never_cache
@xframe_options_exempt
@require_safe
@canonical_join_code
def embed(request: HttpRequest, join_code: str) -> HttpResponse:
    """The chart as of now; scripts move it, and without them the page loads itself anew now and then."""
    if not settings.EMBED_ORIGINS:
        raise RoomNotFoundError
    found = access.find_room(join_code)
    if found.passcode:
        raise NotAllowedError("This room asks for a passcode: its results are shown in no other page.")
    room, _ = read_room(found.pk)
    if room is None:
        raise RoomNotFoundError
    poll = scene_of(room, Viewer.AUDIENCE).poll
    response = render(request, "live_polls/embed/embed.html", {"room": room, "poll": poll, "mark": _mark(poll)})
    policy = settings.SECURE_CSP | {"frame-ancestors": settings.EMBED_ORIGINS}
    response._csp_config = policy  # type: ignore[attr-defined]  # noqa: SLF001 -- what Django's csp_override does, too
    return response


def _mark(poll: StagePoll | None) -> str:
    """What the page was made for; js/pages/embed.js makes the same of what it hears, and loads anew when it differs."""
    if poll is None:
        return ""
    return f"{poll.code}.{poll.round}.{poll.state}.{'shown' if poll.sees_counts else 'hidden'}"
