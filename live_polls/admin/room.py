"""Rooms: rename, end, purge, and delete with everything in them; and where something may be going wrong."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from live_polls.admin.deeds import do_to_each
from live_polls.admin.membership import MembershipInline
from live_polls.domain.abuse import troubled_rooms
from live_polls.domain.retention import purge_room
from live_polls.domain.rooms import delete_room, edit_room, end_room
from live_polls.enums import RoomState
from live_polls.errors import IllegalMoveError
from live_polls.models import Room


@admin.register(Room)
class RoomAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    change_list_template = "admin/live_polls/rooms.html"
    list_display = ("title", "join_code", "state", "entry", "created_at", "ended_at", "retention_days", "purged_at")
    list_filter = ("state", "entry", "created_at", ("purged_at", admin.EmptyFieldListFilter))
    search_fields = ("title", "join_code", "slug", "memberships__account__email")
    search_help_text = _("A title, a join code, or the address of somebody who runs the room")
    ordering = ("-created_at",)
    fields = (
        *("title", "results", "join_code", "slug", "state", "screen", "current", "entry", "is_locked"),
        *("created_at", "ended_at", "retention_days", "purged_at"),
    )
    readonly_fields = fields[2:]
    inlines = (MembershipInline,)
    actions = ("end_rooms", "purge_rooms", "delete_rooms")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # rooms are made at the desk, where they get an owner

    def has_delete_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return False  # Django's page would first list every ballot; the action below does not

    def get_urls(self) -> list[URLPattern]:
        abuse = path("abuse/", self.admin_site.admin_view(self.abuse), name="live_polls_room_abuse")
        return [abuse, *super().get_urls()]

    def abuse(self, request: HttpRequest) -> HttpResponse:
        """The rooms with the most that is held or hidden; only for looking."""
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Rooms with much held back"),
            "troubles": troubled_rooms(),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/live_polls/abuse.html", context)

    def save_model(self, request: HttpRequest, obj: Room, form: ModelForm[Room], change: bool) -> None:  # noqa: FBT001
        edit_room(obj, title=form.cleaned_data["title"], results=form.cleaned_data["results"])

    @admin.action(description=_("End the rooms"), permissions=["change"])
    def end_rooms(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        do_to_each(request, rooms, end_room)

    @admin.action(description=_("Purge the rooms now: delete ballots, keep totals"), permissions=["change"])
    def purge_rooms(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        do_to_each(request, rooms, _purge)

    @admin.action(description=_("Delete the rooms with everything in them…"), permissions=["change"])
    def delete_rooms(self, request: HttpRequest, rooms: QuerySet[Room]) -> HttpResponse | None:
        if "confirmed" in request.POST:
            do_to_each(request, rooms, delete_room)
            return None
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Delete rooms"),
            "rooms": rooms.annotate(n_ballots=Count("polls__ballots")),
            "opts": self.opts,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/live_polls/delete_rooms.html", context)


def _purge(room: Room) -> None:
    if room.state != RoomState.ENDED:
        raise IllegalMoveError("Ballots of a room that is still live are not purged. End it first.")
    purge_room(room)
