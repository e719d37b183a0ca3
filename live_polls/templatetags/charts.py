"""Numbers and words of charts, and the sentences that scripts fill with newer numbers."""

from __future__ import annotations

import math
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from live_polls.kinds.base import Chart, Row

register = template.Library()

# One number of each plural form that any language knows, under the name that Intl.PluralRules gives it.
PLURALS = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}


@register.filter
def share(part: float) -> str:
    """A share as people read it; rounded as the browser rounds, so that no figure jumps when scripts take over."""
    return gettext("%(percent)s%%") % {"percent": number_format(math.floor(part * 100 + 0.5))}


@register.filter
def count(number: int) -> str:
    return number_format(number, force_grouping=True)


@register.filter
def votes(number: int) -> str:
    if not number:
        return gettext("No votes yet.")
    return ngettext("%(n)s vote", "%(n)s votes", number) % {"n": count(number)}


@register.filter
def points(number: int) -> str:
    return ngettext("%(n)s point", "%(n)s points", number) % {"n": count(number)}


@register.filter
def abstained(number: int) -> str:
    return ngettext("%(n)s abstained", "%(n)s abstained", number) % {"n": count(number)} if number else ""


@register.filter
def first_places(number: int) -> str:
    if not number:
        return ""
    return ngettext("first for %(n)s", "first for %(n)s", number) % {"n": count(number)}


@register.filter
def place_in(row: Row, chosen: dict[int, int]) -> int:
    """The place of a row's option in the viewer's own answer."""
    return chosen.get(row.number, 0) if chosen else 0


@register.filter
def clock(seconds: int) -> str:
    """Seconds as 0:24."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def bar_start(row: Row) -> str:
    """Where the bar starts, left of its track, so that the visible part has the row's length."""
    return f"{(row.length - 1) * 100:.2f}%"


@register.filter
def colour(row: Row, chart: Chart) -> str:
    """The colour class of a row; beyond eight rows all share one and the letters tell them apart."""
    return f"o{row.number}" if len(chart.rows) <= 8 else "o0"


@register.filter
def lead(chart: Chart) -> str:
    """The chart in one sentence."""
    leaders = [row for row in chart.rows if row.n and row.length == 1]
    if not leaders:
        return gettext("No votes yet.")
    if len(leaders) > 1:
        return gettext("%(options)s are level.") % {"options": ", ".join(row.text for row in leaders)}
    figure = points(leaders[0].n) if chart.unit == "points" else share(leaders[0].share)
    return gettext("%(option)s leads with %(figure)s.") % {"option": leaders[0].text, "figure": figure}


@register.simple_tag
def words() -> SafeString:
    """The sentences that live_polls/polls fills, as data for scripts."""
    return json_script(chart_words(), "words")


def chart_words() -> dict[str, Any]:
    return {
        "votes": {name: ngettext("%(n)s vote", "%(n)s votes", n) for name, n in PLURALS.items()},
        "points": {name: ngettext("%(n)s point", "%(n)s points", n) for name, n in PLURALS.items()},
        "first": {name: ngettext("first for %(n)s", "first for %(n)s", n) for name, n in PLURALS.items()},
        "abstained": {name: ngettext("%(n)s abstained", "%(n)s abstained", n) for name, n in PLURALS.items()},
        "seconds": {name: ngettext("%(n)s second left", "%(n)s seconds left", n) for name, n in PLURALS.items()},
        "none": gettext("No votes yet."),
        "level": gettext("%(options)s are level."),
        "leads": gettext("%(option)s leads with %(figure)s."),
        "time_up": gettext("Time is up."),
    }
