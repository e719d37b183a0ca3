"""What the room is told of moderation: how many contributions wait, and how many were held back. Counts and no more.

So nobody can hide awkward questions without anybody noticing, and nobody reads what was hidden.
"""

from __future__ import annotations

from typing import NamedTuple

from live_polls.domain.room_view import RoomView
from live_polls.enums import PollState, TextState
from live_polls.kinds.writing import TEXTS_HELD

_SEEN = {PollState.OPEN.value, PollState.CLOSED.value}


class HeldBack(NamedTuple):
    """`n_waiting` for a moderator to decide, `n_hidden` by one who has; texts, questions and names together."""

    n_waiting: int
    n_hidden: int


def held_back(view: RoomView) -> HeldBack:
    """The counts of the room at its version: of the rounds that polls on the audience's screens are in."""
    polls = [poll for poll in view.polls if poll.state in _SEEN]
    states = [player.state for player in view.players.values()]
    questions = view.questions
    return HeldBack(
        sum(poll.counters.get(TEXTS_HELD, 0) for poll in polls)
        + states.count(TextState.HELD.value)
        + len(questions.present.keys() - questions.shown.keys()),
        view.n_hidden_texts + states.count(TextState.HIDDEN.value) + len(questions.hidden),
    )
