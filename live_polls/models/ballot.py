"""A ballot: one participant's submission to one poll and round. Written by domain/ballots.py alone.

There is no link to a person: `participant` is a keyed hash that only the phone that voted can produce again. It is the
ballot key, or the voice key where the poll is not secret (texts, which are moderated, and quiz questions, which are
scored). Only a quiz question keeps a time.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from live_polls.models.poll import Poll


class Ballot(models.Model):
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="ballots", verbose_name=_("poll"), db_index=False)
    round = models.PositiveIntegerField(_("round"))
    participant = models.CharField(_("participant"), max_length=32)
    seq = models.BigIntegerField(_("seq"))
    # Canonical JSON text, so that "the same answer" is one comparison on both databases. Null: withdrawn, the row
    # stays with its seq so that an older cast cannot bring the ballot back.
    answer = models.TextField(_("answer"), null=True)  # noqa: DJ001 -- null and "" would mean different things

    # Of quiz questions only: milliseconds from opening to arrival, less one allowance for all, and what they earned.
    elapsed_ms = models.PositiveIntegerField(_("elapsed, ms"), null=True)
    points = models.PositiveIntegerField(_("points"), null=True)

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            # Counts once: this is the constraint that says so. It starts with poll and round, and so serves
            # every query we make; more indexes would be paid for by each ballot.
            models.UniqueConstraint(fields=["poll", "round", "participant"], name="one_ballot_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.round}/{self.participant[:8]}"
