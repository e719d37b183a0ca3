"""What the audience page says, in the viewer's language: by the server at once, by scripts from the same words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext

from live_polls.enums import Pulse, Reaction
from live_polls.templatetags.charts import PLURALS
from live_polls.views.player_card import player_words
from live_polls.views.question_cards import question_words
from live_polls.views.trust_words import aside_words, every_entry, held_back_words, waiting_words


def standing_words() -> dict[str, str]:
    """How a participant's vote stands."""
    return {
        "asks": "",
        "sending": gettext("Sending…"),
        "waiting": gettext("Waiting for the network. Your vote is kept on this device and sent by itself."),
        "counted": gettext("Counted"),
        "closed": gettext("Voting is closed."),
        "closed_counted": gettext("Voting is closed. Your vote counted."),
    }


def results_words() -> dict[str, str]:
    """Why there are no results to see yet; the names are those of poll_cards.results_hint."""
    return {
        "after_vote": gettext("You see the results once you have voted."),
        "after_close": gettext("Results are shown when voting closes."),
        "host": gettext("The host decides when results are shown."),
    }


def not_shown_words() -> dict[str, str]:
    """How texts of one's own stand that are on no screen."""
    return {
        "held": gettext("Not shown yet, somebody reads it first: %(texts)s"),
        "hidden": gettext("Not shown, a moderator has hidden it: %(texts)s"),
    }


def lobby_words() -> dict[str, dict[str, str]]:
    """What stands where no poll asks."""
    return {
        "before": {
            "title": gettext("You are in."),
            "text": gettext("The first question will appear here by itself."),
        },
        "between": {
            "title": gettext("That is all for now."),
            "text": gettext("The next question will appear here by itself."),
        },
        "ended": {
            "title": gettext("This room has ended."),
            "text": gettext("Thank you for taking part. Nothing more can be sent."),
        },
    }


def refusal_words() -> dict[str, str]:
    """What went wrong with a vote, what counts, what to do now; by error code."""
    return {
        "stale": gettext("You voted elsewhere in the meantime. What is marked here is what counts."),
        "closed": gettext("Voting closed before your vote arrived. What is marked here is what counts."),
        "not_found": gettext("This poll was started again. Please vote once more."),
        "invalid_answer": gettext("This answer does not fit the poll. Nothing was changed."),
        "busy": gettext("Too many votes at once. Nothing was changed; please send it again."),
        "internal": gettext("Something went wrong on our side. Please send it again: it cannot count twice."),
        "illegal_move": gettext("There is no more time to ask for here."),
        "invalid_name": gettext("A name has 1 to 24 characters, with a letter, a digit or a picture among them."),
        "name_taken": gettext("Somebody here has this name already, or one that looks like it. Try another."),
        "name_kept": gettext("Your name and team stay as they are now. A host can change the name."),
        "not_allowed": gettext(
            "Nothing was counted: votes are taken here by invitation, or from those who are signed in. Reload this page"
            " to come in."
        ),
        "muted": gettext("A moderator has stopped what comes from this device. What counted before still counts."),
        "unsent": gettext("No answer from the server. Please try again."),
        "cookie": gettext("Your browser did not bring back our cookie. Please allow cookies here and send it again."),
        "foreign": gettext("This vote came from another site and was not counted. Please vote on this page."),
    }


def told_words(reaction: str) -> str:
    """What a plain page says after a tap; empty for what is none of ours."""
    said = {each.value: each.label for each in (*Reaction, *Pulse)}.get(reaction)
    return gettext("Sent: %(what)s") % {"what": said} if said else ""


def link_words() -> dict[str, str]:
    """How the page is connected, for the banner."""
    return {
        "lost": gettext("Reconnecting… your vote is kept."),
        "gone": gettext("This room does not exist any more."),
        "replaced": gettext("This room is open in too many tabs. Close one and reload this page."),
        "refused": gettext("The server does not take this page any more. Reload it to go on; counted votes are safe."),
    }


def script_words() -> dict[str, Any]:
    """Everything that scripts of the page say."""
    return {
        "standing": standing_words(),
        "results": results_words(),
        "not_shown": not_shown_words(),
        "lobby": lobby_words(),
        "refused": refusal_words(),
        "link": link_words(),
        "choose": {
            name: ngettext("Choose at least %(n)s.", "Choose at least %(n)s.", n) for name, n in PLURALS.items()
        },
        "entry": every_entry(),
        "aside": aside_words(),
        "waiting": waiting_words(),
        "held_back": held_back_words(),
        "abstained": gettext("abstained"),
        "chosen": gettext("%(n)s of %(most)s chosen."),
        "here": {name: ngettext("%(n)s person here", "%(n)s people here", n) for name, n in PLURALS.items()},
        "more_time": {
            name: ngettext("You have %(n)s second more than others.", "You have %(n)s seconds more than others.", n)
            for name, n in PLURALS.items()
        },
        "opened": gettext("Voting is open: %(prompt)s"),
        "closed": gettext("Voting is closed: %(prompt)s"),
        "counted": gettext("Your vote is counted."),
        "player": player_words(),
        "reactions": {"sent": gettext("Sent: %(what)s"), "unsent": gettext("No link now. Nothing was sent.")},
        "questions": question_words(),
        "withdrawn": gettext("Your vote is taken back."),
    }
