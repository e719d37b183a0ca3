"""Taps over real sockets: who sees them, and that they cost next to nothing."""

from __future__ import annotations

import asyncio

from live_polls.domain.rooms import edit_room
from live_polls.live import hub as hubs
from live_polls.live import reactions
from live_polls.live.hub import REACTIONS_AT_ONCE, get_hub
from live_polls.live.load import STEPS
from live_polls.models import Poll, Room
from tests.live.doors import Door, QueuedDoor
from tests.live.driver import Message, Socket, act, hosted, joined, staged, together


async def heard(socket: Socket, **wanted: int) -> Message:
    """The messages of reactions until these counts have come together; the last of them."""
    total: dict[str, int] = {}
    while True:
        message = await socket.next("reactions.changed")
        for name, n in message["counts"].items():
            total[name] = total.get(name, 0) + n
        if all(total.get(name, 0) >= n for name, n in wanted.items()):
            assert total == wanted
            return message


async def test_stages_see_taps_hosts_the_pulse_and_phones_neither(door: Door, room: Room, poll: Poll, alice):
    async with (
        joined(door, room) as phone,
        joined(door, room) as other,
        staged(door, room) as stage,
        hosted(door, room, alice) as host,
    ):
        await phone.send(*({"type": "reaction.send", "reaction": said} for said in ("heart", "heart", "lost")))
        await other.send({"type": "reaction.send", "reaction": "heart"}, {"type": "reaction.send", "reaction": "lost"})

        assert "pulse" not in await heard(stage, heart=3)
        await heard(host, heart=3)
        await host.next("reactions.changed", where=lambda message: message["pulse"] == {"lost": 2})
        for quiet in (phone, other):
            assert {message["type"] for message in await quiet.fence()} <= {"heartbeat", "presence.changed"}


async def test_one_hammering_finger_is_no_crowd(door: Door, room: Room):
    async with joined(door, room) as finger, staged(door, room) as stage, joined(door, room) as neighbour:
        await finger.send(*[{"type": "reaction.send", "reaction": "clap"}] * 20)
        await finger.fence()
        await neighbour.send({"type": "reaction.send", "reaction": "wow"})
        message = await stage.next("reactions.changed")
        while "wow" not in message["counts"]:
            more = await stage.next("reactions.changed")
            message["counts"] = {
                name: message["counts"].get(name, 0) + more["counts"].get(name, 0)
                for name in message["counts"] | more["counts"]
            }

        assert message["counts"]["wow"] == 1
        assert message["counts"]["clap"] <= REACTIONS_AT_ONCE + 3  # and what comes back in a second


async def test_what_is_no_reaction_or_comes_from_no_participant_is_refused(door: Door, room: Room):
    async with joined(door, room) as phone, staged(door, room) as stage:
        await phone.send({"type": "reaction.send", "reaction": "skull"})
        assert (await phone.next("error"))["code"] == "bad_message"
        await stage.send({"type": "reaction.send", "reaction": "heart"})
        assert (await stage.next("error"))["code"] == "not_allowed"


async def test_a_room_that_wants_no_reactions_gets_none(hub: None, room: Room, poll: Poll):
    door = QueuedDoor()
    async with joined(door, room) as phone, staged(door, room) as stage:
        assert phone.snapshot["room"]["reactions"] is True
        await act(edit_room, room, title=room.title, results=room.results, reactions=False)
        assert "reactions" not in (await phone.next("room.changed"))["room"]
        await phone.send({"type": "reaction.send", "reaction": "heart"})
        await phone.fence()
        await get_hub()._show_reactions()

        assert "reactions.changed" not in {message["type"] for message in await stage.fence()}


async def test_a_tap_in_the_moment_in_which_the_loop_is_late_is_seen_a_moment_later(hub: None, room: Room, monkeypatch):
    """Whoever opens the first page of a new server makes the loop late, and taps first."""
    monkeypatch.setattr(hubs, "LOAD_SECONDS", 3600.0)
    monkeypatch.setattr(hubs, "REACTIONS_SECONDS", 3600.0)
    door = QueuedDoor()
    async with joined(door, room) as phone, staged(door, room) as stage:
        await phone.send({"type": "reaction.send", "reaction": "heart"})
        await phone.fence()
        get_hub().load.measure(lag=STEPS[0], waited=0.0)
        await phone.send({"type": "reaction.send", "reaction": "heart"}, {"type": "reaction.send", "reaction": "clap"})
        await phone.fence()
        await get_hub()._show_reactions()
        assert "reactions.changed" not in {message["type"] for message in await stage.fence()}
        get_hub().load.measure(lag=0.0, waited=0.0)
        await get_hub()._show_reactions()

        assert (await stage.next("reactions.changed"))["counts"] == {"heart": 2, "clap": 1}


async def test_reactions_are_given_up_first_and_ballots_go_on(hub: None, room: Room, poll: Poll, monkeypatch):
    monkeypatch.setattr(hubs, "LOAD_SECONDS", 3600.0)
    monkeypatch.setattr(hubs, "REACTIONS_SECONDS", 3600.0)
    monkeypatch.setattr(reactions, "KEEPS_SECONDS", 0.0)
    door = QueuedDoor()
    async with joined(door, room) as phone, staged(door, room) as stage:
        await phone.send({"type": "reaction.send", "reaction": "heart"})
        await phone.fence()
        get_hub().load.measure(lag=STEPS[0], waited=0.0)
        await phone.send({"type": "reaction.send", "reaction": "heart"})
        assert (await phone.cast(poll, {"option": 1}))["type"] == "ack"
        await get_hub()._show_reactions()
        get_hub().load.measure(lag=0.0, waited=0.0)
        await get_hub()._show_reactions()
        await phone.send({"type": "reaction.send", "reaction": "clap"})
        await phone.fence()
        await get_hub()._show_reactions()

        assert (await stage.next("reactions.changed"))["counts"] == {"clap": 1}


async def test_a_crowd_that_taps_costs_a_room_one_frame_a_screen_and_one_message(hub: None, room: Room, monkeypatch):
    monkeypatch.setattr(hubs, "REACTIONS_SECONDS", 3600.0)
    door = QueuedDoor()
    told: list[object] = []
    async with staged(door, room) as stage, joined(door, room) as phone:
        monkeypatch.setattr(get_hub()._hints, "tell_reactions", lambda *said: told.append(said))
        feed = get_hub().live_feed(room.join_code)
        assert feed is not None
        for n in range(5000):
            get_hub().react(feed, f"voice {n}", ("heart", "clap", "lost", "faster")[n % 4])
        await get_hub()._show_reactions()
        await get_hub()._show_reactions()

        assert told == [(room.pk, {"heart": 1250, "clap": 1250}, {"lost": 1250, "faster": 1250})]
        shown = [message for message in await stage.fence() if message["type"] == "reactions.changed"]
        assert [message["counts"] for message in shown] == [{"heart": 1250, "clap": 1250}]
        assert all(message["type"] != "reactions.changed" for message in await phone.fence())


async def test_the_twin_over_http_does_the_same_and_answers_nothing(door: Door, room: Room):
    joined_by = await door.request("POST", f"/api/v1/rooms/{room.join_code}/join")
    bearer = [("Authorization", f"Bearer {joined_by.json['token']}")]
    path = f"/api/v1/rooms/{room.join_code}/reactions"
    async with staged(door, room) as stage:
        answers = await together(
            door.request("POST", path, b'{"reaction":"heart"}', bearer),
            door.request("POST", path, b'{"reaction":"skull"}', bearer),
            door.request("POST", path, b'{"reaction":"heart"}'),
        )
        # In this process nothing of the room is live before somebody listens, and somebody does.
        assert [answer.status for answer in answers] == [204, 400, 403]
        async with asyncio.timeout(10):
            assert (await stage.next("reactions.changed"))["counts"] == {"heart": 1}
