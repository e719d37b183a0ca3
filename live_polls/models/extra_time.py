"""Extra time: a participant who needs longer for one round of one poll, and until when it is theirs."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from live_polls.models.poll import Poll


class ExtraTime(models.Model):
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="extra_times", verbose_name=_("poll"), db_index=False)
    round = models.PositiveIntegerField(_("round"))
    # The voice key: with the ballot key one could see how those voted who needed longer.
    voice = models.CharField(_("voice"), max_length=32)
    n_asked = models.PositiveSmallIntegerField(_("times asked"), default=1)
    deadline = models.DateTimeField(_("deadline"))

    class Meta:
        verbose_name = _("extra time")
        verbose_name_plural = _("extra times")
        constraints = [models.UniqueConstraint(fields=["poll", "round", "voice"], name="one_extra_time_a_round")]

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.round}: {self.deadline}"
