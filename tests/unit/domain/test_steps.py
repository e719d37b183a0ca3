from __future__ import annotations

from datetime import UTC, datetime

import pytest

from live_polls.domain import lifecycle, polls, rooms, steps
from live_polls.enums import PollState, Screen
from live_polls.errors import IllegalMoveError, PollNotFoundError
from live_polls.models import Poll, Room
from tests.factories import make_poll, make_room

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    """Three drafts, nothing on stage."""
    room = make_room()
    for _ in range(3):
        make_poll(room, is_open=False)
    room.refresh_from_db()
    return room


def press(room: Room) -> tuple[int | None, str | None, bool | None]:
    """Take a step as one who sees what is there; (step on stage, its state, shown)."""
    assert steps.take_step(room, seen=steps.mark_of(room))
    numbers = {poll.pk: number for number, poll in enumerate(room.polls.all(), 1)}
    poll = room.current
    return (numbers[poll.pk], poll.state, poll.shown) if poll else (None, None, None)


def test_one_key_runs_a_talk(room):
    assert [press(room) for _ in range(7)] == [
        (1, "open", None),
        (1, "closed", None),
        (2, "open", None),
        (2, "closed", None),
        (3, "open", None),
        (3, "closed", None),
        (3, "closed", None),
    ]


def test_results_for_hosts_are_shown_by_a_step_of_their_own(room):
    rooms.edit_room(room, title="Hall", results="host")

    assert [press(room) for _ in range(4)] == [
        (1, "open", None),
        (1, "closed", None),
        (1, "closed", True),
        (2, "open", None),
    ]


def test_rule_of_the_poll_goes_before_that_of_the_room(room):
    rooms.edit_room(room, title="Hall", results="host")
    Poll.objects.update(results="live")

    assert [press(room) for _ in range(3)][-1] == (2, "open", None)


def test_results_that_a_host_hid_are_shown_by_the_step_after_closing(room):
    press(room)
    lifecycle.hide_results(room.current)

    assert [press(room), press(room)] == [(1, "closed", False), (1, "closed", True)]


@pytest.mark.parametrize("screen", [Screen.BLANK, Screen.JOIN])
def test_step_from_another_screen_returns_to_the_content_first(room, screen):
    press(room)
    lifecycle.set_screen(room, screen)

    assert press(room) == (1, "open", None)
    assert room.screen == Screen.CONTENT
    assert press(room) == (1, "closed", None)


def test_step_opens_a_draft_that_is_on_stage(room):
    lifecycle.put_on_stage(room, room.polls.all()[1])

    assert press(room) == (2, "open", None)


def test_step_passes_over_archived_polls_and_moves_on_from_one(room):
    first, second, _ = room.polls.all()
    lifecycle.archive_poll(second)
    lifecycle.put_on_stage(room, first)
    lifecycle.archive_poll(first)

    assert press(room) == (3, "open", None)


def test_step_moves_to_a_poll_that_is_open_already_and_leaves_it_open(room):
    lifecycle.open_poll(room.polls.all()[1])
    lifecycle.put_on_stage(room, room.polls.all()[0])

    assert [press(room) for _ in range(3)] == [(1, "open", None), (1, "closed", None), (2, "open", None)]


def test_step_skips_none_of_those_that_share_a_position(room):
    Poll.objects.update(position=0)

    assert [press(room)[0] for _ in range(5)] == [1, 1, 2, 2, 3]


def test_no_step_follows_the_end(room):
    rooms.end_room(room)

    assert steps.next_step(room) is None
    assert press(room) == (None, None, None)


def test_empty_room_has_no_step():
    assert steps.next_step(make_room()) is None


def test_two_hosts_who_press_at_once_make_one_step(room):
    seen, other = steps.mark_of(room), Room.objects.get(pk=room.pk)

    assert [steps.take_step(room, seen=seen), steps.take_step(other, seen=seen)] == [True, False]
    assert [poll.state for poll in room.polls.all()] == ["open", "draft", "draft"]


def test_mark_says_what_a_stage_shows(room):
    def mark() -> str:
        room.refresh_from_db()
        return steps.mark_of(room).replace(room.polls.all()[0].code, "CODE")

    marks, poll = [mark()], room.polls.all()[0]
    for deed in (
        lambda: lifecycle.put_on_stage(room, poll),
        lambda: lifecycle.open_poll(poll),
        lambda: lifecycle.hide_results(poll),
        lambda: lifecycle.close_poll(poll),
        lambda: lifecycle.show_results(poll),
        lambda: lifecycle.open_poll(poll),
        lambda: lifecycle.set_screen(room, Screen.BLANK),
    ):
        deed()
        marks.append(mark())

    assert marks == [
        "content.-",
        "content.-",
        "content.CODE.1.open.rule",
        "content.CODE.1.open.hidden",
        "content.CODE.1.closed.hidden",
        "content.CODE.1.closed.shown",
        "content.CODE.2.open.rule",
        "blank.CODE.2.open.rule",
    ]


def test_poll_at_counts_as_people_do(room):
    first, second, third = room.polls.all()
    lifecycle.archive_poll(second)

    assert [steps.poll_at(room, "1"), steps.poll_at(room, "2")] == [first, third]


@pytest.mark.parametrize("step", ["", "0", "4", "-1", "x", "²", "1.0", "9" * 400])
def test_poll_at_no_step_is_not_found(room, step):
    with pytest.raises(PollNotFoundError):
        steps.poll_at(room, step)


# More time


def test_time_is_given_once_for_what_was_seen():
    poll = make_poll(seconds=30)
    seen = steps.deadline_mark(poll.deadline)

    assert [steps.give_time(poll, seen=seen), steps.give_time(poll, seen=seen)] == [True, False]


def test_time_is_not_given_where_no_countdown_runs():
    with pytest.raises(IllegalMoveError):
        steps.give_time(make_poll(), seen="")


def test_time_is_not_given_to_a_deleted_poll():
    poll = make_poll(seconds=30)
    polls.remove_poll(poll)

    with pytest.raises(PollNotFoundError):
        steps.give_time(poll, seen=steps.deadline_mark(poll.deadline))


def test_deadline_mark_is_whole_milliseconds():
    assert steps.deadline_mark(datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)) == "1793534400123"
    assert steps.deadline_mark(None) == ""


def test_state_on_stage_is_that_of_the_database(room):
    press(room)

    assert Poll.objects.get(pk=room.current_id).state == PollState.OPEN
