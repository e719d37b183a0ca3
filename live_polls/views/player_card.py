"""What the audience page shows of the participant's own part in the quiz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from live_polls.domain.room_view import RoomView
from live_polls.enums import TextState
from live_polls.live.quiz_faces import player_object
from live_polls.templatetags.charts import PLURALS, count


@dataclass(frozen=True, slots=True)
class PlayerCard:
    """The player's line in words; no name: the form stands there instead."""

    name: str = ""
    team: str = ""
    points_words: str = ""
    place_words: str = ""
    streak_words: str = ""
    gained_words: str = ""
    held_words: str = ""
    refusal: str = ""


def player_card(room: RoomView, voice: str, *, refusal: str = "") -> PlayerCard:
    """The card of whoever has this voice key; without a name it asks for one."""
    player = player_object(room, voice) if voice else None
    if player is None:
        return PlayerCard(refusal=refusal)
    words = player_words()
    place = words["place"] % {"place": player.place, "of": player.n_players} if player.place else ""
    return PlayerCard(
        name=player.name,
        team=player.team,
        points_words=ngettext("%(n)s point", "%(n)s points", player.points) % {"n": count(player.points)},
        place_words=place,
        streak_words=words["streak"] % {"n": player.streak} if player.streak > 1 else "",
        gained_words=(words["gained"] if player.gained else words["missed"]) % {"n": count(player.gained)}
        if player.last
        else "",
        held_words=words["held"] if player.state == TextState.HELD.value else "",
        refusal=refusal,
    )


def player_words() -> dict[str, Any]:
    """What scripts say of a player, too."""
    return {
        "points": {name: ngettext("%(n)s point", "%(n)s points", n) for name, n in PLURALS.items()},
        "place": gettext("Place %(place)s of %(of)s"),
        "streak": gettext("%(n)s right in a row"),
        "gained": gettext("+%(n)s for the last question"),
        "missed": gettext("Nothing for the last question"),
        "held": gettext("A host looks at your name before the room sees it. You play all the same."),
    }
