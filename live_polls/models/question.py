"""A question from the audience, and an upvote: one voice for one question."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from live_polls.enums import QuestionState
from live_polls.models.poll import new_poll_code
from live_polls.models.room import Room


class Question(models.Model):
    """`author` is a voice key: it says that two questions come from one phone, and nothing about ballots."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="questions", verbose_name=_("room"), db_index=False)
    code = models.CharField(_("code"), max_length=8, unique=True, default=new_poll_code, editable=False)
    author = models.CharField(_("author"), max_length=32)
    # The client's own number of what it sent, so that a question sent twice is asked once.
    seq = models.BigIntegerField(_("seq"))
    name = models.CharField(_("name"), max_length=40, blank=True)
    text = models.CharField(_("text"), max_length=500)
    edited = models.CharField(_("edited text"), max_length=500, blank=True)
    reply = models.CharField(_("reply"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=QuestionState, default=QuestionState.SHOWN)
    # Why it is held, as a name that the moderation page has words for; empty when the room holds everything.
    hint = models.CharField(_("hint"), max_length=20, blank=True)
    answered = models.BooleanField(_("answered"), default=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    n_upvotes = models.PositiveIntegerField(_("upvotes"), default=0)
    # The room's version at the last change, so that a process reads only the questions that are news to it.
    version = models.BigIntegerField(default=0, editable=False)
    asked_at = models.DateTimeField(_("asked at"), editable=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [models.UniqueConstraint(fields=["room", "author", "seq"], name="one_question_a_seq")]
        indexes = [models.Index(fields=["room", "version"], name="questions_by_version")]

    def __str__(self) -> str:
        return self.edited or self.text


class Upvote(models.Model):
    question = models.ForeignKey(
        Question, models.CASCADE, related_name="upvotes", verbose_name=_("question"), db_index=False
    )
    voice = models.CharField(_("voice"), max_length=32)

    class Meta:
        verbose_name = _("upvote")
        verbose_name_plural = _("upvotes")
        constraints = [models.UniqueConstraint(fields=["question", "voice"], name="one_upvote_a_voice")]
        indexes = [models.Index(fields=["voice"], name="upvotes_by_voice")]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.voice[:8]}"
