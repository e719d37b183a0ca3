"""Who sees what: nothing that is not for a viewer's eyes is ever on their wire, in whatever message."""

from __future__ import annotations

import json

import pytest

from live_polls.domain import lifecycle, polls, rooms
from live_polls.domain.participants import new_token, stage_token
from live_polls.domain.polls import PollDraft
from live_polls.enums import Screen
from live_polls.models import Account, Poll, Room
from tests.factories import make_poll
from tests.live.doors import Door
from tests.live.driver import Message, Socket, act, hosted, joined, staged

COUNTS = {"1": 0, "2": 1, "3": 0}


async def test_a_snapshot_is_whole(door: Door, room: Room, alice: Account):
    poll = await act(make_poll, room, prompt="Tabs or spaces?", seconds=30)

    async with joined(door, room) as audience, hosted(door, room, alice) as host:
        snapshot = audience.snapshot
        assert host.snapshot["presence"] == 1

    assert list(snapshot) == ["type", "epoch", "version", "now", "room", "polls", "current", "presence", "me"]
    assert snapshot["room"] == {
        "code": room.join_code,
        "title": "Keynote",
        "state": "live",
        "results": "live",
        "screen": "content",
        "url": f"{door.origin}/j/{room.join_code}",
        "step": 1,
        "n_steps": 1,
        "reactions": True,
    }
    assert snapshot["current"] == {"type": "poll", "code": poll.code}
    assert poll.deadline is not None
    assert snapshot["polls"] == [
        {
            "code": poll.code,
            "kind": "single_choice",
            "prompt": "Tabs or spaces?",
            "state": "open",
            "round": 1,
            "options": [
                {"number": 1, "text": "Tabs"},
                {"number": 2, "text": "Spaces"},
                {"number": 3, "text": "Both"},
            ],
            "settings": {"abstain": False},
            "results": "live",
            "shown": None,
            "seconds": 30,
            "deadline": poll.deadline.timestamp(),
            "tally": {"n_ballots": 0, "counts": {"1": 0, "2": 0, "3": 0}},
        }
    ]
    assert snapshot["me"] == {"ballots": []}
    assert 0 < poll.deadline.timestamp() - snapshot["now"] <= 30


async def test_drafts_and_archived_polls_are_on_the_wire_of_hosts_only(door: Door, room: Room, alice: Account):
    secret = await act(make_poll, room, prompt="A secret draft", options=["Hush", "Whisper"], is_open=False)
    async with (
        joined(door, room) as audience,
        staged(door, room) as anonymous,
        staged(door, room, stage_token=await act(stage_token, room)) as trusted,
        hosted(door, room, alice) as host,
    ):
        assert [poll["code"] for poll in host.snapshot["polls"]] == [secret.code]
        await act(lifecycle.put_on_stage, room, secret)
        await act(polls.edit_poll, secret, _draft("A secret draft, edited"))
        await host.next("poll.changed", where=lambda message: message["poll"]["prompt"] == "A secret draft, edited")
        await act(lifecycle.open_poll, secret)
        for other in (audience, anonymous, trusted):
            before = "".join(other.heard)
            changed = await other.next("poll.changed")
            assert "secret" not in before
            assert secret.code not in before
            assert changed["poll"]["prompt"] == "A secret draft, edited"
        await act(lifecycle.close_poll, secret)
        await act(lifecycle.archive_poll, secret)
        for other in (audience, anonymous, trusted):
            removed = await other.next("poll.removed")
            assert removed["poll"] == secret.code
            assert (await other.hello(role="stage"))["polls"] == []
        changed = await host.next("poll.changed", where=lambda message: message["poll"]["state"] == "archived")
        assert changed["poll"]["code"] == secret.code


@pytest.mark.parametrize("results", ["live", "after_vote", "after_close", "host"])
async def test_counts_are_on_the_wire_of_those_who_may_see_them(door: Door, room: Room, alice: Account, results: str):
    """The table in visibility.py, walked through over the wire: open and voted, closed, shown, hidden."""
    poll = await act(make_poll, room, results=results)
    async with (
        joined(door, room) as voter,
        joined(door, room) as other,
        staged(door, room) as anonymous,
        staged(door, room, stage_token=await act(stage_token, room)) as trusted,
        hosted(door, room, alice) as host,
    ):
        sees = _Eyes(poll, {"voter": voter, "other": other, "anonymous": anonymous, "trusted": trusted, "host": host})
        await voter.cast(poll, {"option": 2})
        everybody = {"voter", "other", "anonymous", "trusted", "host"}
        while_open = {"live": everybody, "after_vote": {"voter", "host"}}.get(results, {"host"})
        assert await sees.counts(state="open") == while_open
        await act(lifecycle.close_poll, poll)
        once_closed = {"host"} if results == "host" else everybody
        assert await sees.counts(state="closed") == once_closed
        await act(lifecycle.show_results, poll)
        assert await sees.counts(shown=True) == once_closed | {"trusted"}
        await act(lifecycle.hide_results, poll)
        assert await sees.counts(shown=False) == {"host"}


async def test_hidden_results_that_a_host_shows_while_voting_runs_are_shown_to_the_trusted_stage_alone(
    door: Door, room: Room
):
    poll = await act(make_poll, room, results="host")
    async with (
        joined(door, room) as voter,
        staged(door, room) as anonymous,
        staged(door, room, stage_token=await act(stage_token, room)) as trusted,
    ):
        await voter.cast(poll, {"option": 2})
        await act(lifecycle.show_results, poll)
        tally = await trusted.next("tally.changed", where=lambda message: "counts" in message["tally"])
        assert tally["tally"]["counts"] == COUNTS
        for socket in (voter, anonymous):
            await socket.next("poll.changed", where=lambda message: message["poll"]["shown"] is True)
            await socket.fence()
            assert '"counts"' not in "".join(socket.heard)


async def test_counts_come_with_the_vote_that_makes_them_visible_and_go_with_its_withdrawal(door: Door, room: Room):
    poll = await act(make_poll, room, results="after_vote")
    token = new_token(room.pk)
    async with (
        joined(door, room, token=token) as phone,
        joined(door, room, token=token) as laptop,
        joined(door, room) as other,
    ):
        assert phone.snapshot["polls"][0]["tally"] == {"n_ballots": 0}
        await phone.cast(poll, {"option": 2})
        for screen in (phone, laptop):
            mine = await screen.next("me.changed")
            assert mine["tallies"] == {poll.code: {"n_ballots": 1, "counts": COUNTS}}
        await phone.cast(poll, None, seq=2)
        for screen in (phone, laptop):
            mine = await screen.next("me.changed", where=lambda message: message["ballots"][0]["answer"] is None)
            assert mine["tallies"] == {poll.code: {"n_ballots": 0}}
        n_before = len(phone.heard)
        await other.cast(poll, {"option": 1})
        tally = await phone.next("tally.changed", where=lambda message: message["tally"]["n_ballots"] == 1)
        assert tally["tally"] == {"n_ballots": 1}
        assert '"counts"' not in "".join(phone.heard[n_before:])
        seen = await other.next("tally.changed", "me.changed", where=_has_counts)
        assert seen


async def test_a_stage_position_counts_polls_that_it_may_not_see(door: Door, room: Room, poll: Poll):
    await act(make_poll, room, is_open=False)

    async with staged(door, room) as stage:
        assert (stage.snapshot["room"]["step"], stage.snapshot["room"]["n_steps"]) == (1, 2)
        assert [shown["code"] for shown in stage.snapshot["polls"]] == [poll.code]


async def test_a_screen_changes_for_everybody(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience, staged(door, room) as stage:
        await act(lifecycle.set_screen, room, Screen.BLANK)
        for socket in (audience, stage):
            changed = await socket.next("room.changed")
            assert (changed["room"]["screen"], changed["current"]) == ("blank", {"type": "poll", "code": poll.code})
        await act(lifecycle.put_on_stage, room, None)
        changed = await stage.next("room.changed")
        assert (changed["room"]["screen"], changed["current"]) == ("content", None)


async def test_a_poll_that_is_deleted_or_moved_is_so_for_everybody(door: Door, room: Room, alice: Account):
    first, second, third = [await act(make_poll, room) for _ in range(3)]
    async with joined(door, room) as audience, hosted(door, room, alice) as host:
        await act(polls.move_poll, third, position=0)
        for socket in (audience, host):
            changed = await socket.next("poll.changed")
            assert (changed["poll"]["code"], changed["position"]) == (third.code, 0)
        await act(polls.remove_poll, first)
        for socket in (audience, host):
            removed = await socket.next("poll.removed")
            assert removed["poll"] == first.code
            again = await socket.hello()
            assert [poll["code"] for poll in again["polls"]] == [third.code, second.code]


async def test_an_ended_room_says_so_and_takes_no_votes(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        await act(rooms.end_room, room)
        changed = await audience.next("room.changed")
        refused = await audience.cast(poll, {"option": 1})

    assert changed["room"]["state"] == "ended"
    assert (refused["type"], refused["code"]) == ("error", "closed")


async def test_a_deleted_room_lets_everybody_go(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience, staged(door, room) as stage:
        await act(rooms.delete_room, room)

        assert await audience.closed() == 4404
        assert await stage.closed() == 4404


class _Eyes:
    """What each viewer has seen of one poll's tally last, by messages alone."""

    def __init__(self, poll: Poll, sockets: dict[str, Socket]) -> None:
        self._poll = poll
        self._sockets = sockets

    async def counts(self, **expected: object) -> set[str]:
        """Who holds counts once the poll is seen to be as expected, with its one ballot."""
        return {name for name, socket in self._sockets.items() if await self._has_counts(socket, expected)}

    async def _has_counts(self, socket: Socket, expected: dict[str, object]) -> bool:
        while True:
            poll, tally = self._held(socket)
            if expected.items() <= poll.items() and tally["n_ballots"] == 1:
                await socket.fence()
                _, tally = self._held(socket)
                assert tally.get("counts", COUNTS) == COUNTS
                return "counts" in tally
            await socket.next()

    def _held(self, socket: Socket) -> tuple[Message, Message]:
        poll: Message = {}
        tally: Message = {}
        for message in map(json.loads, socket.heard):
            if message["type"] == "snapshot":
                [poll] = [each for each in message["polls"] if each["code"] == self._poll.code]
                tally = poll["tally"]
            elif message["type"] == "poll.changed":
                poll = message["poll"]
            elif message["type"] == "tally.changed":
                tally = message["tally"]
            elif message["type"] == "me.changed":
                tally = message.get("tallies", {}).get(self._poll.code, tally)
        return poll, tally


def _has_counts(message: Message) -> bool:
    return "counts" in json.dumps(message)


def _draft(prompt: str) -> PollDraft:
    return PollDraft(kind="single_choice", prompt=prompt, options=["Hush", "Whisper"])
