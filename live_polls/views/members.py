"""The people of a room: who has which role, links that give one, and the way out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from live_polls.domain import access
from live_polls.domain.members import change_role, leave_room, remove_member
from live_polls.domain.role_links import make_role_link, open_links, revoke_role_link
from live_polls.enums import Role
from live_polls.errors import BadMessageError, PollError
from live_polls.models import Room
from live_polls.views.canonical import canonical_join_code
from live_polls.views.signed_in import signed_in

NEW_LINK = "new_role_link"
MAX_NUMBER = 2**63 - 1  # no database knows a larger one


@never_cache
@login_required
@require_safe
@canonical_join_code
def members(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "manage_members")
    made = request.session.pop(NEW_LINK, None) or {}
    context = {
        "room": room,
        "members": room.memberships.select_related("account").order_by("pk"),
        "links": open_links(room),
        "roles": Role,
        "new_link": made.get("link") if made.get("room") == room.pk else None,
        "me": request.user,
    }
    return render(request, "live_polls/desk/members.html", context)


@login_required
@require_POST
def member_role(request: HttpRequest, join_code: str, account: int) -> HttpResponse:
    room = access.room_for(request.user, join_code, "manage_members")
    role = _role(request)
    try:
        change_role(room, min(account, MAX_NUMBER), role)
    except PollError as error:
        messages.error(request, _(error.message))
    else:
        messages.success(request, _("Saved. It holds at once, also on pages that are open."))
    return _back(request, room)


@login_required
@require_POST
def member_remove(request: HttpRequest, join_code: str, account: int) -> HttpResponse:
    room = access.room_for(request.user, join_code, "manage_members")
    try:
        remove_member(room, min(account, MAX_NUMBER))
    except PollError as error:
        messages.error(request, _(error.message))
    else:
        messages.success(request, _("Removed. Their pages of this room close within seconds."))
    return _back(request, room)


@login_required
@require_POST
def role_link_new(request: HttpRequest, join_code: str) -> HttpResponse:
    """Make a link and show it once, on the page one comes back to."""
    room = access.room_for(request.user, join_code, "manage_members")
    key = make_role_link(room, _role(request), by=signed_in(request))
    link = f"{settings.PUBLIC_URL}{reverse('live_polls:role-link', args=[key])}"
    request.session[NEW_LINK] = {"room": room.pk, "link": link}
    return _back(request, room)


@login_required
@require_POST
def role_link_revoke(request: HttpRequest, join_code: str, number: int) -> HttpResponse:
    room = access.room_for(request.user, join_code, "manage_members")
    revoke_role_link(room, min(number, MAX_NUMBER))
    messages.success(request, _("The link is worthless now."))
    return _back(request, room)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def room_leave(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "leave")
    if request.method == "POST":
        try:
            leave_room(room, signed_in(request).pk)
        except PollError as error:
            messages.error(request, _(error.message))
            return redirect("live_polls:room-leave", room.join_code)
        messages.success(request, _("You have left the room."))
        return redirect("live_polls:rooms")
    return render(request, "live_polls/desk/room_leave.html", {"room": room})


def _role(request: HttpRequest) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError:
        raise BadMessageError("There is no such role.") from None


def _back(request: HttpRequest, room: Room) -> HttpResponse:
    """To the list; or away, for who has just taken the right from themselves."""
    may = access.can(request.user, "manage_members", room)
    return redirect("live_polls:members", room.join_code) if may else redirect("live_polls:rooms")
