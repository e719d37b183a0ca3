"""Ballots as stored: a keyed hash and an answer. Nothing here leads to a person."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from live_polls.admin.readonly import ReadOnlyAdmin
from live_polls.models import Ballot


@admin.register(Ballot)
class BallotAdmin(ReadOnlyAdmin):
    list_display = ("poll", "round", "participant", "seq", "answer")
    list_select_related = ("poll",)
    ordering = ("poll_id", "round", "participant")  # the unique index
    search_fields = ("=poll__code", "=poll__room__join_code")
    search_help_text = _("A poll's code or a room's join code")
