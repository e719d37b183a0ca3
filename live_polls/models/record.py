"""The audit log: who did what in a room or to an account, and when. Written once, never changed; it goes with its room
or by the rules of retention, and the database refuses anything else.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from live_polls.models.account import Account
from live_polls.models.room import Room


class Record(models.Model):
    """`actor` is empty for the stage link and for what the server did by itself; `by` names it in words then."""

    # None: what was done to an account, and what became of a room that is gone.
    room = models.ForeignKey(
        Room, models.CASCADE, null=True, blank=True, related_name="records", verbose_name=_("room"), db_index=False
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    actor = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("actor")
    )
    by = models.CharField(_("by"), max_length=80)
    verb = models.CharField(_("verb"), max_length=20)
    # What it was done to: its sort ("poll"), its code, and what it was called at that time.
    object_sort = models.CharField(_("sort of object"), max_length=12, blank=True)
    object_code = models.CharField(_("code of the object"), max_length=32, blank=True)
    object_name = models.CharField(_("name of the object"), max_length=300, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        indexes = [models.Index(fields=["room", "id"], name="records_by_room")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.by}: {self.verb} {self.object_name}"
