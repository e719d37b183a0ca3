"""Closed sets that are stored and shown: states, roles, who sees results."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RoomState(TextChoices):
    LIVE = "live", _("Live")
    ENDED = "ended", _("Ended")


class Screen(TextChoices):
    """What every stage of a room shows, whatever poll is on stage."""

    CONTENT = "content", _("Polls")
    BLANK = "blank", _("Blank")
    JOIN = "join", _("How to join")
    ROUNDS = "rounds", _("Rounds compared")
    BOARD = "board", _("Leaderboard")
    QUESTIONS = "questions", _("Top questions")


class PollState(TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")


class TextState(TextChoices):
    """What becomes of a text or a name that somebody gave: held until approved, shown, or hidden."""

    HELD = "held", _("Held")
    SHOWN = "shown", _("Shown")
    HIDDEN = "hidden", _("Hidden")


class QuestionState(TextChoices):
    """Held until approved, shown, hidden by a moderator, put away as done with, or taken back by who asked."""

    HELD = "held", _("Held")
    SHOWN = "shown", _("Shown")
    HIDDEN = "hidden", _("Hidden")
    ARCHIVED = "archived", _("Archived")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Asking(TextChoices):
    """Whether a room takes questions from its audience."""

    OFF = "off", _("Off")
    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused: readable, no new ones")


class Names(TextChoices):
    """Whether who asks gives a name."""

    NONE = "none", _("Anonymous")
    OPTIONAL = "optional", _("As they like")
    REQUIRED = "required", _("Required")


class Entry(TextChoices):
    """Who may vote in a room: the integrity that stands beside its results."""

    OPEN = "open", _("Everyone with the link")
    INVITED = "invited", _("Those with a one-time invitation")
    SIGNED_IN = "signed_in", _("Those who are signed in")


class Reaction(TextChoices):
    """What a tap may say about what is on stage. Never stored."""

    HEART = "heart", _("Love it")
    CLAP = "clap", _("Applause")
    LAUGH = "laugh", _("Funny")
    WOW = "wow", _("Surprising")
    THINK = "think", _("Makes me think")


class Pulse(TextChoices):
    """What somebody may say to the speaker: how the talk goes for them. Never stored."""

    SLOWER = "slower", _("Slower, please")
    FASTER = "faster", _("Faster, please")
    LOST = "lost", _("I am lost")


class ResultsVisibility(TextChoices):
    LIVE = "live", _("Everyone, while voting runs")
    AFTER_VOTE = "after_vote", _("Those who have voted")
    AFTER_CLOSE = "after_close", _("Everyone, once voting is closed")
    HOST = "host", _("Only hosts, until shown on the stage")


class Role(TextChoices):
    HOST = "host", _("Host")
    CO_HOST = "co_host", _("Co-host")
    MODERATOR = "moderator", _("Moderator")
