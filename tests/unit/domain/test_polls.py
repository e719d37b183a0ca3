from __future__ import annotations

from typing import Any

import pytest

from live_polls.domain import lifecycle, polls
from live_polls.domain.ballots import cast_batch
from live_polls.domain.polls import PollDraft
from live_polls.errors import InvalidSettingsError, PollHasBallotsError, PollNotFoundError
from live_polls.models import Ballot, Option, Poll, Room, Tally
from tests.factories import make_cast, make_poll, make_room

pytestmark = pytest.mark.django_db


def draft(**changes: Any) -> PollDraft:
    fields: dict[str, Any] = {"kind": "single_choice", "prompt": "Tea?", "options": ["Yes", "No"]}
    return PollDraft(**fields | changes)


def texts_of(poll: Poll) -> list[tuple[int, str]]:
    return list(poll.options.values_list("number", "text"))


def order_of(room: Room) -> list[str]:
    return list(room.polls.values_list("prompt", flat=True))


# Drafts


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "essay"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \u200b\n "}, "prompt"),
        ({"prompt": "x" * 301}, "prompt"),
        ({"options": []}, "options"),
        ({"options": ["Yes"]}, "options"),
        ({"options": [str(n) for n in range(51)]}, "options"),
        ({"options": ["Yes", ""]}, "options"),
        ({"options": ["Yes", "x" * 201]}, "options"),
        ({"options": ["Yes", " Yes "]}, "options"),
        ({"seconds": 4}, "seconds"),
        ({"seconds": 3601}, "seconds"),
        ({"seconds": 0}, "seconds"),
        ({"settings": {"max_choices": 1}}, "max_choices"),
        ({"kind": "multiple_choice", "settings": {"max_choices": 3}}, "max_choices"),
        ({"results": "never"}, "results"),
    ],
    ids=repr,
)
def test_draft_that_cannot_be_asked_names_the_field(changes, field):
    with pytest.raises(InvalidSettingsError) as refused:
        polls.add_poll(make_room(), draft(**changes))

    assert refused.value.field == field
    assert not Poll.objects.exists()


def test_add_poll_stores_clean_texts_and_complete_settings():
    asked = draft(kind="multiple_choice", prompt=" Tea\u202e? ", options=[" Yes ", "N\to"], seconds=30, results="host")

    poll = polls.add_poll(make_room(), asked, key="tea")

    assert (poll.prompt, poll.settings) == ("Tea?", {"min_choices": 1, "max_choices": 2, "abstain": False})
    assert (poll.state, poll.round, poll.seconds, poll.results, poll.key) == ("draft", 1, 30, "host", "tea")
    assert texts_of(poll) == [(1, "Yes"), (2, "N o")]


def test_add_poll_appends_and_is_heard(heard):
    room = make_room()
    [first] = heard(lambda: polls.add_poll(room, draft(prompt="1")))
    [second] = heard(lambda: polls.add_poll(room, draft(prompt="2")))

    assert order_of(room) == ["1", "2"]
    assert second.version == first.version + 1


def test_poll_codes_are_all_different():
    room = make_room()

    assert len({polls.add_poll(room, draft()).code for _ in range(20)}) == 20


# Editing


def test_edit_poll_rewrites_what_nobody_has_voted_in():
    poll = polls.add_poll(make_room(), draft())

    polls.edit_poll(poll, draft(kind="ranking", prompt="Which?", options=["A", "B", "C"], seconds=10, results="host"))

    poll.refresh_from_db()
    assert (poll.kind, poll.prompt, poll.seconds, poll.results) == ("ranking", "Which?", 10, "host")
    assert poll.settings == {"min_choices": 1, "max_choices": 3, "abstain": False}
    assert texts_of(poll) == [(1, "A"), (2, "B"), (3, "C")]


REWRITES: list[dict[str, Any]] = [
    {"kind": "ranking"},
    {"prompt": "Coffee?"},
    {"options": ["No", "Yes"]},
    {"options": ["Yes", "No", "Both"]},
]


@pytest.mark.parametrize("rewrite", REWRITES, ids=repr)
def test_edit_poll_refuses_what_would_falsify_ballots(rewrite):
    poll = polls.add_poll(make_room(), draft())
    lifecycle.open_poll(poll)
    cast_batch([make_cast(poll, {"option": 1})])
    lifecycle.reset_poll(poll)

    with pytest.raises(PollHasBallotsError):
        polls.edit_poll(poll, draft(**rewrite))

    poll.refresh_from_db()
    assert (poll.kind, poll.prompt, texts_of(poll)) == ("single_choice", "Tea?", [(1, "Yes"), (2, "No")])


def test_edit_poll_refuses_new_settings_where_there_are_ballots():
    poll = make_poll(kind="multiple_choice")
    cast_batch([make_cast(poll, {"options": [1, 2]})])

    asked = draft(kind="multiple_choice", prompt=poll.prompt, options=["Tabs", "Spaces", "Both"])
    with pytest.raises(PollHasBallotsError):
        polls.edit_poll(poll, polls.PollDraft(**_fields(asked) | {"settings": {"max_choices": 1}}))


def test_withdrawn_ballot_protects_the_poll_too():
    poll = make_poll()
    cast_batch([make_cast(poll, {"option": 1}, participant="alice")])
    cast_batch([make_cast(poll, None, participant="alice", seq=2)])

    assert polls.has_ballots(poll)


def test_edit_poll_refuses_to_rewrite_an_open_poll():
    poll = polls.add_poll(make_room(), draft())
    lifecycle.open_poll(poll)

    with pytest.raises(PollHasBallotsError):
        polls.edit_poll(poll, draft(prompt="Coffee?"))


@pytest.mark.parametrize("change", [{"seconds": 30}, {"results": "host"}], ids=repr)
def test_countdown_and_visibility_may_change_at_any_time(change):
    poll = polls.add_poll(make_room(), draft())
    lifecycle.open_poll(poll)
    cast_batch([make_cast(poll, {"option": 1})])

    polls.edit_poll(poll, draft(**change))

    assert Poll.objects.values(*change).get() == change


def test_edit_poll_of_what_is_already_so_bumps_nothing(heard):
    poll = polls.add_poll(make_room(), draft())

    assert heard(lambda: polls.edit_poll(poll, draft(prompt=" Tea? "))) == []
    assert len(heard(lambda: polls.edit_poll(poll, draft(prompt="Coffee?")))) == 1


def test_edit_poll_says_when_the_poll_was_deleted():
    poll = polls.add_poll(make_room(), draft())
    polls.remove_poll(poll)

    with pytest.raises(PollNotFoundError):
        polls.edit_poll(poll, draft())


# Removing and moving


def test_remove_poll_leaves_nothing_of_it_and_clears_the_stage():
    poll = make_poll()
    cast_batch([make_cast(poll, {"option": 1})])

    polls.remove_poll(poll)

    assert [model.objects.count() for model in (Poll, Option, Ballot, Tally)] == [0, 0, 0, 0]
    assert Room.objects.get().current is None


def test_remove_poll_is_heard_once(heard):
    poll = make_poll()

    assert len(heard(lambda: polls.remove_poll(poll))) == 1
    assert heard(lambda: polls.remove_poll(poll)) == []


@pytest.mark.parametrize(
    ("moved", "position", "expected"),
    [("a", 0, "abcd"), ("a", 2, "bcad"), ("d", 0, "dabc"), ("b", 99, "acdb"), ("c", -5, "cabd"), ("d", 1, "adbc")],
)
def test_move_poll_puts_it_there_and_numbers_the_others_anew(moved, position, expected):
    room = make_room()
    for prompt in "abcd":
        polls.add_poll(room, draft(prompt=prompt))

    polls.move_poll(Poll.objects.get(prompt=moved), position=position)

    assert order_of(room) == list(expected)
    assert list(room.polls.values_list("position", flat=True)) == [0, 1, 2, 3]


def test_move_poll_to_where_it_is_bumps_nothing(heard):
    room = make_room()
    first = polls.add_poll(room, draft(prompt="1"))
    polls.add_poll(room, draft(prompt="2"))

    assert len(heard(lambda: polls.move_poll(first, position=1))) == 1
    assert heard(lambda: polls.move_poll(first, position=1)) == []


def test_move_poll_orders_those_that_share_a_position():
    room = make_room()
    for prompt in "abc":
        polls.add_poll(room, draft(prompt=prompt))
    Poll.objects.update(position=0)

    polls.move_poll(Poll.objects.get(prompt="c"), position=1)

    assert order_of(room) == list("acb")


def _fields(asked: PollDraft) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in asked.__dataclass_fields__}
