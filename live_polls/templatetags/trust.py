"""Who may vote, and what was held back, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext, ngettext

from live_polls.domain.held_back import held_back
from live_polls.domain.snapshot import RoomView

register = template.Library()


@register.filter
def entry_words(entry: str) -> str:
    """How sure it is that each person counts once: beside a poll and its results."""
    return {
        "open": gettext("Open link: one vote a device."),
        "invited": gettext("By one-time invitation: one vote a card."),
        "signed_in": gettext("Signed in: one vote an account."),
    }.get(entry, "")


@register.filter
def held_back_words(room: RoomView) -> str:
    """How many contributions wait, and how many a moderator hid; empty when none."""
    waiting, hidden = held_back(room)
    said = []
    if waiting:
        said.append(
            ngettext("%(n)s contribution waits for a moderator.", "%(n)s contributions wait for a moderator.", waiting)
            % {"n": waiting}
        )
    if hidden:
        said.append(ngettext("%(n)s was held back.", "%(n)s were held back.", hidden) % {"n": hidden})
    return " ".join(said)
