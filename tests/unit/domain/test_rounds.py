from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import IntegrityError

from live_polls.domain import lifecycle
from live_polls.domain.asking import edit_asking
from live_polls.domain.ballots import cast_batch
from live_polls.domain.question_moderation import pin_question
from live_polls.domain.retention import purge_room
from live_polls.domain.rounds import compare_rounds, show_rounds
from live_polls.domain.snapshot import read_room
from live_polls.domain.steps import take_step
from live_polls.domain.suppression import Veil
from live_polls.domain.visibility import Viewer
from live_polls.enums import Asking, Screen
from live_polls.errors import IllegalMoveError
from live_polls.kinds import KINDS
from live_polls.live import faces
from live_polls.models import Poll, Room
from tests.asking import make_asked
from tests.factories import make_cast, make_participant, make_poll

pytestmark = pytest.mark.django_db

ONE, TWO = {"option": 1}, {"option": 2}


def vote(poll: Poll, answers: Sequence[object], *, first_person: int = 0) -> None:
    """Open a round, let persons 0, 1, 2 … give these answers (None: they do not vote), and close it."""
    lifecycle.open_poll(poll)
    casts = [
        make_cast(poll, answer, participant=f"person {number + first_person:02}")
        for number, answer in enumerate(answers)
        if answer is not None
    ]
    cast_batch(casts)
    lifecycle.close_poll(poll)


def make_rounds(*rounds: Sequence[object], kind: str = "single_choice") -> Poll:
    poll = make_poll(kind=kind, options=("Tabs", "Spaces"), is_open=False)
    for answers in rounds:
        vote(poll, answers)
    return poll


def moves_of(poll: Poll, *pair: int) -> Any:
    """The moves; Any, because a test indexes tables that could be None."""
    return compare_rounds(poll, *pair).moves


def test_rounds_that_are_over_stand_beside_each_other():
    poll = make_rounds([ONE] * 4, [ONE, TWO], [TWO])
    lifecycle.open_poll(poll)

    compared = compare_rounds(poll)

    assert [(each.number, each.tally["counts"]) for each in compared.rounds] == [
        (1, {"1": 4, "2": 0}),
        (2, {"1": 1, "2": 1}),
        (3, {"1": 0, "2": 1}),
    ]


def test_moves_are_counted_from_the_ballots_of_the_same_people():
    poll = make_rounds(
        [ONE] * 10 + [TWO] * 8 + [None] * 3,
        [ONE] * 6 + [TWO] * 4 + [ONE] * 3 + [TWO] * 5 + [ONE] * 3,
    )

    moves = moves_of(poll)

    assert moves is not None
    assert (moves.first, moves.second) == (1, 2)
    assert moves.tables == ([[6, 4, 0], [3, 5, 0], [3, 0, Veil.HIDDEN]],)


def test_who_did_not_vote_in_one_of_the_rounds_has_a_row_and_a_column():
    poll = make_rounds([ONE] * 10 + [None] * 5, [ONE] * 6 + [None] * 4 + [ONE] * 5)

    assert moves_of(poll).tables == ([[6, 0, 4], [0, 0, 0], [5, 0, Veil.HIDDEN]],)


def test_a_withdrawn_ballot_is_no_vote():
    poll = make_rounds([ONE] * 8)
    lifecycle.open_poll(poll)
    cast_batch([make_cast(poll, ONE, participant=f"person {n:02}") for n in range(8)])
    cast_batch([make_cast(poll, None, participant=f"person {n:02}", seq=2) for n in range(3)])
    lifecycle.close_poll(poll)

    assert moves_of(poll).tables[0][0] == [5, 0, 3]


def test_one_or_two_people_are_not_shown():
    poll = make_rounds([ONE] * 10 + [TWO] * 10, [ONE] * 9 + [TWO] * 11)

    shown = moves_of(poll).tables[0]

    assert shown is None or 1 not in [cell for line in shown for cell in line]


@pytest.mark.parametrize(("asked", "pair"), [((1, 3), (1, 3)), ((3, 1), (1, 3)), ((2, 2), (2, 3)), ((1, 9), (2, 3))])
def test_any_two_rounds_can_be_compared(asked, pair):
    poll = make_rounds([ONE] * 4, [ONE] * 4, [TWO] * 4)

    moves = moves_of(poll, *asked)

    assert (moves.first, moves.second) == pair


def test_a_round_that_runs_is_not_compared():
    poll = make_rounds([ONE] * 4)
    lifecycle.open_poll(poll)
    poll.refresh_from_db()
    cast_batch([make_cast(poll, TWO, participant=f"person {n:02}") for n in range(4)])

    assert compare_rounds(poll).moves is None
    assert [each.number for each in compare_rounds(poll).rounds] == [1]


def test_a_round_without_ballots_is_left_out():
    poll = make_rounds([ONE] * 4, [], [TWO] * 4)

    compared = compare_rounds(poll)

    assert [each.number for each in compared.rounds] == [1, 3]
    assert (moves_of(poll).first, moves_of(poll).second) == (1, 3)


def test_a_ranking_is_followed_by_its_first_place():
    poll = make_rounds([{"options": [1, 2]}] * 4, [{"options": [2, 1]}] * 4, kind="ranking")

    table = moves_of(poll).tables[0]

    assert table[0][1] == 4


def test_where_people_choose_several_each_option_has_a_table():
    both, first = {"options": [1, 2]}, {"options": [1]}
    poll = make_rounds([both] * 8, [both] * 5 + [first] * 3, kind="multiple_choice")

    moves = moves_of(poll)

    assert len(moves.tables) == 2
    assert moves.tables[1][0][:2] == [5, 3]


def test_kinds_in_which_nobody_can_be_followed_have_rounds_and_no_moves(monkeypatch):
    monkeypatch.setattr(KINDS["single_choice"], "can_follow", False)
    poll = make_rounds([ONE] * 4, [TWO] * 4)

    compared = compare_rounds(poll)

    assert (len(compared.rounds), compared.moves) == (2, None)


def test_a_purged_room_keeps_its_rounds_and_tells_no_moves():
    poll = make_rounds([ONE] * 4, [TWO] * 4)
    purge_room(poll.room)

    compared = compare_rounds(poll)

    assert (len(compared.rounds), compared.moves) == (2, None)


def test_stages_compare_rounds_when_a_host_says_so_and_it_may_be_repeated(heard):
    poll = make_rounds([ONE] * 4, [TWO] * 4, [TWO] * 4)

    assert len(heard(lambda: show_rounds(poll.room, poll, 1, 3))) == 1
    assert heard(lambda: show_rounds(poll.room, poll, 1, 3)) == []
    room = Room.objects.get()
    assert (room.current, room.screen, room.compared) == (poll, Screen.ROUNDS, [1, 3])


def test_rounds_take_the_place_of_a_question_on_stage_and_the_talk_goes_on_from_there():
    poll = make_rounds([ONE] * 4, [TWO] * 4)
    room = poll.room
    edit_asking(room, asking=Asking.OPEN)
    pin_question(make_asked(room))
    room.refresh_from_db()

    show_rounds(room, poll)

    view, _ = read_room(room.pk)
    assert view is not None
    assert (view.current, view.current_question) == (poll.code, None)
    # A stage that shows the rounds presses "next": it goes back to the content, where the poll is.
    shown = faces.poll_object(view.polls[0], Viewer.TRUSTED_STAGE)
    assert take_step(room, seen=f"rounds.{shown.code}.{shown.round}.{shown.state}.rule")
    assert (room.screen, room.current) == (Screen.CONTENT, poll)


def test_rounds_are_shown_where_nothing_is_on_stage():
    poll = make_rounds([ONE] * 4, [TWO] * 4)
    lifecycle.put_on_stage(poll.room, None)

    show_rounds(poll.room, poll)

    assert (poll.room.current, poll.room.screen) == (poll, Screen.ROUNDS)


def test_the_database_puts_a_poll_or_a_question_on_stage_and_never_both():
    poll = make_rounds([ONE] * 4)
    edit_asking(poll.room, asking=Asking.OPEN)
    with pytest.raises(IntegrityError, match="one_thing_on_stage"):
        Room.objects.update(current=poll, current_question=make_asked(poll.room))


def test_one_round_is_nothing_to_compare():
    poll = make_rounds([ONE] * 4)

    with pytest.raises(IllegalMoveError):
        show_rounds(poll.room, poll)


def test_no_key_of_a_participant_is_in_a_comparison():
    poll = make_rounds([ONE] * 4, [TWO] * 4)

    assert "person" not in repr(compare_rounds(poll))
    assert make_participant(poll.room).ballot_key not in repr(compare_rounds(poll))
