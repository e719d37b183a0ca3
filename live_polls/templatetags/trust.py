"""Who may vote, and what was held back, in words."""

from __future__ import annotations

from typing import Protocol

from django import template
from django.utils.translation import gettext, ngettext

from live_polls.domain.held_back import held_back
from live_polls.domain.results import CohortView
from live_polls.domain.room_view import RoomView

register = template.Library()


class Trusted(Protocol):
    """A poll as a page shows it."""

    @property
    def entry(self) -> str: ...
    @property
    def n_aside(self) -> int: ...


@register.filter
def entry_words(entry: str) -> str:
    """How sure it is that each person counts once: beside a poll and its results."""
    return {
        "open": gettext("Open link: one vote a device."),
        "invited": gettext("By one-time invitation: one vote a card."),
        "signed_in": gettext("Signed in: one vote an account."),
    }.get(entry, "")


@register.filter
def aside_words(n: int) -> str:
    """How many ballots a host has left out of a count; empty for none."""
    return (
        ngettext("%(n)s ballot set aside by a host.", "%(n)s ballots set aside by a host.", n) % {"n": n} if n else ""
    )


@register.filter
def cohort_words(cohort: CohortView) -> str:
    """What came together: counts and seconds, and neither whose nor for what."""
    within = ngettext("%(n)s second", "%(n)s seconds", cohort.seconds) % {"n": cohort.seconds}
    said = ngettext(
        "%(n)s ballot with the same answer came from people who joined at one address within %(within)s.",
        "%(n)s ballots with the same answer came from people who joined at one address within %(within)s.",
        cohort.n_equal,
    )
    return said % {"n": cohort.n_equal, "within": within}


@register.filter
def integrity_words(poll: Trusted) -> str:
    """Beside a result: who could vote, and how many ballots a host has left out."""
    return " ".join(filter(None, (entry_words(poll.entry), aside_words(poll.n_aside))))


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
