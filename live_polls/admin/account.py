"""Accounts: operators make them, because nobody signs up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from live_polls.admin.deeds import do_to_each
from live_polls.domain.accounts import forget_second_factors, sign_out_everywhere, switch_off, switch_on
from live_polls.models import Account


class LowerCaseEmailField(forms.EmailField):
    """Addresses are kept in lower case, because people type them both ways."""

    def to_python(self, value: Any) -> str:  # Any: forms hand over whatever was posted
        return (super().to_python(value) or "").lower()


class NewAccountForm(AdminUserCreationForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Account
        fields = ("email", "name")
        field_classes = {"email": LowerCaseEmailField}


@admin.register(Account)
class AccountAdmin(UserAdmin):  # type: ignore[type-arg]  # not generic at run time
    add_form = NewAccountForm
    list_display = ("email", "name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "last_login")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "joined_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (
            _("Rights"),
            {
                "fields": ("is_active", "is_superuser", "is_staff"),
                "description": _("A superuser who is an operator may do everything in every room and in this admin."),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    actions = ("switch_them_off", "switch_them_on", "sign_them_out", "forget_their_factors")

    @admin.action(description=_("Switch off: nobody signs in, open pages close"), permissions=["change"])
    def switch_them_off(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        do_to_each(
            request, accounts.exclude(email=request.user.get_username()), switch_off
        )  # somebody must be left to undo it

    @admin.action(description=_("Switch on again"), permissions=["change"])
    def switch_them_on(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        do_to_each(request, accounts, switch_on)

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def sign_them_out(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        do_to_each(request, accounts, sign_out_everywhere)

    @admin.action(description=_("Forget second factors, for who has lost them"), permissions=["change"])
    def forget_their_factors(self, request: HttpRequest, accounts: QuerySet[Account]) -> None:
        do_to_each(request, accounts, forget_second_factors)
