"""A tally row: one counter of one poll and round. Derived from ballots, kept up to date by their transaction."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from live_polls.models.poll import Poll


class Tally(models.Model):
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="tallies", verbose_name=_("poll"), db_index=False)
    round = models.PositiveIntegerField(_("round"))
    counter = models.CharField(_("counter"), max_length=80)
    n = models.BigIntegerField(_("n"))

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(fields=["poll", "round", "counter"], name="one_row_a_counter"),
        ]

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.round}/{self.counter} = {self.n}"
