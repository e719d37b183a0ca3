"""Tallies as stored; `manage.py recount` compares them with the ballots."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from live_polls.admin.readonly import ReadOnlyAdmin
from live_polls.models import Tally


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin):
    list_display = ("poll", "round", "counter", "n")
    list_select_related = ("poll",)
    ordering = ("poll_id", "round", "counter")  # the unique index
    search_fields = ("=poll__code", "=poll__room__join_code")
    search_help_text = _("A poll's code or a room's join code")
