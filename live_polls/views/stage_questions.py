"""The audience's top questions on the big screen: more than any projector has room for, of which the page shows what fits."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import ngettext

from live_polls.domain.room_view import RoomView
from live_polls.views.question_order import in_order
from live_polls.views.text_length import length_name

# As in static/live_polls/js/stage_questions.js.
MOST = 15
LENGTHS = ((160, "short"),)


@dataclass(frozen=True, slots=True)
class TopQuestion:
    """A line of the list; blank as a mould for scripts."""

    code: str = ""
    text: str = ""
    name: str = ""
    n_upvotes: int = 0
    answered: bool = False

    @property
    def length(self) -> str:
        return length_name(self.text, LENGTHS)

    @property
    def votes(self) -> str:
        return upvotes_words(self.n_upvotes)


def top_questions(room: RoomView) -> tuple[TopQuestion, ...]:
    """Most votes first, as on phones; what is answered last."""
    shown = in_order(room.questions.shown.values())[:MOST]
    return tuple(TopQuestion(each.code, each.text, each.name, each.n_upvotes, each.answered) for each in shown)


def upvotes_words(n: int) -> str:
    """How many are for a question, as scripts say it."""
    return ngettext("%(n)s vote", "%(n)s votes", n) % {"n": number_format(n, force_grouping=True)}
