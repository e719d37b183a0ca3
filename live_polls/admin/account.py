"""Accounts: operators make them, because nobody signs up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from live_polls.admin.deeds import do_to_each
from live_polls.domain.accounts import (
    add_account,
    delete_account,
    edit_account,
    forget_second_factors,
    set_password,
    sign_out_everywhere,
    switch_off,
    switch_on,
)
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


class NewPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # not generic at run time
    def save(self, commit: bool = True) -> Account:  # noqa: FBT001, FBT002 - Django's signature
        account: Account = self.user
        set_password(account, self.cleaned_data["password1"] if self.cleaned_data["set_usable_password"] else None)
        return account


@admin.register(Account)
class AccountAdmin(UserAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Whatever is changed here goes through the domain, which records it."""

    add_form = NewAccountForm
    change_password_form = NewPasswordForm
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

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:  # noqa: FBT001
        (edit_account if change else add_account)(obj)

    def delete_model(self, request: HttpRequest, obj: Account) -> None:
        delete_account(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            delete_account(account)

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
