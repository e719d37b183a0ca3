"""A room: one gathering with a join code."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from live_polls.enums import Asking, Entry, Names, ResultsVisibility, RoomState, Screen


def new_secret() -> str:
    """128 random bits as hex: keys of rooms, and the epoch."""
    return secrets.token_hex(16)


def new_epoch() -> str:
    """Short, because every frame carries it; only a restored backup ever gets another one."""
    return secrets.token_hex(4)


class Room(models.Model):
    join_code = models.CharField(_("join code"), max_length=6, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True, null=True, blank=True)
    title = models.CharField(_("title"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=RoomState, default=RoomState.LIVE)
    results = models.CharField(_("results"), max_length=12, choices=ResultsVisibility, default=ResultsVisibility.LIVE)
    screen = models.CharField(_("screen"), max_length=16, choices=Screen, default=Screen.CONTENT)
    one_at_a_time = models.BooleanField(
        _("one poll at a time"), default=False, help_text=_("Opening a poll closes the one before.")
    )
    compared = models.JSONField(
        _("rounds compared"),
        default=list,
        blank=True,
        help_text=_("The two rounds that stages compare; empty: the last."),
    )
    teams = models.JSONField(_("teams"), default=list, blank=True, help_text=_("Names of the teams of a quiz."))

    asking = models.CharField(_("questions"), max_length=6, choices=Asking, default=Asking.OFF)
    hold_questions = models.BooleanField(_("questions wait for approval"), default=False)
    names = models.CharField(_("names"), max_length=8, choices=Names, default=Names.OPTIONAL)
    reactions = models.BooleanField(_("reactions"), default=True)
    word_list = models.TextField(
        _("words that hold"), blank=True, help_text=_("One a line. A text with one of them waits for a moderator.")
    )
    allow_list = models.TextField(_("words that never hold"), blank=True, help_text=_("One a line."))
    entry = models.CharField(_("who may vote"), max_length=9, choices=Entry, default=Entry.OPEN)
    is_locked = models.BooleanField(_("locked"), default=False, help_text=_("Nobody new comes in."))
    passcode = models.CharField(_("passcode"), max_length=40, blank=True)
    retention_days = models.PositiveIntegerField(
        _("kept for days after the end"), null=True, blank=True, help_text=_("Empty: as the installation says.")
    )

    # What is on stage: a poll (or slide), or a question, never both.
    current_question = models.ForeignKey(
        "live_polls.Question",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("question on stage"),
    )
    current = models.ForeignKey(
        "live_polls.Poll", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on stage")
    )

    epoch = models.CharField(max_length=16, default=new_epoch, editable=False)
    # `version` counts every visible change; `layout_version` is the version of the last change that was not only
    # votes, so that a process can keep prompts and options and read nothing but counts while people vote.
    version = models.BigIntegerField(default=1, editable=False)
    layout_version = models.BigIntegerField(default=1, editable=False)
    # Of the quiz: who plays, and what names and scores that were known before are worth. Apart from the layout, so
    # that a hall that gives its names at once does not make everybody read polls and scores again and again.
    players_version = models.BigIntegerField(default=1, editable=False)
    board_version = models.BigIntegerField(default=1, editable=False)

    # Two keys, so that ballots cannot be joined with texts, names and questions of the same participant.
    ballot_key = models.CharField(max_length=32, default=new_secret, editable=False)
    voice_key = models.CharField(max_length=32, default=new_secret, editable=False)
    # A stage link carries a signature over this; a new value revokes every link given out.
    stage_key = models.CharField(max_length=32, default=new_secret, editable=False)

    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    purged_at = models.DateTimeField(_("purged at"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(current=None) | models.Q(current_question=None), name="one_thing_on_stage"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def names_of_staff(self) -> tuple[str, ...]:
        """By what the people who run the room are known: names, and the first part of addresses. Read once an object."""
        rows = self.memberships.values_list("account__name", "account__email")
        return tuple(known for name, email in rows for known in (name, email.partition("@")[0]) if known)
