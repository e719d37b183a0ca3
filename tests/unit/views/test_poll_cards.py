"""What stands on a card of the audience page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from live_polls.domain.room_view import MyBallot, PollView, RoomSecrets, RoomView
from live_polls.kinds import KINDS
from live_polls.views.poll_cards import audience_cards, choice_rule, skeletons


def poll(code: str = "a", **more: Any) -> PollView:
    fields: dict[str, Any] = {
        "id": 1,
        "kind": "single_choice",
        "prompt": "Tabs or spaces?",
        "state": "open",
        "round": 1,
        "options": ((1, "Tabs"), (2, "Spaces")),
        "settings": {},
        "results": "live",
        "shown": None,
        "seconds": None,
        "deadline": None,
        "counters": {"n": 3, "1": 1, "2": 2},
    }
    return PollView(code=code, **(fields | more))


def room(*polls: PollView, state: str = "live", current: str | None = None) -> RoomView:
    secrets = RoomSecrets("", "", "")
    return RoomView(1, "e", 1, 1, "K7QM2X", "Main Hall", state, "live", "content", current, secrets, polls)


def ballot(code: str, answer: object, seq: int = 1) -> MyBallot:
    return MyBallot(code, 1, seq, None if answer is None else json.dumps(answer), "r")


def test_open_polls_come_first_then_the_one_on_stage_then_the_newest():
    polls = [poll("a", state="closed"), poll("b", state="closed"), poll("c", state="closed"), poll("d"), poll("e")]

    assert [card.code for card in audience_cards(room(*polls, current="b"))] == ["d", "e", "b", "c", "a"]


def test_drafts_and_archived_polls_have_no_card():
    assert audience_cards(room(poll("a", state="draft"), poll("b", state="archived"))) == ()


def test_nothing_is_open_in_a_room_that_has_ended():
    (card,) = audience_cards(room(poll(), state="ended"))

    assert (card.is_open, card.standing) == (False, "closed")


def test_a_vote_marks_its_options_in_their_order_and_the_next_seq():
    ranked = poll(kind="ranking", settings={"min_choices": 1, "max_choices": 2})

    (card,) = audience_cards(room(ranked), [ballot("a", {"options": [2, 1]}, seq=4)])

    assert [option.letter for option in card.mine] == ["B", "A"]
    assert (card.standing, card.seq, card.chosen) == ("counted", 5, {2: 1, 1: 2})


def test_a_withdrawn_vote_asks_again_with_the_next_seq():
    (card,) = audience_cards(room(poll()), [ballot("a", None, seq=2)])

    assert (card.asks, card.seq, card.mine) == (True, 3, ())


@pytest.mark.parametrize(
    ("results", "state", "shown", "voted", "hint"),
    [
        ("live", "open", None, False, ""),
        ("live", "open", False, False, "host"),
        ("after_vote", "open", None, False, "after_vote"),
        ("after_vote", "open", None, True, ""),
        ("after_close", "open", None, True, "after_close"),
        ("after_close", "closed", None, False, ""),
        ("host", "closed", True, True, "host"),
    ],
)
def test_results_are_there_or_a_sentence_says_why_not(results, state, shown, voted, hint):
    mine = [ballot("a", {"option": 1})] if voted else []

    (card,) = audience_cards(room(poll(results=results, state=state, shown=shown)), mine)

    assert card.results_hint == hint
    assert card.n_ballots == 3
    assert [row.n for row in card.chart.rows] == ([0, 0] if hint else [1, 2])


@pytest.mark.parametrize(
    ("least", "most", "rule"), [(2, 2, "exact"), (2, 3, "range"), (1, 2, "up_to"), (1, 3, "any"), (1, 1, "exact")]
)
def test_one_sentence_says_how_many_to_choose(least, most, rule):
    options = ((1, "a"), (2, "b"), (3, "c"))

    assert choice_rule(poll(settings={"min_choices": least, "max_choices": most}, options=options)) == (rule,)


def test_every_kind_has_a_mould_with_places_to_fill():
    assert [card.kind for card in skeletons()] == list(KINDS)
    assert {option.text for card in skeletons() for option in card.options} == {"{text}"}
