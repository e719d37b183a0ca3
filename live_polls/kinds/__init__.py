"""Poll kinds, one file each. KINDS is the registry: explicit, ordered, greppable."""

from __future__ import annotations

from live_polls.kinds.base import Kind
from live_polls.kinds.multiple_choice import MultipleChoice
from live_polls.kinds.number import Number
from live_polls.kinds.open_text import OpenText
from live_polls.kinds.points import Points
from live_polls.kinds.ranking import Ranking
from live_polls.kinds.rating import Rating
from live_polls.kinds.single_choice import SingleChoice
from live_polls.kinds.slide import Slide
from live_polls.kinds.word_cloud import WordCloud

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        SingleChoice(),
        MultipleChoice(),
        Ranking(),
        Rating(),
        Points(),
        Number(),
        WordCloud(),
        OpenText(),
        Slide(),
    )
}

__all__ = ["KINDS", "Kind"]
