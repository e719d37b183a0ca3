"""A text that a ballot carries: an open answer, a word of a cloud, what somebody wrote beside "other".

Derived from ballots by their transaction; what a moderator decided about it is kept here. `author` is the voice key of
who wrote it, empty where the ballot is secret (a choice with "other") and where many share the text (a word).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from live_polls.enums import TextState
from live_polls.models.poll import Poll


class Text(models.Model):
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="texts", verbose_name=_("poll"), db_index=False)
    round = models.PositiveIntegerField(_("round"))
    # Names the text in its round: the normalised word of a cloud, else a hash of author and place in the answer.
    key = models.CharField(_("key"), max_length=80)
    author = models.CharField(_("author"), max_length=32, blank=True)
    text = models.CharField(_("text"), max_length=500)
    edited = models.CharField(_("edited text"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=TextState, default=TextState.SHOWN)
    # Why it is held, as a name that the moderation page has words for; empty when the poll holds everything.
    hint = models.CharField(_("hint"), max_length=20, blank=True)
    n = models.PositiveIntegerField(_("ballots that carry it"), default=1)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["poll", "round", "key"], name="one_text_a_key")]
        indexes = [
            models.Index(fields=["poll", "round", "state", "id"], name="texts_by_state"),
            models.Index(fields=["poll", "round", "state", "n"], name="texts_by_number"),
        ]

    def __str__(self) -> str:
        return self.edited or self.text


class Spelling(models.Model):
    """How many ballots write a shared text just so: the most common spelling is the one that screens show."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="+", verbose_name=_("poll"), db_index=False)
    round = models.PositiveIntegerField(_("round"))
    key = models.CharField(_("key"), max_length=80)
    text = models.CharField(_("text"), max_length=500)
    n = models.PositiveIntegerField(_("ballots that write it so"), default=1)

    class Meta:
        verbose_name = _("spelling")
        verbose_name_plural = _("spellings")
        constraints = [models.UniqueConstraint(fields=["poll", "round", "key", "text"], name="one_row_a_spelling")]

    def __str__(self) -> str:
        return self.text
