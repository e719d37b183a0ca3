"""The host of the demo, with a clock that is told when to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from live_polls.domain import lifecycle
from live_polls.management.demo.show import RESULTS_S, STEP_BACK_S, VOTING_S, Show
from live_polls.models import Poll, Room
from tests.factories import make_poll, make_question, make_room

pytestmark = pytest.mark.django_db


class Clock:
    """Notes each wait and the states it sees; lets others act meanwhile; ends the show after so many waits."""

    def __init__(self, room: Room, n_waits: int, meanwhile: Mapping[int, Callable[[], object]]) -> None:
        self.room, self.n_waits, self.meanwhile = room, n_waits, meanwhile
        self.waits: list[float] = []
        self.seen: list[list[str]] = []

    def __call__(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.seen.append([poll.state for poll in Poll.objects.filter(room=self.room)])
        if (deed := self.meanwhile.get(len(self.waits))) is not None:
            deed()
        return len(self.waits) == self.n_waits


def run(room: Room, n_waits: int, meanwhile: Mapping[int, Callable[[], object]] = {}) -> Clock:
    clock = Clock(room, n_waits, meanwhile)
    Show(room, clock).run()
    return clock


@pytest.fixture
def room() -> Room:
    room = make_room()
    make_poll(room, is_open=False)
    make_poll(room, is_open=False, seconds=20)
    return room


def test_the_show_asks_one_poll_after_the_other_and_begins_again(room):
    clock = run(room, 5)

    assert clock.waits == [VOTING_S, RESULTS_S, 20, RESULTS_S, VOTING_S]
    assert clock.seen == [
        ["open", "draft"],
        ["closed", "draft"],
        ["closed", "open"],
        ["closed", "closed"],
        ["open", "draft"],
    ]
    assert [poll.round for poll in room.polls.all()] == [2, 2]


def test_each_poll_comes_on_stage(room):
    first, second = room.polls.all()

    run(room, 1)
    room.refresh_from_db()
    assert room.current == first
    run(room, 3)
    room.refresh_from_db()
    assert room.current == second


def test_the_show_steps_back_when_somebody_has_the_remote(room):
    second = room.polls.last()

    clock = run(room, 3, {1: lambda: lifecycle.put_on_stage(room, second)})

    assert clock.waits == [VOTING_S, STEP_BACK_S, 20]
    assert clock.seen[1] == ["open", "draft"]


def test_the_show_goes_on_when_somebody_resets_or_deletes_the_poll(room):
    first, second = room.polls.all()

    assert run(room, 3, {1: lambda: lifecycle.reset_poll(first)}).waits == [VOTING_S, STEP_BACK_S, 20]
    assert run(room, 3, {1: second.delete}).waits == [VOTING_S, RESULTS_S, STEP_BACK_S]


def test_after_a_question_of_the_quiz_comes_the_leaderboard(room):
    room.polls.all().delete()
    make_question(room, points=100, is_open=False)
    make_poll(room, is_open=False)
    screens: list[str] = []

    def look() -> None:
        screens.append(Room.objects.get(pk=room.pk).screen)

    clock = run(room, 4, dict.fromkeys((1, 2, 3, 4), look))

    assert clock.waits == [VOTING_S, RESULTS_S, RESULTS_S, VOTING_S]
    assert screens == ["content", "content", "board", "content"]
