"""What the big screen says and scripts fill in, in the viewer's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext

from live_polls.templatetags.charts import PLURALS
from live_polls.views.trust_words import aside_words, every_entry, held_back_words, waiting_words


def stage_words() -> dict[str, Any]:
    """Sentences by name; those with a number by plural form, as in templatetags/charts.py."""
    return {
        "votes_in": {name: ngettext("%(n)s vote in", "%(n)s votes in", n) for name, n in PLURALS.items()},
        "upvotes": {name: ngettext("%(n)s vote", "%(n)s votes", n) for name, n in PLURALS.items()},
        "here": {name: ngettext("%(n)s here", "%(n)s here", n) for name, n in PLURALS.items()},
        "players": {name: ngettext("%(n)s player", "%(n)s players", n) for name, n in PLURALS.items()},
        "entry": every_entry(),
        "aside": aside_words(),
        "waiting": waiting_words(),
        "held_back": held_back_words(),
        "board": gettext("Leaderboard"),
        "final": gettext("Final result"),
        "a_player": gettext("A player"),
        "leads": gettext("%(name)s leads with %(points)s points"),
        "top_question": gettext("Most votes: %(text)s (%(votes)s)"),
        "step": gettext("%(step)s / %(steps)s"),
        "open": gettext("Voting open"),
        "closed": gettext("Voting closed"),
        "extra_time": gettext("Some have more time"),
        "opened": gettext("Voting is open: %(prompt)s"),
        "has_closed": gettext("Voting is closed: %(prompt)s"),
        "new_round": gettext("Press again to start a new round. The one before is kept."),
        "first": gettext("This is the first poll."),
        "expired": gettext("The stage link has expired or was revoked. This stage only watches now."),
        "lost": gettext("Reconnecting… the picture may be old"),
        "gone": gettext("This room does not exist any more"),
        "watch_only": gettext(
            "This stage only watches. Open it by the stage link, or sign in, to run the room from here."
        ),
        "stale": gettext("This page is out of date. Reload it to go on."),
        "unsent": gettext("No answer from the server. Nothing may have changed; try again."),
    }
