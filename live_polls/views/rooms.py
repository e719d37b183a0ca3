"""The desk: a host's rooms. Create, edit, end and delete them; hand out and revoke the stage link."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from live_polls.domain import access
from live_polls.domain.asking import edit_asking
from live_polls.domain.participants import stage_token
from live_polls.domain.players import set_teams
from live_polls.domain.retention import set_retention
from live_polls.domain.rooms import create_room, delete_room, edit_room, end_room, revoke_stage_links
from live_polls.domain.starters import add_starter, starters
from live_polls.enums import Role
from live_polls.errors import NotAllowedError
from live_polls.kinds import KINDS
from live_polls.models import Account, Ballot, Membership, Room
from live_polls.views.canonical import canonical_join_code
from live_polls.views.forms import DeleteRoomForm, NewRoomForm, RetentionForm, RoomForm

MOST_OTHER_ROOMS = 50  # to copy a poll into: the newest


@login_required
@require_safe
def rooms(request: HttpRequest) -> HttpResponse:
    mine = Membership.objects.filter(room=OuterRef("pk"), account=_me(request)).values("role")
    listed = access.rooms_for(request.user).annotate(role=Subquery(mine), n_polls=Count("polls"))
    entries = [(room, Role(room.role) if room.role else None) for room in listed]
    return render(request, "live_polls/desk/rooms.html", {"entries": entries})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room_new(request: HttpRequest) -> HttpResponse:
    if not access.can(request.user, "create_room"):
        raise NotAllowedError
    form = NewRoomForm(request.POST or None)
    form.fields["title"].widget.attrs["autofocus"] = True
    if request.method == "POST" and form.is_valid():
        starter, teams = form.cleaned_data.pop("starter"), form.cleaned_data.pop("teams")
        asking = _asking_in(form)
        room = create_room(owner=_me(request), **form.cleaned_data)
        edit_asking(room, **asking)
        set_teams(room, teams)
        if starter:
            add_starter(room, starter)
        return redirect("live_polls:room-edit", room.join_code)
    return render(request, "live_polls/desk/room_new.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def room_edit(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "edit")
    initial = {name: getattr(room, name) for name in RoomForm.base_fields} | {"teams": ", ".join(room.teams)}
    form = RoomForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_teams(room, form.cleaned_data.pop("teams"))
        edit_asking(room, **_asking_in(form))
        edit_room(room, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("live_polls:room-edit", room.join_code)
    return render(request, "live_polls/desk/room.html", _desk_of(request, room) | {"form": form})


def _asking_in(form: RoomForm) -> dict[str, Any]:
    """What the form says about questions, taken out of it; what it leaves empty stays as it is."""
    asking, hold, names = (form.cleaned_data.pop(name) for name in ("asking", "hold_questions", "names"))
    return {"asking": asking or None, "hold": hold, "names": names or None}


def _me(request: HttpRequest) -> Account:
    """The account that `login_required` has made sure of."""
    return cast("Account", request.user)


def _desk_of(request: HttpRequest, room: Room) -> dict[str, object]:
    """What the page of a room shows around its form."""
    stage = reverse("live_polls:stage", args=[room.join_code])
    return {
        "room": room,
        "starters": starters(),
        "other_rooms": [other for other in access.rooms_to_edit(request.user) if other != room][:MOST_OTHER_ROOMS],
        "polls": [(poll, KINDS[poll.kind]) for poll in room.polls.prefetch_related("options")],
        "members": list(room.memberships.select_related("account").order_by("pk")),
        "retention": RetentionForm(initial={"days": room.retention_days})
        if access.can(request.user, "set_retention", room)
        else None,
        "may_delete": access.can(request.user, "delete", room),
        "may_manage_members": access.can(request.user, "manage_members", room),
        "may_leave": access.can(request.user, "leave", room),
        # In the fragment, which browsers keep to themselves: no server or proxy writes it to a log.
        "stage_link": f"{settings.PUBLIC_URL}{stage}#{stage_token(room)}",
    }


@login_required
@require_POST
def room_stage_link(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "manage_stage_links")
    revoke_stage_links(room)
    messages.success(request, _("Every earlier stage link is worthless now. This is the new one."))
    return redirect("live_polls:room-edit", room.join_code)


@login_required
@require_POST
def room_retention(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "set_retention")
    form = RetentionForm(request.POST)
    if form.is_valid():
        set_retention(room, form.cleaned_data["days"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, str(form.errors["days"][0]))
    return redirect("live_polls:room-edit", room.join_code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def room_end(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "run")
    if request.method == "POST":
        end_room(room)
        messages.success(request, _("The room has ended. Results stay as they are."))
        return redirect("live_polls:room-edit", room.join_code)
    return render(request, "live_polls/desk/room_end.html", {"room": room})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@canonical_join_code
def room_delete(request: HttpRequest, join_code: str) -> HttpResponse:
    room = access.room_for(request.user, join_code, "delete")
    form = DeleteRoomForm(request.POST or None, room=room)
    if request.method == "POST" and form.is_valid():
        delete_room(room)
        messages.success(request, _("The room and everything in it are deleted."))
        return redirect("live_polls:rooms")
    n_ballots = Ballot.objects.filter(poll__room=room).count()
    lost = {"n_polls": room.polls.count(), "n_ballots": n_ballots}
    return render(request, "live_polls/desk/room_delete.html", {"room": room, "form": form, **lost})
