"""A quiz that was read before, and what happened since, is the quiz as it is read anew: for the board and each player."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from live_polls.domain import exclusions, lifecycle, players, polls, retention, rooms
from live_polls.domain.ballots import cast_batch
from live_polls.domain.erasure import erase_rest
from live_polls.domain.participants import Participant
from live_polls.domain.snapshot import read_room
from live_polls.live.quiz_faces import player_object
from live_polls.models import Player, Poll, Room
from tests.factories import make_cast, make_participant, make_question, make_room

ADA = "Ada"


def name(room: Room, *names: str) -> list[Participant]:
    people = [make_participant(room) for _ in names]
    players.name_players([players.Naming(room.pk, who.voice_key, one) for who, one in zip(people, names, strict=True)])
    return people


def change(poll: Poll, **values: Any) -> None:
    polls.edit_poll(poll, replace(polls.draft_of(poll), **values))


def ada(room: Room) -> Player:
    return Player.objects.get(room=room, name=ADA)


def close_both(room: Room, first: Poll, second: Poll) -> None:
    lifecycle.close_poll(second)


def once_more(room: Room, first: Poll, second: Poll) -> None:
    lifecycle.open_poll(first)
    first.refresh_from_db()
    cast_batch([make_cast(first, {"option": 2}, participant=make_participant(room))])
    lifecycle.close_poll(first)


def purge(room: Room, first: Poll, second: Poll) -> None:
    rooms.end_room(room)
    retention.purge_room(room)


DEEDS: dict[str, Callable[[Room, Poll, Poll], object]] = {
    "somebody comes late": lambda room, first, second: name(room, "Emil"),
    "many come late": lambda room, first, second: name(room, "Emil", "Frieda", "Bastard"),
    "rename": lambda room, first, second: players.rename_player(ada(room), "Lady"),
    "hide": lambda room, first, second: players.hide_player(ada(room)),
    "teams": lambda room, first, second: players.set_teams(room, ["Red", "Blue"]),
    "reveal": close_both,
    "correct": lambda room, first, second: change(first, right={2}),
    "worth more": lambda room, first, second: change(first, points=300),
    "explain": lambda room, first, second: change(first, explanation="So."),
    "hide results": lambda room, first, second: lifecycle.hide_results(first),
    "archive": lambda room, first, second: lifecycle.archive_poll(first),
    "reset": lambda room, first, second: lifecycle.reset_poll(first),
    "once more": once_more,
    "delete a question": lambda room, first, second: polls.remove_poll(first),
    "exclude": lambda room, first, second: exclusions.exclude(room, ada(room).voice),
    "purge": purge,
}


@pytest.mark.django_db
@pytest.mark.parametrize("deed", DEEDS)
def test_a_quiz_that_was_known_is_the_quiz_read_anew(deed: str):
    room, first, second = make_quiz()
    known, _ = read_room(room.pk)

    DEEDS[deed](room, first, second)

    assert_known_is_true(room, known)


@pytest.mark.django_db
def test_a_quiz_that_was_known_is_true_after_somebody_deleted_their_answers():
    room, _, _ = make_quiz()
    [who] = name(room, "Gone")
    known, _ = read_room(room.pk)

    erase_rest(who)

    assert_known_is_true(room, known)


def make_quiz() -> tuple[Room, Poll, Poll]:
    """Ada was right, Bob was not, and somebody without a name was; the second question is open."""
    room = make_room()
    people = [*name(room, ADA, "Bob"), make_participant(room)]
    first, second = make_question(room, points=100), make_question(room, points=100)
    for who, option in zip(people, (1, 2, 1), strict=True):
        cast_batch([make_cast(poll, {"option": option}, participant=who) for poll in (first, second)])
    lifecycle.close_poll(first)
    return room, first, second


def assert_known_is_true(room: Room, known: Any) -> None:
    told, true = read_room(room.pk, known)[0], read_room(room.pk)[0]
    assert told is not None
    assert true is not None
    assert told == true
    voices = {*known.players, *true.players}
    assert [player_object(told, voice) for voice in voices] == [player_object(true, voice) for voice in voices]
