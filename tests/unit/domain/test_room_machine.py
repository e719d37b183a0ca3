"""A room and its model live through the same random life, and agree after every step."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from live_polls.domain import lifecycle, rooms
from live_polls.domain.ballots import Cast, Counted, Outcome, cast_batch
from live_polls.domain.room_view import Mine, RoomView
from live_polls.domain.snapshot import read_room
from live_polls.domain.tally import recount
from live_polls.errors import PollError, StaleBallotError
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import both_keys, make_poll, make_room
from tests.unit.domain.room_model import Answer, InForce, PollModel, Reply, RoomModel

KINDS = ("single_choice", "multiple_choice", "ranking", "rating", "points", "number")
N_POLLS = 3  # a room: of kinds that are drawn for it
PEOPLE = [letter * 32 for letter in "abc"]
N_OPTIONS = 3
DEEDS: dict[str, Callable[[Poll], None]] = {
    "open": lifecycle.open_poll,
    "close": lifecycle.close_poll,
    "archive": lifecycle.archive_poll,
    "reset": lifecycle.reset_poll,
    "show": lifecycle.show_results,
    "hide": lifecycle.hide_results,
}

# Small worlds, so that everything meets everything. A lot is valid, or nothing would ever happen; not all is.
a_number = st.integers(1, N_OPTIONS)
some_numbers = st.permutations(range(1, N_OPTIONS + 1)).flatmap(
    lambda order: st.integers(1, N_OPTIONS).map(lambda n: order[:n])
)
an_answer = {
    "single_choice": st.builds(lambda number: {"option": number}, a_number),
    "multiple_choice": st.builds(lambda numbers: {"options": numbers}, some_numbers),
    "ranking": st.builds(lambda numbers: {"options": numbers}, some_numbers),
    "rating": st.builds(
        lambda items, value: {"values": {str(item): 1 + (item + value) % 5 for item in items}}, some_numbers, a_number
    ),
    "points": st.sampled_from([{"1": 100}, {"2": 100}, {"3": 60, "1": 40}, {"1": 30, "2": 70, "3": 0}]).map(
        lambda points: {"points": points}
    ),
    "number": st.builds(lambda number: {"value": str(number)}, a_number),
}
no_answer = {
    "single_choice": st.sampled_from([{"option": 0}, {"option": N_OPTIONS + 1}]),
    "multiple_choice": st.sampled_from([{"options": []}, {"options": [1, 1]}, {"options": [0]}]),
    "ranking": st.sampled_from([{"options": []}, {"options": [2, 1, 2]}, {"options": [4]}]),
    "rating": st.sampled_from([{"values": {}}, {"values": {"1": 6}}, {"values": {"4": 1}}]),
    "points": st.sampled_from([{"points": {"1": 99}}, {"points": {"1": 60, "2": 41}}, {"points": {"4": 100}}]),
    "number": st.sampled_from([{"value": "many"}, {"value": ""}]),
}
a_poll = st.integers(0, N_POLLS - 1)


# Each step is recounted, poll by poll: with a server of its own behind it, a life takes five times as long.
MAX_EXAMPLES = 40 if connection.vendor == "sqlite" else 8


class Drawn(NamedTuple):
    """A ballot as it is drawn: round and seq as steps from what is in force."""

    poll: int
    who: str
    round_step: int
    seq_step: int
    answer: Answer


@st.composite
def ballots(draw: st.DrawFn, kinds: list[str]) -> Drawn:
    poll = draw(a_poll)
    kind = kinds[poll]
    valid = an_answer[kind]
    answer = draw(st.one_of(valid, valid, valid, valid, st.none(), no_answer[kind]))
    round_step, seq_step = draw(st.sampled_from([0, 0, 0, -1, -1, 1])), draw(st.sampled_from([1, 1, 1, 2, 0, -1]))
    return Drawn(poll, draw(st.sampled_from(PEOPLE)), round_step, seq_step, answer)


class RoomMachine(RuleBasedStateMachine):
    """Whatever hosts and voters may do, in any order."""

    @initialize(kinds=st.permutations(KINDS).map(lambda kinds: kinds[:N_POLLS]))
    def begin(self, kinds: list[str]) -> None:
        self.room = make_room()
        self.kinds = kinds
        self.polls = [
            make_poll(self.room, kind=kind, options=("Tabs", "Spaces", "Both") if kind != "number" else ())
            for kind in kinds
        ]
        models = [PollModel(kind, N_OPTIONS, state="open") for kind in kinds]
        self.model = RoomModel(models, Room.objects.values_list("version", flat=True).get(pk=self.room.pk))
        self.sent: list[Cast] = []
        self.receipts: dict[tuple[object, ...], str] = {}
        self.view: RoomView | None = None

    @rule(data=st.data())
    def cast(self, data: st.DataObject) -> None:
        """A batch of new ballots: changes of mind, withdrawals, older ones, wrong ones, the same twice."""
        drawn = data.draw(st.lists(ballots(self.kinds), min_size=1, max_size=6))
        self.send([self.cast_of(ballot) for ballot in drawn])

    @rule(data=st.data())
    def cast_alone(self, data: st.DataObject) -> None:
        self.send([self.cast_of(data.draw(ballots(self.kinds)))])

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """What was sent before, as often as one likes and in any order."""
        self.send(data.draw(st.lists(st.sampled_from(self.sent), min_size=1, max_size=5)))

    @rule(verb=st.sampled_from(sorted(DEEDS)), index=a_poll)
    def do(self, verb: str, index: int) -> None:
        """A deed of the host. The poll is as stale in the host's hands as it may be."""
        assert self.deed(verb, index) == self.model.do(verb, self.model.polls[index])

    @rule(index=a_poll)
    def open_again(self, index: int) -> None:
        """Most of a talk: people vote in open polls."""
        self.do("open", index)

    @precondition(lambda self: len(self.sent) > 40)
    @rule()
    def end(self) -> None:
        rooms.end_room(self.room)
        self.model.end()

    @rule()
    def read_anew(self) -> None:
        """A process that has just come knows no earlier state."""
        self.view = None

    def send(self, casts: list[Cast]) -> None:
        self.sent += casts
        replies = [self.model.cast(*self.in_model(cast)) for cast in casts]
        self.model.batch_done(replies)
        for cast, outcome, reply in zip(casts, cast_batch(casts), replies, strict=True):
            assert reply_of(outcome, reply) == reply
            if isinstance(outcome, Counted):
                assert outcome.version == self.model.version
                assert reply.in_force is not None
                content = (cast.poll, cast.round, cast.participant, cast.seq, json.dumps(reply.in_force.answer))
                assert self.receipts.setdefault(content, outcome.receipt) == outcome.receipt

    def cast_of(self, drawn: Drawn) -> Cast:
        model = self.model.polls[drawn.poll]
        round_ = max(1, model.round + drawn.round_step)
        before = model.ballots.get((round_, drawn.who), InForce(0, None))
        seq = max(1, before.seq + drawn.seq_step)
        return Cast(self.room.pk, drawn.who, self.polls[drawn.poll].code, round_, seq, drawn.answer)

    def in_model(self, cast: Cast) -> tuple[PollModel, int, str, InForce]:
        index = [poll.code for poll in self.polls].index(cast.poll)
        answer = cast.answer
        assert answer is None or isinstance(answer, dict)
        return self.model.polls[index], cast.round, cast.participant, InForce(cast.seq, answer)

    def deed(self, verb: str, index: int) -> str:
        try:
            DEEDS[verb](self.polls[index])
        except PollError as error:
            return error.code
        return "done"

    @invariant()
    def ballots_are_those_of_the_model(self) -> None:
        for poll, model in self.pairs():
            rows = Ballot.objects.filter(poll=poll).values_list("round", "participant", "seq", "answer")
            stored = {
                (round_, who): InForce(seq, json.loads(answer) if answer else None) for round_, who, seq, answer in rows
            }
            assert stored == model.ballots
            assert len(stored) == len(rows)

    @invariant()
    def tallies_are_those_of_the_model(self) -> None:
        for poll, model in self.pairs():
            for round_ in range(1, model.round + 1):
                rows = Tally.objects.filter(poll=poll, round=round_).exclude(n=0).values_list("counter", "n")
                assert dict(rows) == model.tally(round_)
        assert recount(self.room) == []

    @invariant()
    def screens_are_shown_the_model(self) -> None:
        """By way of the cheap reads, which know the state before."""
        before, (self.view, mine) = self.view, read_room(self.room.pk, self.view, both_keys(*PEOPLE))
        assert self.view is not None
        assert self.view.version == self.model.version
        assert before is None or (before is self.view) == (before.version == self.view.version)
        for view, model in zip(self.view.polls, self.model.polls, strict=True):
            assert (view.state, view.round, view.shown) == (model.state, model.round, model.shown)
            assert {counter: n for counter, n in view.counters.items() if n} == model.tally(model.round)
        assert self.own(mine) == {
            (poll.code, model.round, who): ballot
            for poll, model in self.pairs()
            for (round_, who), ballot in model.ballots.items()
            if round_ == model.round and model.state in {"open", "closed"}
        }

    def pairs(self) -> list[tuple[Poll, PollModel]]:
        return list(zip(self.polls, self.model.polls, strict=True))

    def own(self, mine: Mine) -> dict[tuple[str, int, str], InForce]:
        """What participants are shown of their own."""
        return {
            (ballot.poll, ballot.round, who): InForce(ballot.seq, json.loads(ballot.answer) if ballot.answer else None)
            for who, ballots_ in mine.items()
            for ballot in ballots_
        }


def reply_of(outcome: Outcome, expected: Reply) -> Reply:
    """The outcome in the words of the model; which answer is in force, a receipt says only indirectly."""
    if isinstance(outcome, Counted):
        assert expected.in_force is None or outcome.seq == expected.in_force.seq
        return Reply("counted", expected.in_force, outcome.changed)
    if isinstance(outcome, StaleBallotError):
        return Reply("stale", InForce(outcome.seq, json.loads(outcome.answer) if outcome.answer else None))
    return Reply(outcome.code)


@pytest.mark.django_db
def test_room_and_model_agree_after_every_step() -> None:
    run_state_machine_as_test(
        RoomMachine,
        settings=settings(
            max_examples=MAX_EXAMPLES, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
