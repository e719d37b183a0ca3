"""Accounts: operators make them, because nobody signs up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _

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
    list_filter = ("is_active", "is_superuser")
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
