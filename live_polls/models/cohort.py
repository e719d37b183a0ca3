"""Ballots of a round that came together in a way that a host should look at, and may leave out of the count together."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from live_polls.models.poll import Poll


class Cohort(models.Model):
    """Found by a pattern, never by whose they are; who set it aside, and when, is in the audit log.

    `ballots` are ids of ballots: never fewer than five, and never shown.
    """

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="cohorts", verbose_name=_("poll"), db_index=False)
    round = models.PositiveIntegerField(_("round"))
    ballots = models.JSONField(_("ballots"), default=list, editable=False)
    n = models.PositiveIntegerField(_("number of ballots"))
    n_equal = models.PositiveIntegerField(_("of them equal"))
    seconds = models.PositiveIntegerField(_("joined within seconds"))
    found_at = models.DateTimeField(_("found at"), default=timezone.now)
    is_aside = models.BooleanField(_("left out of the count"), default=False)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        indexes = [models.Index(fields=["poll", "round"], name="cohorts_by_round")]

    def __str__(self) -> str:
        return f"{self.poll_id}: {self.n}"
