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


class ResultsVisibility(TextChoices):
    LIVE = "live", _("Everyone, while voting runs")
    AFTER_VOTE = "after_vote", _("Those who have voted")
    AFTER_CLOSE = "after_close", _("Everyone, once voting is closed")
    HOST = "host", _("Only hosts, until shown on the stage")


class Role(TextChoices):
    HOST = "host", _("Host")
    CO_HOST = "co_host", _("Co-host")
    MODERATOR = "moderator", _("Moderator")
