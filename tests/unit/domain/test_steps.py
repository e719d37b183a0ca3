from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from live_polls.domain import lifecycle, steps
from live_polls.domain.polls import remove_poll
from live_polls.domain.rooms import end_room
from live_polls.domain.steps import Deed, Step, next_step, take_step
from live_polls.enums import PollState, Screen
from live_polls.errors import IllegalMoveError, PollNotFoundError
from live_polls.models import Poll, Room
from tests.factories import make_poll, make_room

pytestmark = pytest.mark.django_db


def deck(*, results: str = "live", n_polls: int = 2) -> tuple[Room, list[Poll]]:
    room = make_room(results=results)
    return room, [make_poll(room, is_open=False) for _ in range(n_polls)]


def press(room: Room) -> None:
    assert take_step(room, seen=steps.mark_of(room))


def stand(room: Room) -> tuple[str, str, bool | None]:
    """(which poll is on stage, its state, shown)."""
    poll = Room.objects.get(pk=room.pk).current
    assert poll is not None
    return poll.prompt, poll.state, poll.shown


def test_one_key_runs_a_talk_whose_results_are_live():
    room, (first, second) = deck()

    seen = []
    while next_step(room):
        press(room)
        seen.append(stand(room))

    assert seen == [
        (first.prompt, "open", None),
        (first.prompt, "closed", None),
        (second.prompt, "open", None),
        (second.prompt, "closed", None),
    ]


def test_results_that_wait_for_the_host_get_a_step_of_their_own():
    room, (only,) = deck(results="host", n_polls=1)

    for _ in range(3):
        press(room)

    assert stand(room) == (only.prompt, "closed", True)
    assert next_step(room) is None


def test_results_that_a_host_hid_are_shown_before_the_next_poll():
    room, (first, _) = deck()
    press(room)
    lifecycle.hide_results(first)
    press(room)

    step = next_step(room)

    assert step is not None
    assert (step.deed, step.poll) == (Deed.SHOW, first)


def test_a_step_returns_from_a_blank_screen_before_it_does_anything_else():
    room, _ = deck()
    press(room)
    lifecycle.set_screen(room, Screen.BLANK)

    assert next_step(room) == Step(Deed.RETURN)
    press(room)

    assert room.screen == Screen.CONTENT
    assert stand(room)[1] == "open"


def test_a_draft_on_stage_is_opened():
    room, (_, second) = deck()
    lifecycle.put_on_stage(room, second)

    press(room)

    assert stand(room) == (second.prompt, "open", None)


def test_archived_polls_are_stepped_over_and_off():
    room, (first, second, third) = deck(n_polls=3)
    lifecycle.archive_poll(second)
    lifecycle.put_on_stage(room, first)
    lifecycle.archive_poll(first)
    room.refresh_from_db()

    press(room)

    assert stand(room) == (third.prompt, "open", None)


def test_a_poll_that_has_run_is_shown_again_and_not_reopened():
    room, (first, second) = deck()
    lifecycle.open_poll(second)
    lifecycle.close_poll(second)
    lifecycle.open_poll(first)
    lifecycle.close_poll(first)
    lifecycle.put_on_stage(room, first)

    press(room)

    second.refresh_from_db()
    assert stand(room) == (second.prompt, "closed", None)
    assert second.round == 1


def test_no_poll_is_skipped_when_two_share_a_position():
    room, polls = deck(n_polls=3)
    Poll.objects.update(position=0)

    for _ in range(5):
        press(room)

    assert stand(room) == (polls[2].prompt, "open", None)


def test_two_presses_at_once_make_one_step():
    room, (first, _) = deck()
    seen = steps.mark_of(room)

    assert take_step(room, seen=seen)
    assert not take_step(room, seen=seen)

    assert stand(room) == (first.prompt, "open", None)


@pytest.mark.parametrize("deed", ["close", "hide", "blank", "stage"])
def test_the_mark_changes_with_everything_that_changes_the_next_step(deed: str):
    room, (first, second) = deck()
    lifecycle.open_poll(first)
    room.refresh_from_db()
    before = steps.mark_of(room)

    if deed == "close":
        lifecycle.close_poll(first)
    elif deed == "hide":
        lifecycle.hide_results(first)
    elif deed == "blank":
        lifecycle.set_screen(room, Screen.BLANK)
    else:
        lifecycle.put_on_stage(room, second)
    room.refresh_from_db()

    assert steps.mark_of(room) != before


def test_a_room_that_has_ended_has_no_next_step():
    room, _ = deck()
    end_room(room)

    assert next_step(room) is None
    assert take_step(room, seen=steps.mark_of(room))
    assert not Poll.objects.exclude(state=PollState.DRAFT).exists()


def test_more_time_is_given_once_however_often_it_is_asked_for():
    poll = make_poll(seconds=30)
    seen = steps.deadline_mark(poll.deadline)

    assert steps.give_time(poll, seen=seen)
    assert not steps.give_time(poll, seen=seen)

    poll.refresh_from_db()
    assert poll.deadline is not None
    assert timedelta(seconds=43) < poll.deadline - timezone.now() <= timedelta(seconds=45)


def test_more_time_where_no_countdown_runs_is_refused():
    with pytest.raises(IllegalMoveError):
        steps.give_time(make_poll(), seen="")


def test_more_time_for_a_poll_that_was_deleted_finds_no_poll():
    poll = make_poll(seconds=30)
    remove_poll(poll)

    with pytest.raises(PollNotFoundError):
        steps.give_time(poll, seen=steps.deadline_mark(poll.deadline))


def test_steps_are_counted_from_one_without_archived_polls():
    room, (first, second, third) = deck(n_polls=3)
    lifecycle.archive_poll(first)

    assert steps.poll_at(room, "1") == second
    assert steps.poll_at(room, "2") == third


@pytest.mark.parametrize("step", ["", "0", "3", "-1", "x", "٣", "9" * 30, "0000000001"])
def test_a_step_that_is_none_is_refused(step: str):
    room, _ = deck()

    with pytest.raises(PollNotFoundError):
        steps.poll_at(room, step)
