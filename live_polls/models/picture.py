"""A picture of a room: shown beside options and on slides. Kept in the database, so that every node can serve it.

What is stored was drawn anew by us (domain/pictures.py): nothing of an uploaded file but its pixels is ever served.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from live_polls.models.room import Room


class Picture(models.Model):
    room = models.ForeignKey(Room, models.CASCADE, related_name="pictures", verbose_name=_("room"))
    # Of the stored bytes: names the picture in its address, so that it may be cached for good.
    digest = models.CharField(_("digest"), max_length=32)
    width = models.PositiveSmallIntegerField(_("width"))
    height = models.PositiveSmallIntegerField(_("height"))
    data = models.BinaryField(_("data"))
    # Of the last upload: between it and the saving of the poll nothing uses the picture yet.
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [models.UniqueConstraint(fields=["room", "digest"], name="one_picture_a_digest")]

    def __str__(self) -> str:
        return f"{self.digest[:8]} ({self.width} by {self.height})"
