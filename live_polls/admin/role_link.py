"""Links that give a role. Their keys are nowhere to be read; an operator can make them worthless."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from live_polls.admin.deeds import do_to_each
from live_polls.admin.readonly import ReadOnlyAdmin
from live_polls.domain.role_links import revoke_role_link
from live_polls.models import RoleLink


@admin.register(RoleLink)
class RoleLinkAdmin(ReadOnlyAdmin):
    list_display = ("room", "role", "by", "expires_at", "used_by", "used_at")
    list_display_links = ("room",)
    list_select_related = ("room", "by", "used_by")
    list_filter = ("role", ("used_at", admin.EmptyFieldListFilter))
    ordering = ("-pk",)
    exclude = ("key_hash",)
    search_fields = ("=room__join_code", "room__title", "by__email", "used_by__email")
    actions = ("revoke",)

    @admin.action(description=_("Revoke the links that nobody has used"))
    def revoke(self, request: HttpRequest, links: QuerySet[RoleLink]) -> None:
        do_to_each(request, links.select_related("room"), lambda link: revoke_role_link(link.room, link.pk))
