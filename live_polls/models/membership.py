"""Who may do what in a room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from live_polls.enums import Role
from live_polls.models.account import Account
from live_polls.models.room import Room


class Membership(models.Model):
    room = models.ForeignKey(Room, models.CASCADE, related_name="memberships", verbose_name=_("room"))
    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=9, choices=Role, default=Role.HOST)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["room", "account"], name="one_role_a_room")]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_role_display()}"
