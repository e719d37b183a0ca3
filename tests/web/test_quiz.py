"""The quiz by plain pages: a name without scripts, what hosts do with players, teams in the settings of a room."""

from __future__ import annotations

import pytest
from django.urls import reverse

from live_polls.domain import players
from live_polls.domain.players import Naming
from live_polls.models import Player, Room
from tests.factories import make_question
from tests.web.conftest import As


@pytest.fixture
def player(room: Room) -> Player:
    make_question(room, points=100)
    Player.objects.create(room=room, voice="a" * 32, name="Ada", name_key="ada")
    return Player.objects.get()


def act(as_: As, room: Room, who: str, **fields: str) -> int:
    client = as_(who)
    address = reverse("live_polls:act", args=[room.join_code])
    return client.post(address, fields, headers={"accept": "application/json"}).status_code


def test_a_host_renames_hides_and_shows_a_player_and_may_press_twice(as_: As, room: Room, player: Player):
    number = str(player.pk)
    for verb, state in (("player_hide", "hidden"), ("player_show", "shown")):
        for _ in range(2):
            assert act(as_, room, "host", verb=verb, player=number) == 204
        player.refresh_from_db()
        assert player.state == state
    assert act(as_, room, "co_host", verb="player_rename", player=number, name="Countess") == 204
    player.refresh_from_db()
    assert (player.name, player.is_given) == ("Countess", True)


@pytest.mark.parametrize("who", ["stranger", "nobody"])
def test_others_do_nothing_with_players(as_: As, room: Room, player: Player, who: str):
    assert act(as_, room, who, verb="player_hide", player=str(player.pk)) in {403, 404}
    player.refresh_from_db()
    assert player.state == "shown"


def test_moderators_hide_players_and_run_nothing(as_: As, room: Room, player: Player):
    assert act(as_, room, "moderator", verb="player_hide", player=str(player.pk)) == 204
    player.refresh_from_db()
    assert player.state == "hidden"
    assert act(as_, room, "moderator", verb="board") == 403


@pytest.mark.parametrize("number", ["", "0", "x", "999999", "²"])
def test_a_player_who_is_not_there_is_an_error(as_: As, room: Room, player: Player, number: str):
    assert act(as_, room, "host", verb="player_hide", player=number) == 404


def test_the_remote_lists_players_and_offers_the_board(as_: As, room: Room, player: Player):
    page = as_("host").get(reverse("live_polls:remote", args=[room.join_code])).content.decode()
    assert "Ada" in page
    assert 'value="board"' in page


def test_a_room_without_a_quiz_offers_no_board(as_: As, room: Room):
    page = as_("host").get(reverse("live_polls:remote", args=[room.join_code])).content.decode()
    assert 'value="board"' not in page


@pytest.mark.parametrize(("typed", "teams"), [("Red, Blue", ["Red", "Blue"]), ("", [])])
def test_teams_are_a_setting_of_the_room(as_: As, room: Room, typed: str, teams: list[str]):
    address = reverse("live_polls:room-edit", args=[room.join_code])
    as_("host").post(address, {"title": room.title, "results": "live", "teams": typed})
    room.refresh_from_db()
    assert room.teams == teams


def test_teams_that_cannot_be_are_refused_where_they_were_typed(as_: As, room: Room):
    address = reverse("live_polls:room-edit", args=[room.join_code])
    page = as_("host").post(address, {"title": room.title, "results": "live", "teams": "Red, red"})
    assert "Two teams have the same name." in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_name_with_a_tag_in_it_is_text(as_: As, room: Room, player: Player):
    players.rename_player(player, "<b>Ada</b>")
    page = as_("host").get(reverse("live_polls:remote", args=[room.join_code])).content.decode()
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page
    assert "<b>Ada</b>" not in page
    assert players.name_players([Naming(room.pk, player.voice, "<b>Ada</b>")])
