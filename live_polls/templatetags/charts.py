"""Numbers and words of charts, and the sentences that scripts fill with newer numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from live_polls.kinds.base import Chart, Row
from live_polls.kinds.columns import Column
from live_polls.kinds.number import Histogram
from live_polls.kinds.points import average_points
from live_polls.kinds.rating import RatingChart

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
    if chart.unit == "votes" and not row.number:
        return "o0 other"
    n_options = sum(each.number != 0 for each in chart.rows)
    return f"o{row.number}" if n_options <= 8 else "o0"


@register.filter
def lead(chart: Chart) -> str:
    """The chart in one sentence."""
    leaders = [row for row in chart.rows if row.n and row.length == 1]
    if not leaders:
        return gettext("No votes yet.")
    if len(leaders) > 1:
        return gettext("%(options)s are level.") % {"options": ", ".join(row.text for row in leaders)}
    figure = _figure(leaders[0], chart)
    return gettext("%(option)s leads with %(figure)s.") % {"option": leaders[0].text, "figure": figure}


@register.filter
def average(number: float | None) -> str:
    """An average to one place; a dash where there is none."""
    return "\N{EN DASH}" if number is None else number_format(math.floor(number * 10 + 0.5) / 10, decimal_pos=1)


@register.filter
def average_of(row: Row, chart: Chart) -> str:
    """What an option got on average of those who gave points."""
    return average(average_points(row.n, {"n_ballots": chart.n_ballots, "abstained": chart.abstained}))


@register.filter
def up_to(most: int | str) -> list[str]:
    """The values of a scale as a form sends them; in a mould, where the scale is a placeholder, some."""
    return [str(value) for value in range(1, (most if isinstance(most, int) else 5) + 1)]


@register.filter
def top(column: Column) -> str:
    """Where the column starts, from above."""
    return f"{(1 - column.length) * 100:.2f}%"


@register.filter
def rating_lead(chart: RatingChart) -> str:
    """The ratings in one sentence: of the best item, or of the question."""
    best = max(chart.rows, key=lambda row: row.length, default=None)
    if best is None or not best.n:
        return gettext("No votes yet.")
    values = {"option": best.text, "figure": average(best.length * chart.scale), "most": chart.scale}
    if not best.number:
        return gettext("The average is %(figure)s of %(most)s.") % values
    return gettext("%(option)s is rated highest, with %(figure)s of %(most)s.") % values


@register.filter
def histogram_lead(chart: Histogram) -> str:
    if not chart.median:
        return gettext("No votes yet.")
    sentence = gettext("The middle answer is %(median)s, the average is %(mean)s.")
    return sentence % {"median": median(chart), "mean": mean(chart)}


@register.filter
def median(chart: Histogram) -> str:
    text = measured(chart.median, chart)
    return f"≈ {text}" if chart.is_approximate and chart.median else text


@register.filter
def mean(chart: Histogram) -> str:
    return measured(chart.mean, chart)


@register.filter
def right_number(chart: Histogram) -> str:
    text = measured(chart.right, chart)
    return f"{text} (± {decimal(chart.tolerance)})" if chart.tolerance not in ("", "0") else text


def measured(text: str, chart: Histogram) -> str:
    """A decimal text as people read it, with its unit; a dash where there is none."""
    return f"{decimal(text)} {chart.measure}".strip() if text else "\N{EN DASH}"


def decimal(text: str) -> str:
    """In groups from five digits on: with four it may be a year."""
    whole, _, places = text.partition(".")
    return number_format(Decimal(text), decimal_pos=len(places), force_grouping=len(whole.lstrip("-")) > 4)


def _figure(row: Row, chart: Chart) -> str:
    if chart.unit == "averages":
        return average_of(row, chart)
    return points(row.n) if chart.unit == "points" else share(row.share)


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
        "more": {name: ngettext("and %(n)s more", "and %(n)s more", n) for name, n in PLURALS.items()},
        "held": {name: ngettext("%(n)s waits to be read", "%(n)s wait to be read", n) for name, n in PLURALS.items()},
    }
