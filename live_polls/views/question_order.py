"""In which order the audience's questions stand. Scripts sort by the same rules: static/live_polls/js/question_order.js."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from live_polls.domain import clock
from live_polls.domain.asked import QuestionView

VOTES = "votes"
RISING = "rising"  # the only one that changes by itself, with time
# Added to the age of each, so that one early vote is not much.
HEAD_START_MINUTES = 2

ORDERS: dict[str, Callable[[QuestionView], tuple[float, ...]]] = {
    VOTES: lambda question: (-question.n_upvotes, question.asked_at),
    "new": lambda question: (-question.asked_at,),
    RISING: lambda question: (-rate(question), -question.n_upvotes, -question.asked_at),
}


def in_order(
    questions: Iterable[QuestionView], order: str = VOTES, *, on_stage: str | None = None
) -> list[QuestionView]:
    """The one with the code `on_stage` first, those that are answered last, the rest by one of ORDERS."""
    key = ORDERS[order]
    return sorted(questions, key=lambda each: (each.code != on_stage, each.answered, *key(each)))


def rate(question: QuestionView) -> float:
    """Lower bound of the votes a minute: late questions have a chance, and few votes say little."""
    minutes = max(0.0, (clock.now() - question.asked_at) / 60)
    return max(0.0, question.n_upvotes - math.sqrt(question.n_upvotes)) / (minutes + HEAD_START_MINUTES)


def order_in(query: str) -> str:
    """The order that the query of an address asks for."""
    return next((order for order in ORDERS if f"sort={order}" in query.split("&")), VOTES)


def query_of(order: str) -> str:
    """What an address ends in that asks for this order."""
    return "" if order == VOTES else f"?sort={order}"
