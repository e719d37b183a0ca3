"""Who may do what in which room. Written by the domain, which records it and keeps the last host."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext

from live_polls.domain.members import add_member, change_role, remove_member
from live_polls.enums import Role
from live_polls.errors import PollError
from live_polls.models import Membership


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("room", "account", "role")
    list_select_related = ("room", "account")
    list_filter = ("role",)
    search_fields = ("room__title", "room__join_code", "account__email", "account__name")
    autocomplete_fields = ("room", "account")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        return ("room", "account") if obj else ()  # another person in another room is another member

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm[Membership], change: bool) -> None:  # noqa: FBT001
        role = Role(obj.role)
        try:
            if change:
                change_role(obj.room, obj.account_id, role)
            else:
                add_member(obj.room, obj.account, role)
                obj.pk = Membership.objects.get(room=obj.room, account=obj.account).pk
        except PollError as error:
            _tell(request, error)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        try:
            remove_member(obj.room, obj.account_id)
        except PollError as error:
            _tell(request, error)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for member in queryset.select_related("room"):
            self.delete_model(request, member)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Only looked at here: each change is a deed of its own, on the member's page."""

    model = Membership
    fields = readonly_fields = ("account", "role")
    show_change_link = True
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


def _tell(request: HttpRequest, error: PollError) -> None:
    messages.error(request, gettext("Nothing was saved. %(why)s") % {"why": gettext(error.message)})
