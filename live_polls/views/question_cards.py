"""Questions on the audience page: what is to be seen, in the order one likes, and one's own, held ones too."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from live_polls.domain.asked import NOTHING_ASKED, Asked
from live_polls.domain.room_view import RoomView
from live_polls.enums import Asking, QuestionState, RoomState
from live_polls.templatetags.charts import PLURALS
from live_polls.views.question_order import ORDERS, VOTES, in_order, query_of


@dataclass(frozen=True, slots=True)
class QuestionCard:
    """A question as one phone sees it. `state` is told of one's own that others do not see."""

    code: str = ""
    text: str = ""
    name: str = ""
    n_upvotes: int = 0
    state: str = ""
    answered: bool = False
    edited: bool = False
    reply: str = ""
    is_own: bool = False
    is_unseen: bool = False
    upvoted: bool = False
    on_stage: bool = False

    @property
    def upvotes_words(self) -> str:
        return ngettext("%(n)s vote. Vote for this question", "%(n)s votes. Vote for this question", self.n_upvotes) % {
            "n": self.n_upvotes
        }

    @property
    def withdraw_words(self) -> str:
        return gettext("Take back: %(text)s") % {"text": self.text}


@dataclass(frozen=True, slots=True)
class OrderLink:
    """A way to sort the questions, and whether they stand so."""

    order: str
    words: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class AskingCard:
    """The part of the page that is about questions. `typed` is what a form that was refused said."""

    is_there: bool
    is_open: bool
    is_paused: bool
    is_over: bool
    holds: bool
    names: str
    cards: Sequence[QuestionCard]
    seq: int
    refusal: str = ""
    typed: str = ""
    typed_name: str = ""
    order: str = VOTES

    @property
    def query(self) -> str:
        """What the address of this page ends in, so that it stays in this order."""
        return query_of(self.order)

    @property
    def orders(self) -> list[OrderLink]:
        words = order_words()
        return [OrderLink(order, words[order], order == self.order) for order in ORDERS]


def asking_card(
    room: RoomView,
    asked: Asked | None = None,
    *,
    refusal: str = "",
    typed: str = "",
    typed_name: str = "",
    order: str = VOTES,
) -> AskingCard:
    """What this participant sees and may do. The number in the form is new each time the page is made."""
    is_over = room.state == RoomState.ENDED.value
    is_there = room.asking != Asking.OFF.value
    return AskingCard(
        is_there=is_there,
        is_open=room.asking == Asking.OPEN.value and not is_over,
        is_paused=room.asking == Asking.PAUSED.value and not is_over,
        is_over=is_over,
        holds=room.hold_questions,
        names=room.names,
        cards=_cards(room, asked or NOTHING_ASKED, order) if is_there else (),
        seq=secrets.randbelow(2**53 - 1) + 1,
        refusal=refusal,
        typed=typed,
        typed_name=typed_name,
        order=order,
    )


def _cards(room: RoomView, asked: Asked, order: str) -> list[QuestionCard]:
    """Own ones that nobody sees, the one on stage, then in this order, answered ones last."""
    own = {question.code for question in asked.questions}
    unseen = [
        QuestionCard(
            code=question.code,
            text=question.text,
            name=question.name,
            state=question.state,
            answered=question.answered,
            edited=question.is_edited,
            reply=question.reply,
            is_own=True,
            is_unseen=True,
        )
        for question in asked.questions
        if question.code not in room.questions.shown
        and question.merged_into is None
        and question.state != QuestionState.ARCHIVED.value
    ]
    seen = in_order(room.questions.shown.values(), order, on_stage=room.current_question)
    return unseen + [
        QuestionCard(
            code=question.code,
            text=question.text,
            name=question.name,
            n_upvotes=question.n_upvotes,
            answered=question.answered,
            edited=question.is_edited,
            reply=question.reply,
            is_own=question.code in own,
            upvoted=question.code in asked.upvotes,
            on_stage=question.code == room.current_question,
        )
        for question in seen
    ]


def order_words() -> dict[str, str]:
    """What each order is called."""
    return {"votes": gettext("Most votes"), "new": gettext("Newest"), "rising": gettext("Rising")}


def question_refusal_words() -> dict[str, str]:
    """What became of a question or an upvote that was refused; by error code."""
    return {
        "closed": gettext("This room takes no questions now. Nothing was sent."),
        "paused": gettext("New questions are paused. Yours was not sent; it stays in the field."),
        "muted": gettext("A moderator has muted you in this room: you can read and vote in polls."),
        "too_many": gettext(
            "You have five open questions, or the room is full of them. Take one back, or wait for an answer."
        ),
        "rate_limited": gettext(
            "Three questions a minute at most. Yours stays in the field; send it again in a moment."
        ),
        "invalid_name": gettext("A name has 1 to 24 characters, with a letter, a digit or a picture among them."),
        "invalid_answer": gettext("A question is a line of text of at most 500 characters."),
        "stale": gettext("This form was sent before. Press once more to ask this, too."),
        "not_found": gettext("This question is not here any more."),
        "not_allowed": gettext("This is not possible with this question."),
        "busy": gettext("Too much at once. Nothing was written; please send it again."),
    }


def question_words() -> dict[str, Any]:
    """Everything that scripts say about questions."""
    return {
        "refused": question_refusal_words(),
        "asked": gettext("Sent. Everybody can see it now."),
        "held": gettext("Sent. A moderator reads it first; until then only you see it."),
        "withdrawn": gettext("Your question is taken back."),
        "empty": gettext("Write your question first."),
        "name_needed": gettext("In this room questions are asked with a name."),
        "optional": gettext("(if you like)"),
        "waiting_network": gettext("Waiting for the network…"),
        "withdraw": gettext("Take back: %(text)s"),
        "upvotes": {
            name: ngettext("%(n)s vote. Vote for this question", "%(n)s votes. Vote for this question", n)
            for name, n in PLURALS.items()
        },
    }
