"""A one-time invitation to vote in a room, and a link that gives somebody a role. Only hashes are kept."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from live_polls.enums import Role
from live_polls.models.account import Account
from live_polls.models.room import Room


class Invitation(models.Model):
    """`number` is printed on the card, so that one that was lost and not used can be made worthless."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="invitations", verbose_name=_("room"))
    number = models.PositiveIntegerField(_("number"))
    code_hash = models.CharField(_("hash of the code"), max_length=64)
    # The voice that has used it; empty while it is unused. Unique, so that a phone is admitted once.
    voice = models.CharField(_("voice"), max_length=32, null=True, blank=True)  # noqa: DJ001 -- null is not unique
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["room", "number"], name="one_invitation_a_number"),
            models.UniqueConstraint(fields=["room", "code_hash"], name="one_invitation_a_code"),
            models.UniqueConstraint(fields=["room", "voice"], name="one_invitation_a_voice"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}: {self.number}"


class RoleLink(models.Model):
    """Gives the first account that opens it a role in the room, until it expires."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="role_links", verbose_name=_("room"))
    role = models.CharField(_("role"), max_length=9, choices=Role)
    key_hash = models.CharField(_("hash of the key"), max_length=64, unique=True)
    by = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    expires_at = models.DateTimeField(_("expires at"))
    used_by = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("used by")
    )
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("role link")
        verbose_name_plural = _("role links")

    def __str__(self) -> str:
        return f"{self.room_id}: {self.role}"
