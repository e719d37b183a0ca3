from __future__ import annotations

from dataclasses import replace

import pytest

from live_polls.domain import lifecycle
from live_polls.domain.ballots import cast_batch
from live_polls.domain.polls import PollDraft, draft_of, edit_poll
from live_polls.domain.tally import recount
from live_polls.errors import MeaningUnconfirmedError, PollHasBallotsError
from live_polls.models import Poll
from tests.factories import make_cast, make_poll

pytestmark = pytest.mark.django_db


def voted(answer: object = None, **settings: object) -> Poll:
    poll = make_poll(**settings)  # type: ignore[arg-type]
    cast_batch([make_cast(poll, answer or {"option": 1})])
    return poll


def changed(poll: Poll, **changes: object) -> PollDraft:
    return replace(draft_of(poll), **changes)  # type: ignore[arg-type]


SPELLING = [{"prompt": "Tabs or spaces??"}, {"options": ["Tabs!", "Spaces", "Both"]}]


@pytest.mark.parametrize("change", SPELLING)
def test_spelling_is_mended_when_a_host_says_that_the_meaning_stays(change, heard):
    poll = voted()
    draft = changed(poll, **change)

    with pytest.raises(MeaningUnconfirmedError):
        edit_poll(poll, draft)
    assert len(heard(lambda: edit_poll(poll, draft, same_meaning=True))) == 1
    assert heard(lambda: edit_poll(poll, draft, same_meaning=True)) == []
    poll.refresh_from_db()
    assert draft_of(poll) == draft
    assert recount(poll.room) == []


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "multiple_choice", "settings": {}},
        {"options": ["Tabs", "Spaces"]},
        {"options": ["Spaces", "Tabs", "Both"]},
        {"options": ["New", "Tabs", "Spaces", "Both"]},
        {"points": 100, "right": frozenset({1})},
    ],
)
def test_what_would_falsify_ballots_is_refused_with_a_reason(change):
    poll = voted()

    with pytest.raises(PollHasBallotsError, match=r"[Dd]uplicate the poll") as refused:
        edit_poll(poll, changed(poll, **change), same_meaning=True)

    assert not isinstance(refused.value, MeaningUnconfirmedError)


def test_a_poll_that_is_open_is_protected_before_the_first_ballot():
    poll = make_poll()

    with pytest.raises(PollHasBallotsError):
        edit_poll(poll, changed(poll, options=["Tabs", "Spaces"]), same_meaning=True)


def test_an_option_may_be_added_at_the_end_while_people_vote():
    poll = voted()

    edit_poll(poll, changed(poll, options=["Tabs", "Spaces", "Both", "None"]), same_meaning=True)

    cast_batch([make_cast(poll, {"option": 4})])
    assert recount(poll.room) == []
    assert list(poll.options.values_list("number", "text"))[-1] == (4, "None")


def test_in_a_ranking_no_option_can_be_added():
    poll = voted({"options": [1, 2, 3]}, kind="ranking")

    with pytest.raises(PollHasBallotsError):
        edit_poll(poll, changed(poll, options=["Tabs", "Spaces", "Both", "None"], settings={}), same_meaning=True)


@pytest.mark.parametrize(("most", "fits"), [(3, True), (2, True), (1, False)])
def test_limits_change_as_long_as_every_ballot_still_fits(most, fits):
    poll = voted({"options": [1, 2]}, kind="multiple_choice", settings={"max_choices": 2})
    draft = changed(poll, settings={**poll.settings, "max_choices": most})

    if fits:
        edit_poll(poll, draft, same_meaning=True)
        assert recount(poll.room) == []
    else:
        with pytest.raises(PollHasBallotsError):
            edit_poll(poll, draft, same_meaning=True)


def test_a_draft_that_nobody_answered_is_rewritten_at_will():
    poll = make_poll(is_open=False)

    edit_poll(poll, changed(poll, options=["Spaces", "Tabs"]))

    assert [text for _, text in poll.options.values_list("number", "text")] == ["Spaces", "Tabs"]


def test_a_new_round_keeps_the_old_one_true():
    poll = voted()
    lifecycle.reset_poll(poll)

    with pytest.raises(PollHasBallotsError):
        edit_poll(poll, changed(poll, options=["Spaces", "Tabs", "Both"]), same_meaning=True)
