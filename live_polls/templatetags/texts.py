"""What people write, in forms and charts, and the sentences about what is not shown."""

from __future__ import annotations

import math
from typing import Any, Protocol

from django import template
from django.utils.translation import ngettext

from live_polls.kinds.base import Answer, Chart, Row
from live_polls.templatetags.charts import count

register = template.Library()

N_SIZES = 9


class Written(Protocol):
    """A card of the audience page, as far as what is written on it goes."""

    @property
    def answer(self) -> Answer | None: ...

    @property
    def limits(self) -> dict[str, Any]: ...


@register.filter
def written(card: Written, limit: str) -> list[str]:
    """The participant's own texts, and empty ones as far as there may be more; one alone for a mould."""
    own = list((card.answer or {}).get("texts", ()))
    most = card.limits[limit]
    return own + [""] * (most - len(own)) if isinstance(most, int) else [""]


@register.filter
def size(row: Row) -> int:
    """The size class of a word, 1 to 9: by the square root, since people see areas."""
    return max(1, round(math.sqrt(row.length) * N_SIZES))


@register.filter
def hue(place: int) -> int:
    """The colour of the word at this place, 1 to 8: by place, which a word mostly keeps."""
    return int(place) % 8 + 1


@register.filter
def more(chart: Chart) -> str:
    if not chart.n_more:
        return ""
    return ngettext("and %(n)s more", "and %(n)s more", chart.n_more) % {"n": count(chart.n_more)}


@register.filter
def held(chart: Chart) -> str:
    if not chart.n_held:
        return ""
    return ngettext("%(n)s waits to be read", "%(n)s wait to be read", chart.n_held) % {"n": count(chart.n_held)}
