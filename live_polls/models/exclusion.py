"""A voice that a moderator has muted or excluded. Lifted ones stay, as a record of what was done."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from live_polls.models.account import Account
from live_polls.models.room import Room


class Exclusion(models.Model):
    """Muted: may vote and may not write. Excluded: neither, and what it wrote is hidden."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="exclusions", verbose_name=_("room"))
    voice = models.CharField(_("voice"), max_length=32)
    only_muted = models.BooleanField(_("only muted"), default=False)
    by = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    # What was hidden with it, so that lifting it shows just that again: {"texts": {id: the state it had}, …}.
    hid = models.JSONField(_("hidden with it"), default=dict, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            models.UniqueConstraint(
                fields=["room", "voice"], condition=models.Q(lifted_at=None), name="one_exclusion_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}: {self.voice[:8]}"
