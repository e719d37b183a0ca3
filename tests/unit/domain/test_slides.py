"""A slide among the polls of a room: it is shown and not opened, and one press goes on."""

from __future__ import annotations

import pytest

from live_polls.domain import lifecycle, steps
from live_polls.domain.ballots import cast_batch
from live_polls.domain.polls import move_poll
from live_polls.domain.rooms import end_room
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.errors import IllegalMoveError, InvalidAnswerError, RoomEndedError
from live_polls.live.faces import current_object, face_of
from live_polls.models import Poll, Room
from tests.factories import make_cast, make_poll, make_room

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room() -> Room:
    return make_room()


def make_slide(room: Room, prompt: str = "Welcome") -> Poll:
    return make_poll(room, kind="slide", prompt=prompt, options=(), settings={"text": "Hello."}, is_open=False)


def stand(poll: Poll) -> tuple[str, int]:
    poll.refresh_from_db()
    return poll.state, poll.round


def test_a_slide_that_goes_on_stage_is_there_for_all_and_takes_no_ballots(room: Room):
    slide = make_slide(room)

    for _ in range(2):  # repeatable
        lifecycle.put_on_stage(room, slide)
        assert stand(slide) == ("closed", 1)
    [outcome] = cast_batch([make_cast(slide, {"option": 1})])
    assert isinstance(outcome, InvalidAnswerError)


def test_opening_a_slide_shows_it_once_and_bumps_once(room: Room):
    slide = make_slide(room)

    lifecycle.open_poll(slide)
    version = Room.objects.get(pk=room.pk).version
    lifecycle.open_poll(slide)
    assert stand(slide) == ("closed", 1)
    assert Room.objects.get(pk=room.pk).version == version
    assert Room.objects.get(pk=room.pk).current == slide


def test_a_slide_in_a_room_that_has_ended_does_not_open(room: Room):
    slide = make_slide(room)
    end_room(room)

    with pytest.raises(RoomEndedError):
        lifecycle.open_poll(slide)


def test_a_slide_that_was_not_shown_cannot_close_and_one_that_was_is_closed_already(room: Room):
    slide = make_slide(room)

    with pytest.raises(IllegalMoveError):
        lifecycle.close_poll(slide)
    lifecycle.open_poll(slide)
    lifecycle.close_poll(slide)
    lifecycle.archive_poll(slide)
    assert stand(slide)[0] == "archived"


def test_a_slide_that_is_reset_is_a_draft_again(room: Room):
    slide = make_slide(room)
    lifecycle.open_poll(slide)

    lifecycle.reset_poll(slide)
    assert stand(slide)[0] == "draft"


def test_one_press_shows_a_slide_and_the_next_goes_on(room: Room):
    first, slide, last = make_slide(room, "First"), make_slide(room), make_poll(room, is_open=False)
    Room.objects.filter(pk=room.pk).update(results="host")

    seen = []
    for _ in range(3):
        room.refresh_from_db()
        assert steps.take_step(room, seen=steps.mark_of(room))
        assert room.current is not None
        seen.append((room.current, room.current.state))
    assert seen == [(first, "closed"), (slide, "closed"), (last, "open")]


def test_two_presses_at_once_skip_no_slide(room: Room):
    make_slide(room, "First"), make_slide(room)
    mark = steps.mark_of(room)

    assert steps.take_step(room, seen=mark)
    assert not steps.take_step(room, seen=mark)


def test_a_slide_that_hides_results_is_not_held_back(room: Room):
    slide, last = make_slide(room), make_slide(room, "Last")
    lifecycle.put_on_stage(room, slide)
    lifecycle.hide_results(slide)
    room.refresh_from_db()

    step = steps.next_step(room)
    assert step is not None
    assert (step.deed, step.poll) == (steps.Deed.MOVE, last)


def test_a_slide_counts_among_the_steps_and_is_called_a_slide_on_the_wire(room: Room):
    make_poll(room, is_open=False)
    slide = make_slide(room)
    lifecycle.put_on_stage(room, slide)

    view, _ = read_room(room.pk)
    assert view is not None
    face = face_of(view, Viewer.AUDIENCE)
    assert b'"step":2,"n_steps":2' in face.room
    current = current_object(view, list(view.polls))
    assert current is not None
    assert (current.type, current.code) == ("slide", slide.code)
    assert b'"settings":{"text":"Hello."}' in bytes(face.polls[slide.code])


def test_a_slide_that_was_not_shown_is_on_no_wire(room: Room):
    make_slide(room, "A secret of next week")

    view, _ = read_room(room.pk)
    assert view is not None
    for viewer in (Viewer.AUDIENCE, Viewer.TRUSTED_STAGE):
        assert face_of(view, viewer).polls == {}


def test_a_slide_moves_as_polls_do(room: Room):
    poll, slide = make_poll(room), make_slide(room)

    move_poll(slide, position=0)
    assert list(room.polls.all()) == [slide, poll]
