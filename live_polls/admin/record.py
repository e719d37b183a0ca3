"""The audit log of rooms and of accounts, read-only: the database itself refuses to change a record."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from live_polls.admin.readonly import ReadOnlyAdmin
from live_polls.models import Record


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    list_display = ("at", "room", "by", "verb", "object_sort", "object_name", "details")
    list_display_links = ("at",)
    list_select_related = ("room",)
    # Without a room: what operators did to accounts, and which rooms are gone.
    list_filter = (("room", admin.EmptyFieldListFilter), "verb", "object_sort", "at")
    ordering = ("-pk",)
    search_fields = ("=room__join_code", "by", "actor__email", "object_name")
    search_help_text = _("A room's join code, who it was, or what or whom it was done to")
