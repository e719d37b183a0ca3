"""Cast, change, withdraw: what a ballot is answered with, and what a participant's other screens hear of it."""

from __future__ import annotations

import pytest

from live_polls import events
from live_polls.domain import lifecycle, rooms
from live_polls.domain.participants import new_token
from live_polls.kinds import KINDS, Kind
from live_polls.models import Ballot, Poll, Room
from tests.factories import make_poll
from tests.live.doors import Door
from tests.live.driver import Message, act, ballot, joined, opened, participant_page, staged, together


async def test_a_counted_ballot_is_acknowledged_with_a_receipt_and_the_version_that_includes_it(
    door: Door, room: Room, poll: Poll
):
    async with joined(door, room) as audience:
        ack = await audience.cast(poll, {"option": 2}, id="mine")
        room_now = await act(Room.objects.get, pk=room.pk)

    assert ack.keys() == {"type", "id", "receipt", "seq", "epoch", "version"}
    assert (ack["type"], ack["id"], ack["seq"], ack["epoch"]) == ("ack", "mine", 1, room.epoch)
    assert room.version < ack["version"] <= room_now.version
    assert len(ack["receipt"]) >= 16


async def test_a_resend_gets_the_same_receipt_and_counts_once(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        first = await audience.cast(poll, {"option": 2})
        again = [await audience.cast(poll, {"option": 2}) for _ in range(3)]
        snapshot = await audience.hello()

    assert {ack["receipt"] for ack in again} == {first["receipt"]}
    assert snapshot["polls"][0]["tally"] == {"n_ballots": 1, "counts": {"1": 0, "2": 1, "3": 0}}


@pytest.mark.parametrize("end", [lifecycle.close_poll, lifecycle.archive_poll, lifecycle.reset_poll, None])
async def test_a_resend_is_acknowledged_whatever_has_become_of_the_poll(door: Door, room: Room, poll: Poll, end):
    async with joined(door, room) as audience:
        first = await audience.cast(poll, {"option": 2})
        await act(lifecycle.close_poll, poll)
        await act(end, poll) if end else await act(rooms.end_room, room)
        again = await audience.cast(poll, {"option": 2}, round=1)
        other = await audience.cast(poll, {"option": 3}, round=1, seq=2)

    assert (again["type"], again["receipt"]) == ("ack", first["receipt"])
    assert (other["type"], other["code"]) == ("error", "closed")


async def test_a_change_takes_the_place_of_what_was_there(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        first = await audience.cast(poll, {"option": 1}, seq=1)
        second = await audience.cast(poll, {"option": 3}, seq=7)
        snapshot = await audience.hello()

    assert second["seq"] == 7
    assert second["receipt"] != first["receipt"]
    assert snapshot["polls"][0]["tally"] == {"n_ballots": 1, "counts": {"1": 0, "2": 0, "3": 1}}
    assert snapshot["me"]["ballots"] == [_own(poll, second, {"option": 3})]


@pytest.mark.parametrize(("seq", "answer"), [(4, {"option": 1}), (4, {"option": 2}), (5, {"option": 1}), (5, None)])
async def test_an_older_ballot_or_the_same_seq_with_another_answer_is_stale(
    door: Door, room: Room, poll: Poll, seq: int, answer: object
):
    async with joined(door, room) as audience:
        await audience.cast(poll, {"option": 2}, seq=5)
        stale = await audience.cast(poll, answer, seq=seq)
        snapshot = await audience.hello()

    assert (stale["type"], stale["code"], stale["seq"], stale["answer"]) == ("error", "stale", 5, {"option": 2})
    assert snapshot["polls"][0]["tally"]["counts"] == {"1": 0, "2": 1, "3": 0}


async def test_a_withdrawn_ballot_is_not_brought_back_by_a_late_cast(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        await audience.cast(poll, {"option": 2}, seq=1)
        withdrawal = await audience.cast(poll, None, seq=3)
        again = await audience.cast(poll, None, seq=3)
        late = await audience.cast(poll, {"option": 2}, seq=2)
        snapshot = await audience.hello()

    assert (withdrawal["type"], again["receipt"]) == ("ack", withdrawal["receipt"])
    assert (late["code"], late["seq"], late["answer"]) == ("stale", 3, None)
    assert snapshot["polls"][0]["tally"] == {"n_ballots": 0, "counts": {"1": 0, "2": 0, "3": 0}}
    assert snapshot["me"]["ballots"] == [_own(poll, withdrawal, None)]


async def test_who_has_withdrawn_may_vote_again(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        await audience.cast(poll, {"option": 2}, seq=1)
        await audience.cast(poll, None, seq=2)
        await audience.cast(poll, {"option": 1}, seq=3)
        snapshot = await audience.hello()

    assert snapshot["polls"][0]["tally"] == {"n_ballots": 1, "counts": {"1": 1, "2": 0, "3": 0}}


async def test_a_withdrawal_without_a_ballot_counts_nothing_and_keeps_its_seq(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        withdrawal = await audience.cast(poll, None, seq=2)
        late = await audience.cast(poll, {"option": 2}, seq=1)
        snapshot = await audience.hello()

    assert (withdrawal["type"], late["code"]) == ("ack", "stale")
    assert snapshot["polls"][0]["tally"]["n_ballots"] == 0


async def test_of_two_tabs_with_the_same_seq_one_is_counted_and_one_is_stale(door: Door, room: Room, poll: Poll):
    token = new_token(room.pk)
    async with joined(door, room, token=token) as left, joined(door, room, token=token) as right:
        answers = await together(left.cast(poll, {"option": 1}), right.cast(poll, {"option": 2}))
        snapshot = await left.hello()

    [counted] = [answer for answer in answers if answer["type"] == "ack"]
    [stale] = [answer for answer in answers if answer["type"] == "error"]
    in_force = {"option": 1 + answers.index(counted)}
    assert (stale["code"], stale["seq"], stale["answer"]) == ("stale", 1, in_force)
    assert snapshot["polls"][0]["tally"]["n_ballots"] == 1
    assert snapshot["me"]["ballots"] == [_own(poll, counted, in_force)]


async def test_a_ballot_is_shown_on_all_screens_of_its_participant_and_nobody_elses(door: Door, room: Room, poll: Poll):
    token = new_token(room.pk)
    async with (
        joined(door, room, token=token) as phone,
        joined(door, room, token=token) as laptop,
        opened(door, f"/ws/rooms/{room.join_code}", participant_page(door, room, token)) as page,
        joined(door, room) as neighbour,
        staged(door, room) as stage,
    ):
        await page.hello()
        ack = await phone.cast(poll, {"option": 2})

        for screen in (laptop, page):
            changed = await screen.next("me.changed")
            assert changed["version"] >= ack["version"]
            assert (changed["poll"], changed["round"]) == (poll.code, 1)
            assert changed["ballots"] == [_own(poll, ack, {"option": 2})]
        for other in (neighbour, stage):
            await other.next("tally.changed")
            assert "me.changed" not in _types(await other.fence())
            assert ack["receipt"] not in "".join(other.heard)


async def test_who_sends_again_what_nobody_was_told_of_sees_it_on_all_screens(
    door: Door, room: Room, poll: Poll, monkeypatch
):
    """As when the process that counted the ballot dies before it tells anybody, and others go on voting."""
    token = new_token(room.pk)
    async with (
        joined(door, room, token=token) as phone,
        joined(door, room, token=token) as laptop,
        joined(door, room) as neighbour,
    ):
        with monkeypatch.context() as patched:
            patched.setattr(events, "announce", lambda fact: None)
            await phone.cast(poll, {"option": 2})
        await neighbour.cast(poll, {"option": 3})
        ack = await phone.cast(poll, {"option": 2})

        for screen in (phone, laptop):
            changed = await screen.next("me.changed")
            assert changed["ballots"] == [_own(poll, ack, {"option": 2})]


async def test_a_withdrawal_is_shown_on_all_screens_of_its_participant(door: Door, room: Room, poll: Poll):
    token = new_token(room.pk)
    async with joined(door, room, token=token) as phone, joined(door, room, token=token) as laptop:
        await phone.cast(poll, {"option": 2})
        ack = await phone.cast(poll, None, seq=2)
        changed = await laptop.next("me.changed", where=lambda message: message["ballots"][0]["seq"] == 2)

    assert changed["ballots"] == [_own(poll, ack, None)]


async def test_everybody_sees_the_new_tally(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as voter, joined(door, room) as neighbour, staged(door, room) as stage:
        ack = await voter.cast(poll, {"option": 2})

        for screen in (voter, neighbour, stage):
            changed = await screen.next("tally.changed")
            assert changed == {
                "type": "tally.changed",
                "epoch": room.epoch,
                "version": changed["version"],
                "poll": poll.code,
                "round": 1,
                "tally": {"n_ballots": 1, "counts": {"1": 0, "2": 1, "3": 0}},
            }
            assert changed["version"] >= ack["version"]


# An answer to each kind, of three options where it has some, and what everybody is shown after it.
COUNTED: dict[str, tuple[object, Message]] = {
    "single_choice": ({"option": 3}, {"counts": {"1": 0, "2": 0, "3": 1}}),
    "multiple_choice": ({"options": [3, 1]}, {"counts": {"1": 1, "2": 0, "3": 1}}),
    "ranking": ({"options": [3, 1]}, {"counts": {"1": 2, "2": 0, "3": 3}, "first": {"1": 0, "2": 0, "3": 1}}),
    "rating": (
        {"values": {"1": 5, "3": 2}},
        {
            "counts": {"1": 1, "2": 0, "3": 1},
            "values": {"1": [0, 0, 0, 0, 1], "2": [0] * 5, "3": [0, 1, 0, 0, 0]},
            "averages": {"1": 5.0, "2": None, "3": 2.0},
        },
    ),
    "points": ({"points": {"3": 70, "1": 30}}, {"counts": {"1": 30, "2": 0, "3": 70}}),
    "number": ({"value": "42"}, {"counts": {"1": 1}, "columns": [["42", "42"]], "median": "42", "mean": "42"}),
    "word_cloud": ({"texts": ["Python", "tea"]}, {"counts": {"Python": 1, "tea": 1}, "n_more": 0, "n_held": 0}),
    "open_text": (
        {"texts": ["More time."]},
        {"counts": {}, "texts": [{"text": "More time."}], "n_more": 0, "n_held": 0},
    ),
}


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.takes_answers], ids=lambda kind: kind.name)
async def test_every_kind_is_counted(door: Door, room: Room, kind: Kind):
    answer, tally = COUNTED[kind.name]
    options = ("Tabs", "Spaces", "Both")[: kind.max_options]
    poll = await act(make_poll, room, kind=kind.name, options=options)

    async with joined(door, room) as audience:
        ack = await audience.cast(poll, answer)
        changed = await audience.next("tally.changed")

    assert ack["type"] == "ack", ack
    for text in changed["tally"].get("texts", ()):
        assert text.pop("id")  # what moderators call it by: no two are the same
    assert changed["tally"] == {"n_ballots": 1} | tally


async def test_several_polls_are_open_at_once_and_do_not_mix(door: Door, room: Room):
    first, second, third = [await act(make_poll, room) for _ in range(3)]

    async with joined(door, room) as audience:
        await audience.send(ballot(first, {"option": 1}), ballot(third, {"option": 3}))
        await audience.next("ack")
        await audience.next("ack")
        snapshot = await audience.hello()

    tallies = {poll["code"]: poll["tally"]["counts"] for poll in snapshot["polls"]}
    assert tallies == {
        first.code: {"1": 1, "2": 0, "3": 0},
        second.code: {"1": 0, "2": 0, "3": 0},
        third.code: {"1": 0, "2": 0, "3": 1},
    }
    assert {mine["poll"] for mine in snapshot["me"]["ballots"]} == {first.code, third.code}


async def test_a_new_round_starts_from_nothing_and_keeps_the_old_one(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        await audience.cast(poll, {"option": 1}, seq=9)
        await act(lifecycle.close_poll, poll)
        await act(lifecycle.open_poll, poll)
        changed = await audience.next("poll.changed", where=lambda message: message["poll"]["round"] == 2)
        tally = await audience.next("tally.changed", where=lambda message: message["round"] == 2)
        late = await audience.cast(poll, {"option": 2}, round=1, seq=10)
        ack = await audience.cast(poll, {"option": 3}, round=2, seq=1)
        snapshot = await audience.hello()

    assert changed["poll"]["state"] == "open"
    assert tally["tally"] == {"n_ballots": 0, "counts": {"1": 0, "2": 0, "3": 0}}
    assert (late["code"], ack["type"]) == ("closed", "ack")
    assert snapshot["me"]["ballots"] == [_own(poll, ack, {"option": 3})]
    assert snapshot["polls"][0]["tally"] == {"n_ballots": 1, "counts": {"1": 0, "2": 0, "3": 1}}
    rounds = await act(lambda: list(Ballot.objects.filter(poll=poll).order_by("round").values_list("round", "answer")))
    assert rounds == [(1, '{"option":1}'), (2, '{"option":3}')]


async def test_nothing_lands_after_a_close(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as early, joined(door, room) as late:
        await early.cast(poll, {"option": 1})
        await act(lifecycle.close_poll, poll)
        refused = await late.cast(poll, {"option": 2})
        changed = await late.next("poll.changed", where=lambda message: message["poll"]["state"] == "closed")
        snapshot = await late.hello()

    assert (refused["type"], refused["code"]) == ("error", "closed")
    assert changed["poll"]["code"] == poll.code
    assert snapshot["polls"][0]["tally"]["counts"] == {"1": 1, "2": 0, "3": 0}


async def test_casts_that_race_a_close_are_counted_exactly_when_they_were_acknowledged(
    door: Door, room: Room, poll: Poll
):
    async with joined(door, room) as one, joined(door, room) as two, joined(door, room) as three:
        answers = await together(
            one.cast(poll, {"option": 1}),
            two.cast(poll, {"option": 2}),
            act(lifecycle.close_poll, poll),
            three.cast(poll, {"option": 3}),
        )
        snapshot = await one.hello()

    n_acks = sum(answer["type"] == "ack" for answer in answers if answer is not None)
    assert snapshot["polls"][0]["tally"]["n_ballots"] == n_acks
    assert all(answer["code"] == "closed" for answer in answers if answer is not None and answer["type"] == "error")


def _own(poll: Poll, ack: Message, answer: object) -> Message:
    return {"poll": poll.code, "round": poll.round, "seq": ack["seq"], "answer": answer, "receipt": ack["receipt"]}


def _types(messages: list[Message]) -> set[str]:
    return {message["type"] for message in messages}
