"""Who may do what in which room."""

from __future__ import annotations

from django.contrib import admin

from live_polls.models import Membership


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("room", "account", "role")
    list_select_related = ("room", "account")
    list_filter = ("role",)
    search_fields = ("room__title", "room__join_code", "account__email", "account__name")
    autocomplete_fields = ("room", "account")


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = Membership
    autocomplete_fields = ("account",)
    extra = 0
