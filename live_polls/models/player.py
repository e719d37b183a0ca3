"""A player: who takes part in a room's quiz under a name, and perhaps for a team."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from live_polls.enums import TextState
from live_polls.models.room import Room


class Player(models.Model):
    room = models.ForeignKey(Room, models.CASCADE, related_name="players", verbose_name=_("room"), db_index=False)
    voice = models.CharField(_("voice"), max_length=32)
    name = models.CharField(_("name"), max_length=40)
    # The name as it is compared: no two players of a room may look the same.
    name_key = models.CharField(_("name, compared"), max_length=80)
    team = models.CharField(_("team"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=TextState, default=TextState.SHOWN)
    # A host gave the name: the player's own wish does not change it any more.
    is_given = models.BooleanField(_("name given by a host"), default=False)

    class Meta:
        verbose_name = _("player")
        verbose_name_plural = _("players")
        constraints = [
            models.UniqueConstraint(fields=["room", "voice"], name="one_player_a_voice"),
            models.UniqueConstraint(fields=["room", "name_key"], name="one_player_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
