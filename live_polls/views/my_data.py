"""A participant's own data: the page from which they delete it. A plain form, which needs no JavaScript."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from live_polls.domain import join_codes
from live_polls.domain.participants import cookie_name
from live_polls.errors import BusyError, InternalError, RoomNotFoundError
from live_polls.live.erasing import erase
from live_polls.live.hub import get_hub
from live_polls.live.identity import participant_of
from live_polls.views.audience import is_foreign


@csrf_exempt  # guarded like the audience page: our own origin, and a cookie that other sites do not send along
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def my_data(request: HttpRequest, join_code: str) -> HttpResponse:
    """Say what will be deleted and what stays; a post does it. Repeatable: a second time there is nothing left."""
    code = join_codes.normalise(join_code)
    token = request.COOKIES.get(cookie_name(code), "") if code else ""
    if not token:
        raise RoomNotFoundError  # who never was in the room has nothing here, and is told nothing of it
    feed = await get_hub().feed(code)
    view = await feed.current_view()
    participant = participant_of(token, view) if view else None
    if view is None or participant is None:
        raise RoomNotFoundError
    context = {"room": view, "is_done": "done" in request.GET, "refusal": ""}
    if request.method != "POST":
        return render(request, "live_polls/audience/my_data.html", context)
    if is_foreign(request):
        refusal = gettext("This came from another site. Nothing was deleted; please do it on this page.")
        return render(request, "live_polls/audience/my_data.html", context | {"refusal": refusal}, status=403)
    get_hub().manners.check(participant.voice_key, "erase")
    try:
        await erase(participant)
    except (BusyError, InternalError) as error:
        refusal = gettext("Too much at once. Not everything is deleted yet; please try again.")
        return render(
            request, "live_polls/audience/my_data.html", context | {"refusal": refusal}, status=error.http_status
        )
    return HttpResponseRedirect(f"{reverse('live_polls:my-data', args=[code])}?done")
