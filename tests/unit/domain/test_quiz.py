"""A quiz: what ballots earn, who stands where, and that nothing of it is known before its time."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from live_polls.domain import clock, lifecycle, players, polls
from live_polls.domain.ballots import Counted, cast_batch
from live_polls.domain.polls import PollDraft
from live_polls.domain.rescoring import rescore
from live_polls.domain.scoring import ALLOWANCE_MS
from live_polls.domain.snapshot import read_room
from live_polls.errors import InvalidSettingsError, PollHasBallotsError
from live_polls.kinds import KINDS
from live_polls.models import Ballot, Player, Poll
from tests.factories import make_cast, make_participant, make_question, make_room

pytestmark = pytest.mark.django_db(transaction=True)


def answer(poll, option, who, *, after_ms=0, seq=1) -> Any:
    """A ballot that arrives so long after the allowance has passed."""
    cast = make_cast(poll, {"option": option}, participant=who, seq=seq)
    poll.refresh_from_db()
    at = poll.opened_at.timestamp() + (ALLOWANCE_MS + after_ms) / 1000
    return cast_batch([type(cast)(**{**_fields(cast), "arrived_at": at})])[0]


def _fields(cast):
    return {name: getattr(cast, name) for name in cast.__slots__}


def named(room, *names):
    people = [make_participant(room) for _ in names]
    wishes = [players.Naming(room.pk, one.voice_key, name) for one, name in zip(people, names, strict=True)]
    players.name_players(wishes)
    return people


def view_of(room, known=None) -> Any:
    return read_room(room.pk, known)[0]


def board_of(room) -> Any:
    return view_of(room).board


def standings(room):
    return [(line.place, line.name, line.points, line.streak) for line in board_of(room).lines]


def test_a_right_answer_earns_the_points_and_a_wrong_one_nothing():
    poll = make_question(points=1000)
    ada, bob = named(poll.room, "Ada", "Bob")
    right, wrong = answer(poll, 1, ada), answer(poll, 2, bob)
    assert (right.points, wrong.points) == (1000, 0)


@pytest.mark.parametrize(
    ("seconds", "after_ms", "points"),
    [(10, 0, 1000), (10, -500, 1000), (10, 2500, 875), (10, 10_000, 500), (None, 10_000, 750), (None, 99_000, 500)],
)
def test_the_sooner_the_more_points_down_to_half(seconds, after_ms, points):
    poll = make_question(points=1000, by_speed=True, seconds=seconds)
    counted = answer(poll, 1, make_participant(poll.room), after_ms=after_ms)
    assert (counted.points, counted.elapsed_ms) == (points, max(0, after_ms))


def test_a_changed_answer_counts_from_its_own_arrival_and_a_resend_gets_the_same():
    poll = make_question(points=1000, by_speed=True, seconds=10)
    who = make_participant(poll.room)
    first = answer(poll, 2, who, after_ms=1000)
    changed = answer(poll, 1, who, after_ms=5000, seq=2)
    again = answer(poll, 1, who, after_ms=9000, seq=2)
    confirmed = answer(poll, 1, who, after_ms=9000, seq=3)
    assert [first.elapsed_ms, changed.elapsed_ms, again.elapsed_ms, confirmed.elapsed_ms] == [1000, 5000, 5000, 5000]
    assert (changed.points, again.receipt) == (750, changed.receipt)


def test_several_right_options_share_the_points_and_a_wrong_one_takes_a_right_one_away():
    poll = make_question(kind="multiple_choice", points=900, right=(1, 2), options=("A", "B", "C"))
    earned = []
    for options in ([1, 2], [1], [1, 2, 3], [1, 3], [3]):
        outcome: Any = cast_batch([make_cast(poll, {"options": options})])[0]
        earned.append(outcome.points)
    assert earned == [900, 450, 450, 0, 0]


def test_a_poll_that_is_no_question_keeps_no_time():
    poll = make_question(points=0)
    counted: Any = cast_batch([make_cast(poll, {"option": 1})])[0]
    ballot = Ballot.objects.get()
    assert (counted.elapsed_ms, ballot.elapsed_ms, ballot.points) == (None, None, None)


def test_without_a_right_answer_there_are_no_points():
    with pytest.raises(InvalidSettingsError):
        make_question(points=10, right=())


def test_places_are_shared_by_equals_and_streaks_end_with_a_wrong_answer():
    room = make_room()
    ada, bob, cleo = named(room, "Ada", "Bob", "Cleo")
    for options in ((1, 1, 2), (1, 1, 2), (2, 1, 2)):
        poll = make_question(room, points=100)
        for who, option in zip((ada, bob, cleo), options, strict=True):
            answer(poll, option, who)
        lifecycle.close_poll(poll)
    assert standings(room) == [(1, "Bob", 300, 3), (2, "Ada", 200, 0), (3, "Cleo", 0, 0)]
    board = board_of(room)
    assert [(line.name, line.before) for line in board.lines] == [("Bob", 1), ("Ada", 1), ("Cleo", 3)]


def test_nothing_of_a_question_is_in_the_board_before_it_is_revealed():
    room = make_room()
    (ada,) = named(room, "Ada")
    poll = make_question(room, points=100, results="host")
    answer(poll, 1, ada)
    assert board_of(room) is None
    lifecycle.close_poll(poll)
    assert board_of(room) is None
    lifecycle.show_results(poll)
    assert standings(room) == [(1, "Ada", 100, 1)]
    lifecycle.hide_results(poll)
    assert board_of(room) is None


def test_a_new_round_takes_the_points_of_the_old_one_off_the_board():
    room = make_room()
    (ada,) = named(room, "Ada")
    poll = make_question(room, points=100)
    answer(poll, 1, ada)
    lifecycle.close_poll(poll)
    lifecycle.open_poll(poll)
    assert board_of(room) is None
    lifecycle.close_poll(poll)
    assert standings(room) == [(1, "Ada", 0, 0)]


def test_the_board_is_final_when_no_question_is_left():
    room = make_room()
    first, second = make_question(room, points=100), make_question(room, points=100, is_open=False)
    lifecycle.close_poll(first)
    assert not board_of(room).is_final
    lifecycle.open_poll(second)
    lifecycle.close_poll(second)
    assert board_of(room).is_final


def test_a_ballot_without_a_name_counts_once_its_participant_has_one():
    poll = make_question(points=100)
    ada = make_participant(poll.room)
    answer(poll, 1, ada)
    lifecycle.close_poll(poll)
    assert standings(poll.room) == []
    players.name_players([players.Naming(poll.room_id, ada.voice_key, "Ada")])
    assert standings(poll.room) == [(1, "Ada", 100, 1)]


def test_who_takes_a_name_after_a_reveal_is_on_the_board_at_once_and_costs_no_query_of_scores():
    room = make_room()
    named(room, "Ada")
    poll = make_question(room, points=100)
    late = make_participant(room)
    answer(poll, 1, late)
    lifecycle.close_poll(poll)
    known = view_of(room)
    players.name_players([players.Naming(room.pk, late.voice_key, "Bob")])
    with CaptureQueriesContext(connection) as queries:
        told = view_of(room, known)
    assert (told.version, told.board) == (view_of(room).version, view_of(room).board)
    assert [(line.place, line.name, line.points) for line in told.board.lines] == [(1, "Bob", 100), (2, "Ada", 0)]
    assert told.board.by_voice[late.voice_key].place == 1
    assert "SUM(b.points)" not in json.dumps([query["sql"] for query in queries])


def test_a_hidden_player_is_on_no_board_and_a_held_name_is_not_shown():
    room = make_room()
    named(room, "Ada", "Bob", "Bastard")
    players.hide_player(Player.objects.get(name="Ada"))
    lifecycle.close_poll(make_question(room, points=100))
    assert [(line.name, line.is_named) for line in board_of(room).lines] == [("Bob", True), ("Bastard", False)]


def test_a_team_has_the_mean_of_its_players():
    room = make_room()
    players.set_teams(room, ["Red", "Blue"])
    people = named(room, "A", "B", "C")  # red, blue, red
    poll = make_question(room, points=101)
    answer(poll, 1, people[0])
    answer(poll, 1, people[1])
    lifecycle.close_poll(poll)
    teams = board_of(room).teams
    assert [(team.place, team.name, team.points, team.n_players) for team in teams] == [
        (1, "Blue", 101, 1),
        (2, "Red", 51, 2),
    ]


def test_a_corrected_answer_is_scored_again_and_twice_is_as_once():
    room = make_room()
    ada, bob = named(room, "Ada", "Bob")
    poll = make_question(room, points=100)
    answer(poll, 1, ada)
    answer(poll, 2, bob)
    lifecycle.close_poll(poll)
    before = view_of(room)
    draft = polls.draft_of(poll)
    polls.edit_poll(poll, PollDraft(**{**_fields(draft), "right": {2}}))
    after = view_of(room, before)
    assert [(line.name, line.points) for line in after.board.lines] == [("Bob", 100), ("Ada", 0)]
    assert rescore(poll) == 0
    assert standings(room) == [(1, "Bob", 100, 1), (2, "Ada", 0, 0)]


def test_another_countdown_is_for_rounds_to_come_and_changes_no_points():
    poll = make_question(points=1000, by_speed=True, seconds=10)
    ada, bob = named(poll.room, "Ada", "Bob")
    answer(poll, 1, ada, after_ms=2500)
    draft = polls.draft_of(poll)
    polls.edit_poll(poll, PollDraft(**{**_fields(draft), "seconds": 5}))
    while_it_runs = answer(poll, 1, bob, after_ms=2500)
    lifecycle.close_poll(poll)
    polls.edit_poll(poll, PollDraft(**{**_fields(draft), "seconds": 600}))
    assert (while_it_runs.points, standings(poll.room)[0]) == (875, (1, "Ada", 875, 1))
    assert rescore(poll) == 0

    lifecycle.open_poll(poll)
    again: Any = cast_batch(
        [msgspec.structs.replace(make_cast(poll, {"option": 1}, participant=ada, round_=2), arrived_at=late_by(poll))]
    )[0]
    assert again.points == 975
    assert rescore(poll) == 0


def late_by(poll: Poll) -> float:
    """The moment when half a minute has passed since the allowance."""
    poll.refresh_from_db()
    assert poll.opened_at is not None
    return poll.opened_at.timestamp() + ALLOWANCE_MS / 1000 + 30


def test_a_question_with_ballots_stays_a_question():
    poll = make_question(points=100)
    answer(poll, 1, make_participant(poll.room))
    with pytest.raises(PollHasBallotsError):
        polls.edit_poll(poll, PollDraft(**{**_fields(polls.draft_of(poll)), "points": 0}))


@pytest.mark.parametrize("kind", sorted(kind.name for kind in KINDS.values() if not kind.can_be_scored))
def test_where_nothing_is_right_nobody_earns_points(kind):
    options = ["A", "B"][: KINDS[kind].max_options]
    with pytest.raises(InvalidSettingsError, match="right or wrong"):
        polls.add_poll(make_room(), PollDraft(kind=kind, prompt="Which?", options=options, points=100))


@pytest.mark.parametrize("hours", [-5, 0, 5])
def test_a_clock_that_goes_wrong_costs_nobody_points(monkeypatch, hours):
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + hours * 3600)
    clock.read_now()  # as every process does in which somebody is: see tests/unit/live/test_hub.py
    poll = make_question(points=1000, by_speed=True, seconds=3600)
    counted = cast_batch([make_cast(poll, {"option": 1})])[0]
    assert isinstance(counted, Counted)
    assert (counted.elapsed_ms, counted.points) == (0, 1000)
    Poll.objects.update(opened_at=F("opened_at") - timedelta(minutes=30))
    late = cast_batch([make_cast(poll, {"option": 1}, participant=make_participant(poll.room))])[0]
    assert isinstance(late, Counted)
    assert late.elapsed_ms == pytest.approx(1_799_000, abs=60_000)


def test_a_withdrawn_answer_earns_nothing():
    poll = make_question(points=100)
    (ada,) = named(poll.room, "Ada")
    answer(poll, 1, ada)
    cast_batch([make_cast(poll, None, participant=ada, seq=2)])
    lifecycle.close_poll(poll)
    assert standings(poll.room) == [(1, "Ada", 0, 0)]


@pytest.mark.parametrize("n_players", [1, 50])
def test_a_reveal_costs_one_query_of_scores_whatever_the_number_of_players(n_players):
    room = make_room()
    people = named(room, *(f"Player {n}" for n in range(n_players)))
    poll = make_question(room, points=100)
    cast_batch([make_cast(poll, {"option": 1}, participant=who) for who in people])
    known = view_of(room)
    lifecycle.close_poll(poll)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        view = view_of(room, known)
    asked = [query["sql"] for query in queries if "ballot b" in query["sql"] or "live_polls_player" in query["sql"]]
    assert (len(asked), len(view.board.lines)) == (1, n_players)
    with CaptureQueriesContext(connection) as queries:
        lifecycle.put_on_stage(room, poll)
        again = view_of(room, view)
    assert again.board is view.board
    assert json.dumps([query["sql"] for query in queries]).count("SUM(b.points)") == 0
