"""The door of a room whose audience does not just walk in: locked, behind a passcode, by invitation, or signed in.

Plain forms, which need no JavaScript. Whoever comes in is a participant from then on, by a signed cookie, and is asked
for nothing again. An open room comes here never: its page is the same bytes for everyone.
"""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from live_polls.domain import invitations
from live_polls.domain.participants import COOKIE_SECONDS, Participant, cookie_name
from live_polls.domain.room_view import RoomView
from live_polls.enums import Entry
from live_polls.errors import InvitationNotFoundError, InvitationUsedError, RoomLockedError, TooManyGuessesError
from live_polls.live.entering import LONGEST_TYPED, check_door, rules_of, token_of
from live_polls.live.hub import get_hub
from live_polls.live.identity import participant_of
from live_polls.live.newcomers import let_in
from live_polls.live.readers import read_for_one
from live_polls.models import Account, Room
from live_polls.views.client_address import client_address
from live_polls.views.entrance import Entrance

DEEDS = frozenset({"passcode", "invitation"})


async def come_in(
    request: HttpRequest, view: RoomView, participant: Participant | None
) -> tuple[Participant | None, str, HttpResponse | None]:
    """(who comes in, the token to hand out if it is a new one, or the page that stands instead of the room)."""
    refused = _at_the_door(request, view) if participant is None else None
    if refused is not None:
        return None, "", refused
    token = ""
    if Entry.SIGNED_IN.value in rules_of(view) and not (participant and participant.by_account):
        account = cast("Account", await request.auser())
        if account.is_authenticated:
            token = token_of(account, view)
    if not token and participant is None:
        token = let_in(view, client_address(request))
    return participant_of(token, view) if token else participant, token, None


async def entrance_of(
    request: HttpRequest, view: RoomView, participant: Participant | None, refusal: str = ""
) -> Entrance:
    """What stands between this participant and voting."""
    rules = rules_of(view)
    if Entry.INVITED.value in rules and participant is not None:
        is_admitted = await read_for_one(invitations.is_admitted, view.id, participant.voice_key)
        if not is_admitted:
            typed = request.POST.get("invitation") or request.GET.get("i", "")
            return Entrance("invitation", _shown(typed[:LONGEST_TYPED]), refusal)
    if Entry.SIGNED_IN.value in rules and not (participant and participant.by_account):
        back = urlencode({"next": address_of(view)})
        return Entrance("sign_in", sign_in=f"{reverse('account_login')}?{back}")
    return Entrance()


async def hear(request: HttpRequest, view: RoomView, participant: Participant | None) -> HttpResponse | str:
    """Answer a form of the door: in, by a cookie or an invitation; else the door again, or why not."""
    if participant is None:
        refused = _at_the_door(request, view)
        response = refused or HttpResponseRedirect(address_of(view))
        if refused is None:
            hand_out(request, response, view, let_in(view, client_address(request)))
        return response
    typed = request.POST.get("invitation", "")[:LONGEST_TYPED]
    if not typed:
        return HttpResponseRedirect(address_of(view))
    get_hub().manners.check(participant.voice_key, "invitation")
    try:
        await read_for_one(
            invitations.redeem, Room(pk=view.id, voice_key=view.secrets.voice_key), typed, participant.voice_key
        )
    except InvitationNotFoundError:
        return gettext("No invitation to this room has this code. Look at your card again: 12 letters and digits.")
    except InvitationUsedError:
        return gettext("This invitation has been used on another phone. Ask the host for another one.")
    return HttpResponseRedirect(address_of(view))


def hand_out(request: HttpRequest, response: HttpResponse, view: RoomView, token: str) -> None:
    """Let the browser keep the token of this room."""
    response.set_cookie(
        cookie_name(view.join_code),
        token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def address_of(view: RoomView) -> str:
    return reverse("live_polls:audience", args=[view.join_code])


def _at_the_door(request: HttpRequest, view: RoomView) -> HttpResponse | None:
    typed = request.POST.get("passcode", "") if request.method == "POST" else ""
    try:
        check_door(view, typed, client_address(request))
    except (RoomLockedError, TooManyGuessesError) as error:
        refusal = gettext(error.message) if typed else ""
        context = {"room": view, "refusal": refusal, "address": address_of(view)}
        page = render_to_string("live_polls/audience/door.html", context, request)
        response = HttpResponse(page, status=error.http_status if typed or view.is_locked else 200)
        if isinstance(error, TooManyGuessesError):
            response["Retry-After"] = str(-(-error.retry_ms // 1000))
        return response
    return None


def _shown(typed: str) -> str:
    code = invitations.normalise(typed)
    return invitations.pretty(code) if code else typed
