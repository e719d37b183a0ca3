"""A poll: a prompt with a kind, options and a state; and its options."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from live_polls.enums import Entry, PollState, ResultsVisibility
from live_polls.models.picture import Picture
from live_polls.models.room import Room

CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_poll_code() -> str:
    """The public id of a poll, in URLs and on the wire."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


class Poll(models.Model):
    room = models.ForeignKey(Room, models.CASCADE, related_name="polls", verbose_name=_("room"))
    code = models.CharField(_("code"), max_length=8, unique=True, default=new_poll_code, editable=False)
    key = models.CharField(_("key"), max_length=80, blank=True, help_text=_("Names the poll in a room file."))
    position = models.PositiveIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=20)
    prompt = models.CharField(_("prompt"), max_length=300)
    state = models.CharField(_("state"), max_length=8, choices=PollState, default=PollState.DRAFT)
    round = models.PositiveIntegerField(_("round"), default=1)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    results = models.CharField(
        _("results"), max_length=12, choices=ResultsVisibility, blank=True, default="",
        help_text=_("Empty: as the room says."),
    )  # fmt: skip
    shown = models.BooleanField(
        _("shown"), null=True, blank=True,
        help_text=_("What a host decided: shown on the stage, hidden from everyone, or by the rule."),
    )  # fmt: skip
    # The rule of the room at the time when the round was opened, since a result stands for how it came about.
    entry = models.CharField(_("who may vote"), max_length=9, choices=Entry, default=Entry.OPEN, editable=False)
    seconds = models.PositiveIntegerField(_("countdown, seconds"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True, editable=False)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True, editable=False)
    # The latest deadline that anybody has: extra time that a participant asked for is theirs alone.
    last_deadline = models.DateTimeField(_("last deadline"), null=True, blank=True, editable=False)

    # {round: seconds of its countdown, null for none}: speed is worth what it was when the round was opened.
    spans = models.JSONField(_("countdowns of rounds"), default=dict, editable=False)

    # More than 0: a quiz question. Its ballots are scored, kept under the voice key, and so not secret from hosts.
    points = models.PositiveIntegerField(_("points"), default=0)
    by_speed = models.BooleanField(_("the sooner, the more points"), default=False)
    explanation = models.CharField(
        _("explanation"), max_length=1000, blank=True, help_text=_("Shown with the right answer.")
    )
    picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    picture_alt = models.CharField(
        _("what the picture shows"), max_length=200, blank=True,
        help_text=_("Read out to those who cannot see it. Empty: the picture only decorates."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["room", "key"], condition=~models.Q(key=""), name="one_poll_a_key"),
        ]
        # Every process asks every few seconds whose countdown has run out: of all polls, those few that have one.
        indexes = [
            models.Index(fields=["deadline"], condition=models.Q(deadline__isnull=False), name="polls_with_a_deadline"),
        ]

    def __str__(self) -> str:
        return self.prompt


class Option(models.Model):
    poll = models.ForeignKey(Poll, models.CASCADE, related_name="options", verbose_name=_("poll"))
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.CharField(_("text"), max_length=200)
    key = models.CharField(_("key"), max_length=80, blank=True, help_text=_("Names the option in a room file."))
    is_right = models.BooleanField(_("right"), default=False)
    picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["poll", "number"], name="one_option_a_number")]

    def __str__(self) -> str:
        return self.text
