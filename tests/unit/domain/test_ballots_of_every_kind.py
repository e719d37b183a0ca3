"""Whatever the kind: ballots that are cast, changed and taken back leave the tally that a recount finds."""

from __future__ import annotations

from random import Random

import pytest

from live_polls.domain.ballots import Counted, cast_batch
from live_polls.domain.snapshot import read_room
from live_polls.domain.tally import recount
from live_polls.errors import InvalidAnswerError
from live_polls.kinds import KINDS
from live_polls.kinds.base import Shape
from tests.factories import make_cast, make_participant, make_poll

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERED = [kind.name for kind in KINDS.values() if kind.takes_answers]
NOT_ANSWERS = [
    {"value": "NaN"},
    {"value": True},
    {"value": 10**400},
    {"values": {"1": True}},
    {"values": {"1": 1.0}},
    {"points": {"1": 99}},
    {"points": {"1": 10**400}},
    {"option": True},
    {"abstain": 1},
]


@pytest.mark.parametrize("kind_name", ANSWERED)
def test_the_tally_is_what_a_recount_finds(kind_name: str):
    kind, person = KINDS[kind_name], Random(3)
    options = ("Tabs", "Spaces", "Both")[: kind.max_options]
    poll = make_poll(kind=kind_name, options=options, settings={"abstain": True})
    shape = Shape(len(options), poll.settings)
    people = [make_participant(poll.room) for _ in range(8)]

    def answer() -> object:
        order = person.sample(range(1, (len(options) or 10) + 1), k=len(options) or 10)
        return kind.preferred_answer(order, person, shape)

    for seq in (1, 2, 3):
        answers = [answer(), None, {"abstain": True}, *(answer() for _ in people[3:])]
        casts = [make_cast(poll, said, participant=who, seq=seq) for who, said in zip(people, answers, strict=True)]
        assert all(isinstance(outcome, Counted) for outcome in cast_batch(casts))

    view, _ = read_room(poll.room_id)
    assert view is not None
    tally = kind.tally(view.polls[0].counters, shape)
    assert recount(poll.room) == []
    assert (tally["n_ballots"], tally["abstained"]) == (7, 1)


@pytest.mark.parametrize("kind_name", ANSWERED)
def test_what_is_no_answer_to_this_kind_is_refused_and_counts_nothing(kind_name: str):
    poll = make_poll(kind=kind_name, options=("Tabs", "Spaces", "Both")[: KINDS[kind_name].max_options])

    outcomes = cast_batch([make_cast(poll, raw) for raw in NOT_ANSWERS])

    assert all(isinstance(outcome, InvalidAnswerError) for outcome in outcomes)
    assert recount(poll.room) == []
