"""The quiz over real sockets: names, times, nothing before its time, and one frame a screen."""

from __future__ import annotations

import json

import pytest

from live_polls.domain import lifecycle, players
from live_polls.domain.erasure import erase_rest
from live_polls.domain.extra_time import ask_for_time
from live_polls.domain.participants import new_token, stage_token
from live_polls.enums import Screen
from live_polls.models import Player
from tests.factories import make_participant, make_question, make_room
from tests.live.driver import act, joined, staged

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

SECRETS = ("right", "explanation", '"points":100,"gained"', "Because")


async def named(socket, name, **fields):
    await socket.say("player.name", id=f"name {name}", name=name, **fields)
    return await socket._answer(f"name {name}", "player.named", "error")


async def test_a_player_is_told_their_name_and_then_how_they_stand(door):
    room = await act(make_room)
    await act(make_question, room, points=100, is_open=False)
    async with joined(door, room) as one, joined(door, room) as other:
        assert one.snapshot["room"]["quiz"] is True
        assert await named(one, "Ada") == {
            "type": "player.named", "id": "name Ada", "name": "Ada", "team": "", "state": "shown",
        }  # fmt: skip
        changed = await one.next("player.changed")
        assert (changed["player"]["name"], changed["player"]["place"]) == ("Ada", None)
        assert (await named(other, "ADA"))["code"] == "name_taken"
        assert (await named(other, "\u202e"))["code"] == "invalid_name"


async def test_who_comes_back_has_the_same_name_and_score(door):
    room = await act(make_room)
    poll = await act(make_question, room, points=100)
    token = new_token(room.pk)
    async with joined(door, room, token=token) as phone:
        await named(phone, "Ada")
        await phone.cast(poll, {"option": 1})
    await act(lifecycle.close_poll, poll)
    async with joined(door, room, token=token) as phone:
        player = phone.snapshot["me"]["player"]
        assert (player["name"], player["points"], player["place"], player["last"]) == ("Ada", 100, 1, poll.code)
        assert "points" not in phone.snapshot["me"]["ballots"][0]


async def test_other_tabs_are_told_that_ballots_extra_time_and_name_were_deleted(door):
    room = await act(make_room)
    question = await act(make_question, room, points=100)
    timed = await act(make_question, room, points=100, seconds=600)
    token = new_token(room.pk)
    async with joined(door, room, token=token) as phone, joined(door, room, token=token) as tab:
        await named(phone, "Ada")
        await phone.cast(question, {"option": 1})
        await act(lifecycle.close_poll, question)
        who = await act(make_participant, room, token)
        await act(ask_for_time, timed, round_=1, voice=who.voice_key, nth=1)
        await tab.next("me.changed", where=lambda message: "times" in message)

        await act(erase_rest, who)

        # What was told before may come late: two that hold nothing are waited for.
        gone = [await tab.next("me.changed", where=holds_nothing) for _ in range(2)]
        assert {message["poll"]: (message["ballots"], message.get("times")) for message in gone} == {
            question.code: ([], None),
            timed.code: ([], []),
        }
        fresh = await tab.hello()
        assert fresh["me"] == {"ballots": []}
        assert any('"type":"player.changed"' in said and '"player":null' in said for said in tab.heard)


def holds_nothing(message):
    return not message["ballots"] and not message.get("times")


async def test_an_ack_says_how_long_a_quiz_answer_took_and_a_resend_says_the_same(door):
    room = await act(make_room)
    poll = await act(make_question, room, points=100)
    async with joined(door, room) as phone:
        first = await phone.cast(poll, {"option": 1}, id="a")
        again = await phone.cast(poll, {"option": 1}, id="b")
        assert first["elapsed_ms"] >= 0
        assert (again["elapsed_ms"], again["receipt"]) == (first["elapsed_ms"], first["receipt"])


async def test_nothing_of_what_is_right_is_on_the_wire_before_the_reveal(door):
    room = await act(make_room)
    poll = await act(make_question, room, points=100)
    link = await act(stage_token, room)
    async with (
        joined(door, room) as phone,
        staged(door, room) as stage,
        staged(door, room, stage_token=link) as trusted,
    ):
        await named(phone, "Ada")
        await phone.cast(poll, {"option": 1})
        await act(lifecycle.set_screen, room, Screen.BOARD)
        for socket in (phone, stage, trusted):
            await socket.next("room.changed")
            await socket.fence()
            heard = "\n".join(socket.heard)
            assert not [secret for secret in SECRETS if f'"{secret}"' in heard or f"{secret} it" in heard]
            assert '"counts"' not in heard
        await act(lifecycle.close_poll, poll)
        revealed = await phone.next("poll.changed", where=lambda message: message["poll"]["state"] == "closed")
        assert revealed["poll"]["options"][0]["right"] is True
        assert revealed["poll"]["explanation"] == "Because it is so."


async def test_the_board_is_one_frame_a_screen(door):
    room = await act(make_room)
    poll = await act(make_question, room, points=100)
    link = await act(stage_token, room)
    async with joined(door, room) as one, joined(door, room) as other, staged(door, room, stage_token=link) as stage:
        for phone, name, option in ((one, "Ada", 1), (other, "Bob", 2)):
            await named(phone, name)
            await phone.cast(poll, {"option": option})
        await act(lifecycle.close_poll, poll)
        for phone, place in ((one, 1), (other, 2)):
            standing = await phone.next("player.changed", where=lambda message: message["player"]["last"] is not None)
            assert standing["player"]["place"] == place
        for socket in (one, other, stage):
            await socket.fence()
        await act(lifecycle.set_screen, room, Screen.BOARD)
        for socket in (one, other, stage):
            changed = await socket.next("room.changed")
            assert [line["name"] for line in changed["board"]["players"]] == ["Ada", "Bob"]
            assert [message["type"] for message in await socket.fence()] == []


async def test_a_stage_that_is_trusted_sees_who_comes_and_nobody_else_does(door):
    room = await act(make_room)
    await act(make_question, room, points=100, is_open=False)
    await act(players.set_teams, room, ["Red", "Blue"])
    link = await act(stage_token, room)
    async with (
        joined(door, room) as phone,
        staged(door, room) as anybodys,
        staged(door, room, stage_token=link) as stage,
    ):
        assert stage.snapshot["players"] == {"n": 0, "names": [], "teams": {"Red": 0, "Blue": 0}}
        assert (await named(phone, "Ada", team="Blue"))["team"] == "Blue"
        changed = await stage.next("players.changed")
        assert changed["players"] == {"n": 1, "names": ["Ada"], "teams": {"Red": 0, "Blue": 1}}
        for socket in (phone, anybodys):
            await socket.fence()
            assert "players" not in socket.snapshot
            assert "players.changed" not in json.dumps(socket.heard)


async def test_a_name_that_a_host_hides_is_off_the_board_and_the_player_plays_on(door):
    room = await act(make_room)
    poll = await act(make_question, room, points=100)
    async with joined(door, room) as phone:
        await named(phone, "Ada")
        await phone.cast(poll, {"option": 1})
        await act(lifecycle.close_poll, poll)
        await phone.next("player.changed", where=lambda message: message["player"]["place"] == 1)
        await act(lambda: players.hide_player(Player.objects.get()))
        hidden = await phone.next("player.changed")
        assert (hidden["player"]["points"], hidden["player"]["place"], hidden["player"]["state"]) == (
            100,
            None,
            "hidden",
        )
