"""The front door: a field for the join code, and a way in for hosts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from live_polls.domain import join_codes
from live_polls.errors import RoomNotFoundError
from live_polls.live.addresses import get_addresses
from live_polls.live.entrance import find_live_room
from live_polls.views.client_address import client_address


@csrf_exempt  # a post changes nothing here: it looks a room up
@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest) -> HttpResponse:
    """Ask for a join code; a post goes on to the room, or says that there is none."""
    if request.method != "POST":
        return render(request, "live_polls/landing.html")
    typed = request.POST.get("join_code", "")
    addresses, address = get_addresses(), client_address(request)
    addresses.check(address)
    try:
        find_live_room(typed)
    except RoomNotFoundError:
        if typed.strip():
            addresses.miss(address)
        context = {"typed": typed[:20], "error": _what_is_wrong(typed)}
        return render(request, "live_polls/landing.html", context, status=404)
    return redirect("live_polls:audience", join_code=join_codes.normalise(typed))


def _what_is_wrong(typed: str) -> str:
    if not typed.strip():
        return gettext("Type the code that is shown on the screen.")
    return gettext("There is no room with this code. Check it: it has six letters and digits, never 0, O, 1, I or L.")
