"""What the room is told so that it can trust a result: who may vote, and what waits or was held back."""

from __future__ import annotations

from django.utils.translation import ngettext

from live_polls.enums import Entry
from live_polls.templatetags.charts import PLURALS
from live_polls.templatetags.trust import entry_words


def every_entry() -> dict[str, str]:
    """Beside a poll and its results, by the rule of its round."""
    return {entry: entry_words(entry) for entry in Entry.values}


def aside_words() -> dict[str, str]:
    """Beside a result, by plural form."""
    return {
        name: ngettext("%(n)s ballot set aside by a host.", "%(n)s ballots set aside by a host.", n)
        for name, n in PLURALS.items()
    }


def waiting_words() -> dict[str, str]:
    """By plural form, as in templatetags/charts.py."""
    return {
        name: ngettext("%(n)s contribution waits for a moderator.", "%(n)s contributions wait for a moderator.", n)
        for name, n in PLURALS.items()
    }


def held_back_words() -> dict[str, str]:
    return {name: ngettext("%(n)s was held back.", "%(n)s were held back.", n) for name, n in PLURALS.items()}
