"""What audiences write and who may not write any more, read-only: deciding about it is the moderators' desk's."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from live_polls.admin.deeds import do_to_each
from live_polls.admin.readonly import ReadOnlyAdmin
from live_polls.domain.exclusions import lift
from live_polls.models import Exclusion, Question, Text


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    list_display = ("text", "edited", "room", "state", "hint", "n_upvotes", "asked_at")
    list_display_links = ("text",)
    list_select_related = ("room",)
    list_filter = ("state", "hint", "asked_at")
    ordering = ("-pk",)
    exclude = ("author",)  # who asked what is nobody's business, not even as a hash
    search_fields = ("=room__join_code", "text")


@admin.register(Text)
class TextAdmin(ReadOnlyAdmin):
    list_display = ("text", "edited", "poll", "round", "state", "hint", "n")
    list_display_links = ("text",)
    list_select_related = ("poll",)
    list_filter = ("state", "hint")
    ordering = ("-pk",)
    exclude = ("author", "key")
    search_fields = ("=poll__room__join_code", "=poll__code", "text")


@admin.register(Exclusion)
class ExclusionAdmin(ReadOnlyAdmin):
    list_display = ("since", "room", "only_muted", "by", "lifted_at")
    list_display_links = ("since",)
    list_select_related = ("room", "by")
    list_filter = ("only_muted", ("lifted_at", admin.EmptyFieldListFilter), "since")
    ordering = ("-pk",)
    exclude = ("voice", "hid")
    search_fields = ("=room__join_code", "by__email")
    search_help_text = _("A room's join code, or the address of who did it")
    actions = ("lift_them",)

    @admin.action(description=_("Lift them: take contributions again"))
    def lift_them(self, request: HttpRequest, exclusions: QuerySet[Exclusion]) -> None:
        in_force = exclusions.filter(lifted_at=None).select_related("room")
        do_to_each(request, in_force, lambda each: lift(each.room, each.voice))
