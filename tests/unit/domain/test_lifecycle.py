from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from live_polls.domain import lifecycle, polls, rooms
from live_polls.domain.ballots import Counted, cast_batch
from live_polls.enums import PollState, Screen
from live_polls.errors import IllegalMoveError, PollNotFoundError, RoomEndedError
from live_polls.models import Ballot, Poll, Room, Tally
from tests.factories import make_cast, make_poll, make_room

pytestmark = pytest.mark.django_db

DRAFT, OPEN, CLOSED, ARCHIVED = PollState.DRAFT, PollState.OPEN, PollState.CLOSED, PollState.ARCHIVED

DEEDS: dict[str, Callable[[Poll], None]] = {
    "open": lifecycle.open_poll,
    "close": lifecycle.close_poll,
    "archive": lifecycle.archive_poll,
    "reset": lifecycle.reset_poll,
    "show": lifecycle.show_results,
    "hide": lifecycle.hide_results,
    "untimed": lifecycle.stop_countdown,
}


def poll_in(state: PollState) -> Poll:
    poll = make_poll(is_open=state is not DRAFT)
    if state in {CLOSED, ARCHIVED}:
        lifecycle.close_poll(poll)
    if state is ARCHIVED:
        lifecycle.archive_poll(poll)
    return poll


def version_of(poll: Poll) -> tuple[int, int]:
    return Room.objects.values_list("version", "layout_version").get(pk=poll.room_id)


# What follows each state, and whether it is a new round. None: that move is illegal.
MOVES = {
    (DRAFT, "open"): (OPEN, 1),
    (OPEN, "open"): (OPEN, 1),
    (CLOSED, "open"): (OPEN, 2),
    (ARCHIVED, "open"): (OPEN, 2),
    (DRAFT, "close"): None,
    (OPEN, "close"): (CLOSED, 1),
    (CLOSED, "close"): (CLOSED, 1),
    (ARCHIVED, "close"): None,
    (DRAFT, "archive"): (ARCHIVED, 1),
    (OPEN, "archive"): None,
    (CLOSED, "archive"): (ARCHIVED, 1),
    (ARCHIVED, "archive"): (ARCHIVED, 1),
    (DRAFT, "reset"): (DRAFT, 1),
    (OPEN, "reset"): (DRAFT, 2),
    (CLOSED, "reset"): (DRAFT, 2),
    (ARCHIVED, "reset"): (DRAFT, 2),
}


@pytest.mark.parametrize(("source", "deed"), MOVES)
def test_poll_moves_as_the_table_says(source, deed):
    poll, expected = poll_in(source), MOVES[source, deed]
    if expected is None:
        with pytest.raises(IllegalMoveError):
            DEEDS[deed](poll)
        expected = source, 1
    else:
        DEEDS[deed](poll)

    assert (poll.state, poll.round) == expected
    assert Poll.objects.values_list("state", "round").get(pk=poll.pk) == expected


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("source", PollState)
def test_every_deed_may_be_repeated(source, deed):
    poll = poll_in(source)
    if MOVES.get((source, deed), ()) is None:
        return
    DEEDS[deed](poll)
    before, version = Poll.objects.filter(pk=poll.pk).values().get(), version_of(poll)

    DEEDS[deed](poll)

    assert Poll.objects.filter(pk=poll.pk).values().get() == before
    assert version_of(poll) == version


@pytest.mark.parametrize("deed", ["open", "close", "reset", "show", "hide"])
def test_a_deed_bumps_both_versions_once_and_announces_it(deed, heard):
    poll = poll_in(DRAFT if deed == "open" else OPEN)
    version, layout = version_of(poll)

    facts = heard(lambda: DEEDS[deed](poll))

    assert version_of(poll) == (version + 1, version + 1)
    assert layout <= version
    assert [(fact.room_id, fact.version) for fact in facts] == [(poll.room_id, version + 1)]


@pytest.mark.parametrize("deed", DEEDS)
def test_deed_on_a_deleted_poll_says_that_it_is_not_there(deed):
    poll = make_poll()
    polls.remove_poll(poll)

    with pytest.raises(PollNotFoundError):
        DEEDS[deed](poll)


def test_open_poll_is_refused_in_a_room_that_has_ended():
    poll = poll_in(DRAFT)
    rooms.end_room(poll.room)

    with pytest.raises(RoomEndedError):
        lifecycle.open_poll(poll)


def test_deed_goes_by_the_row_and_not_by_the_callers_copy():
    poll = make_poll()
    stale = Poll.objects.get(pk=poll.pk)
    lifecycle.close_poll(poll)

    lifecycle.open_poll(stale)

    assert (stale.state, stale.round) == (OPEN, 2)


# Rounds


def test_rounds_keep_their_ballots_and_tallies():
    poll = make_poll()
    cast_batch([make_cast(poll, {"option": 1}, participant="alice")])
    lifecycle.close_poll(poll)
    lifecycle.open_poll(poll)
    cast_batch([make_cast(poll, {"option": 2}, participant="alice")])
    lifecycle.reset_poll(poll)

    ballots = Ballot.objects.order_by("round").values_list("round", "seq", "answer")
    assert list(ballots) == [(1, 1, '{"option":1}'), (2, 1, '{"option":2}')]
    assert set(Tally.objects.values_list("round", "counter", "n")) == {
        (1, "n", 1),
        (1, "1", 1),
        (2, "n", 1),
        (2, "2", 1),
    }


def test_new_round_forgets_what_was_shown_and_the_countdown():
    poll = make_poll(seconds=30)
    lifecycle.show_results(poll)

    lifecycle.reset_poll(poll)

    assert (poll.shown, poll.opened_at, poll.deadline) == (None, None, None)


# Results shown


def test_results_are_shown_hidden_and_shown_again():
    poll = make_poll()
    history = []
    for deed in (lifecycle.hide_results, lifecycle.show_results, lifecycle.hide_results):
        deed(poll)
        history.append(poll.shown)

    assert history == [False, True, False]


# Countdown


def test_open_poll_starts_the_countdown():
    poll = make_poll(seconds=30)

    assert poll.opened_at is not None
    assert poll.deadline == poll.opened_at + timedelta(seconds=30)


def test_open_poll_without_countdown_has_no_deadline():
    assert make_poll().deadline is None


def test_close_poll_ends_the_countdown():
    poll = make_poll(seconds=30)

    lifecycle.close_poll(poll)

    assert poll.deadline is None


def test_extend_countdown_adds_time_each_time():
    poll = make_poll(seconds=30)

    lifecycle.extend_countdown(poll)
    lifecycle.extend_countdown(poll, seconds=5)

    assert poll.opened_at is not None
    assert poll.deadline == poll.opened_at + timedelta(seconds=50)


def test_extend_countdown_in_the_grace_gives_all_of_the_time():
    poll = make_poll(seconds=30)
    now = timezone.now()
    Poll.objects.filter(pk=poll.pk).update(deadline=now - timedelta(seconds=1))

    lifecycle.extend_countdown(poll)

    assert poll.deadline is not None
    # SQLite's clock knows whole milliseconds.
    assert poll.deadline > now + timedelta(seconds=15, milliseconds=-2)


@pytest.mark.parametrize(("seconds", "is_open"), [(None, True), (30, False)])
def test_extend_countdown_needs_one_that_runs(seconds, is_open):
    poll = make_poll(seconds=seconds, is_open=is_open)

    with pytest.raises(IllegalMoveError):
        lifecycle.extend_countdown(poll)


def test_stop_countdown_leaves_the_poll_open():
    poll = make_poll(seconds=30)

    lifecycle.stop_countdown(poll)

    assert (poll.state, poll.deadline) == (OPEN, None)


def test_a_poll_that_was_deleted_meanwhile_keeps_no_other_open(monkeypatch):
    first, second = make_poll(seconds=30), make_poll(seconds=30)
    Poll.objects.update(deadline=timezone.now() - timedelta(hours=1))
    lock = lifecycle._lock

    def delete_before(poll):
        if poll == first:
            polls.remove_poll(first)
        return lock(poll)

    monkeypatch.setattr(lifecycle, "_lock", delete_before)

    assert lifecycle.close_overdue() == 1
    second.refresh_from_db()
    assert second.state == CLOSED


def test_looking_for_what_is_overdue_does_not_go_through_all_polls():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # of so few it would read all
    assert "polls_with_a_deadline" in Poll.objects.filter(state=OPEN, deadline__lt=timezone.now()).explain()


@pytest.mark.parametrize(("seconds_ago", "state"), [(-20, OPEN), (1, OPEN), (3, CLOSED)])
def test_close_overdue_waits_for_the_grace(seconds_ago, state):
    poll = make_poll(seconds=30)
    Poll.objects.filter(pk=poll.pk).update(deadline=timezone.now() - timedelta(seconds=seconds_ago))

    assert lifecycle.close_overdue() == (state == CLOSED)
    poll.refresh_from_db()
    assert poll.state == state


def test_close_overdue_may_be_repeated_and_touches_nothing_else():
    late, other = make_poll(seconds=30), make_poll()
    Poll.objects.filter(pk=late.pk).update(deadline=timezone.now() - timedelta(hours=1))

    assert [lifecycle.close_overdue(), lifecycle.close_overdue()] == [1, 0]
    other.refresh_from_db()
    assert other.state == OPEN


def test_close_overdue_leaves_a_poll_that_got_more_time_meanwhile(monkeypatch):
    poll, lock = make_poll(seconds=30), lifecycle._lock
    Poll.objects.filter(pk=poll.pk).update(deadline=timezone.now() - timedelta(hours=1))

    def extend_and_lock(locked: Poll) -> object:
        Poll.objects.filter(pk=poll.pk).update(deadline=timezone.now() + timedelta(seconds=15))
        return lock(locked)

    monkeypatch.setattr(lifecycle, "_lock", extend_and_lock)

    assert lifecycle.close_overdue() == 0


def test_nobody_votes_after_close_overdue():
    poll = make_poll(seconds=30)
    Poll.objects.filter(pk=poll.pk).update(deadline=timezone.now() - timedelta(seconds=3))
    lifecycle.close_overdue()

    [outcome] = cast_batch([make_cast(poll, {"option": 1})])

    assert not isinstance(outcome, Counted)


# The stage


def test_first_open_poll_goes_on_stage_and_later_ones_do_not():
    room = make_room()
    first = make_poll(room)
    make_poll(room)

    room.refresh_from_db()
    assert room.current == first


@pytest.mark.parametrize("screen", Screen)
def test_put_on_stage_shows_content(screen):
    room = make_room()
    poll = make_poll(room, is_open=False)
    lifecycle.set_screen(room, screen)

    lifecycle.put_on_stage(room, poll)

    assert (room.current, room.screen) == (poll, Screen.CONTENT)


def test_put_on_stage_of_nothing_is_the_lobby():
    poll = make_poll()

    lifecycle.put_on_stage(poll.room, None)

    assert poll.room.current is None


def test_put_on_stage_of_a_deleted_poll_says_that_it_is_not_there():
    poll = make_poll()
    polls.remove_poll(poll)

    with pytest.raises(PollNotFoundError):
        lifecycle.put_on_stage(poll.room, poll)


def test_put_on_stage_and_set_screen_may_be_repeated():
    poll = make_poll(is_open=False)
    for deed in (
        lambda: lifecycle.put_on_stage(poll.room, None),
        lambda: lifecycle.put_on_stage(poll.room, poll),
        lambda: lifecycle.set_screen(poll.room, Screen.BLANK),
    ):
        deed()
        version = version_of(poll)
        deed()
        assert version_of(poll) == version


def test_set_screen_leaves_what_is_on_stage():
    poll = make_poll()

    lifecycle.set_screen(poll.room, Screen.JOIN)

    assert (poll.room.screen, poll.room.current) == (Screen.JOIN, poll)
