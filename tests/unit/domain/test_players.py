"""Players: one name a player, one player a name; teams; what hosts decide stays."""

from __future__ import annotations

from typing import Any

import pytest

from live_polls.domain import lifecycle, players, rooms
from live_polls.domain.players import Named, Naming
from live_polls.errors import InvalidSettingsError, NameTakenError, NotAllowedError, RoomEndedError
from live_polls.models import Account, Player, Poll
from tests.factories import make_poll, make_room

pytestmark = pytest.mark.django_db(transaction=True)


def wish(room, voice, name, team=""):
    return Naming(room.pk, voice, name, team)


def name_all(*wishes) -> Any:
    return players.name_players(wishes)


def name_one(room, voice, name, team="") -> Any:
    return name_all(wish(room, voice, name, team))[0]


def player_of(room, voice):
    return Player.objects.get(room=room, voice=voice)


def test_a_name_is_given_once_and_again_to_who_has_it():
    room = make_room()
    first, again = name_one(room, "a", "Ada"), name_one(room, "a", "Ada")
    assert isinstance(first, Named)
    assert (again, first.name, first.state) == (first, "Ada", "shown")


def test_names_that_look_the_same_go_to_who_was_first():
    room = make_room()
    outcomes = players.name_players([wish(room, "a", "Ada"), wish(room, "b", "ADA"), wish(room, "b", "Bob")])
    assert [type(outcome) for outcome in outcomes] == [Named, NameTakenError, Named]
    assert isinstance(name_one(room, "c", "adä"), NameTakenError)
    assert isinstance(name_one(make_room(), "c", "Ada"), Named)


def test_naming_counts_a_version_of_the_players_and_not_of_the_layout():
    room = make_room()
    named = name_one(room, "a", "Ada")
    before = room.layout_version, room.players_version, room.board_version
    room.refresh_from_db()
    assert (room.layout_version, room.players_version, room.board_version) == (before[0], before[1] + 1, before[2])
    assert named.version == room.version


def test_a_player_may_think_again_until_the_quiz_has_begun():
    room = make_room()
    name_one(room, "a", "Ada")
    name_one(room, "b", "Bob")
    swapped = name_all(wish(room, "a", "Cleo"), wish(room, "b", "Ada"))
    assert [outcome.name for outcome in swapped] == ["Cleo", "Ada"]
    poll = make_poll(room, is_open=False)
    Poll.objects.filter(pk=poll.pk).update(points=1000)
    lifecycle.open_poll(poll)
    assert isinstance(name_one(room, "a", "Dora"), NotAllowedError)
    assert name_one(room, "a", "Cleo").name == "Cleo"
    assert name_one(room, "late", "Late").name == "Late"


def test_a_name_that_a_host_gave_stays():
    room = make_room()
    name_one(room, "a", "Ada")
    player = player_of(room, "a")
    players.rename_player(player, "Countess")
    players.rename_player(player, "Countess")
    room.refresh_from_db()
    assert (player.name, room.board_version) == ("Countess", 2)
    assert isinstance(name_one(room, "a", "Ada"), NotAllowedError)
    name_one(room, "b", "Bob")
    with pytest.raises(NameTakenError):
        players.rename_player(player, "bob")


def test_a_doubtful_name_is_held_until_a_host_lets_it_pass():
    room = make_room()
    assert name_one(room, "a", "Sh1tty Sid").state == "held"
    player = player_of(room, "a")
    players.show_player(player)
    assert player.state == "shown"
    players.hide_player(player)
    players.hide_player(player)
    room.refresh_from_db()
    assert (player.state, room.board_version) == ("hidden", 3)
    assert isinstance(name_one(room, "a", "Nice"), NotAllowedError)


def test_who_picks_no_team_is_put_into_the_smallest():
    room = make_room()
    players.set_teams(room, ["Red", "Blue"])
    outcomes = name_all(wish(room, "a", "A", "Red"), wish(room, "b", "B", "Nobody"), wish(room, "c", "C"))
    assert [outcome.team for outcome in outcomes] == ["Red", "Blue", "Red"]
    assert name_one(room, "d", "D").team == "Blue"
    assert name_one(room, "a", "A").team == "Red"
    assert name_one(room, "a", "A", "Blue").team == "Blue"


def test_players_of_a_team_that_is_no_more_find_another():
    room = make_room()
    players.set_teams(room, ["Red", "Blue"])
    players.name_players([wish(room, "a", "A", "Red"), wish(room, "b", "B", "Blue")])
    players.set_teams(room, ["Blue", "Green"])
    players.set_teams(room, ["Blue", "Green"])
    assert (player_of(room, "a").team, player_of(room, "b").team) == ("Green", "Blue")


@pytest.mark.parametrize("teams", [["One"], ["Red", "red"], ["x" * 41, "y"], [str(n) for n in range(13)]])
def test_teams_that_nobody_could_tell_apart_are_refused(teams):
    with pytest.raises(InvalidSettingsError):
        players.set_teams(make_room(), teams)


def test_nobody_is_named_in_a_room_that_has_ended():
    room = make_room()
    rooms.end_room(room)
    assert isinstance(name_one(room, "a", "Ada"), RoomEndedError)


@pytest.mark.parametrize("name", ["Grace Hopper", "Grасе Норреr", "grace", "ADMIN", "Mоderator"])  # noqa: RUF001 -- look-alikes
def test_who_takes_the_name_of_a_host_waits(name):
    host = Account.objects.create_user("grace@example.com", name="Grace Hopper")
    room = make_room(owner=host)
    assert name_one(room, "a", name).state == "held"
    assert name_one(room, "b", "Grace Jones").state == "shown"
