"""Who may come in, as whom, and how the others are sent away."""

from __future__ import annotations

import time

import pytest
from django.contrib.sessions.models import Session

from live_polls.consumers import room as consumer
from live_polls.domain import lifecycle, rooms
from live_polls.domain.participants import new_token, sign_token, stage_token
from live_polls.models import Account, Poll, Room
from tests.factories import make_poll, make_room
from tests.live.doors import Door, QueuedDoor
from tests.live.driver import (
    act,
    address,
    hosted,
    joined,
    opened,
    page_of,
    participant_page,
    signed_in,
    staged,
)

A_MONTH_AND_A_DAY_S = 31 * 24 * 3600


async def test_the_subprotocol_is_agreed_on(door: Door, room: Room):
    async with opened(door, address(room)) as socket:
        assert socket.line.subprotocol == "live-polls.v1"


async def test_a_token_makes_a_participant(door: Door, room: Room, poll: Poll):
    token = new_token(room.pk)

    async with joined(door, room, token=token) as audience:
        ack = await audience.cast(poll, {"option": 2})

    async with joined(door, room, token=token) as again:
        assert again.snapshot["me"] == {"ballots": [_mine(poll, ack, {"option": 2})]}


async def test_the_cookie_of_our_page_makes_a_participant(door: Door, room: Room, poll: Poll):
    token = new_token(room.pk)
    async with joined(door, room, token=token) as audience:
        ack = await audience.cast(poll, {"option": 3})

    async with opened(door, address(room), participant_page(door, room, token)) as page:
        snapshot = await page.hello()

    assert snapshot["me"] == {"ballots": [_mine(poll, ack, {"option": 3})]}


async def test_the_token_wins_over_the_cookie(door: Door, room: Room, poll: Poll):
    in_cookie = new_token(room.pk)
    async with joined(door, room, token=in_cookie) as audience:
        await audience.cast(poll, {"option": 1})

    async with opened(door, address(room), participant_page(door, room, in_cookie)) as page:
        snapshot = await page.hello(token=new_token(room.pk))

    assert snapshot["me"] == {"ballots": []}


def _tokens_that_are_none(room: Room) -> dict[str, str]:
    good = new_token(room.pk)
    nonce, _, signature = good.partition(".")
    other = new_token(make_room().pk)
    return {
        "of another room": other,
        "signature of another token": f"{nonce}.{new_token(room.pk).partition('.')[2]}",
        "signed for another room": f"{nonce}.{sign_token(nonce, room.pk + 1).partition('.')[2]}",
        "one bit off": f"{nonce}.{'0' if signature[0] != '0' else '1'}{signature[1:]}",
        "upper case": f"{nonce}.{signature.upper()}X",
        "cut off": good[:-1],
        "no signature": nonce,
        "only a dot": ".",
        "not ASCII": f"{nonce}.é{signature[1:]}",
        "NUL": f"{nonce}.\0{signature[1:]}",
        "a stage link": stage_token(room),
        "longer than it can be": good + "0" * 100,
    }


async def test_what_is_no_token_of_this_room_is_unknown(door: Door, room: Room):
    for name, token in (await act(_tokens_that_are_none, room)).items():
        async with opened(door, address(room), participant_page(door, room, new_token(room.pk))) as page:
            await page.say("hello", token=token)

            assert (name, await page.closed()) == (name, 4401)
            assert page.heard == []


async def test_nobody_in_particular_is_unknown(door: Door, room: Room):
    async with opened(door, address(room), page_of(door)) as page:
        await page.say("hello")

        assert await page.closed() == 4401


async def test_without_an_origin_a_cookie_counts_for_nothing(door: Door, room: Room, alice: Account):
    participant = participant_page(door, room, new_token(room.pk))[1:]
    host = (await act(signed_in, door, alice))[1:]
    for headers, role in ((participant, "audience"), (host, "host")):
        async with opened(door, address(room), headers) as program:
            await program.say("hello", role=role)

            assert await program.closed() == 4401


async def test_an_anonymous_stage_sees_what_the_audience_sees_and_cannot_vote(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience, staged(door, room) as stage:
        assert _without_presence(stage.snapshot) == _without_presence(audience.snapshot)
        answer = await stage.cast(poll, {"option": 1})

    assert (answer["type"], answer["code"]) == ("error", "not_allowed")


async def test_a_stage_link_shows_what_hosts_have_revealed(door: Door, room: Room):
    poll = await act(make_poll, room, results="host")
    async with joined(door, room) as audience:
        await audience.cast(poll, {"option": 1})
    await act(lifecycle.show_results, poll)

    async with staged(door, room, stage_token=await act(stage_token, room)) as trusted:
        assert trusted.snapshot["polls"][0]["tally"]["counts"] == {"1": 1, "2": 0, "3": 0}
    async with staged(door, room) as anonymous:
        assert anonymous.snapshot["polls"][0]["tally"] == {"n_ballots": 1}


def _links_that_are_none(room: Room, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    revoked, other = stage_token(room), stage_token(make_room())
    rooms.revoke_stage_links(room)
    good, now = stage_token(room), time.time
    with monkeypatch.context() as past:
        past.setattr("django.core.signing.time.time", lambda: now() - A_MONTH_AND_A_DAY_S)
        expired = stage_token(room)
    return {
        "revoked": revoked,
        "of another room": other,
        "expired": expired,
        "tampered": good[:-1] + ("a" if good[-1] != "a" else "b"),
        "a participant's token": new_token(room.pk),
        "empty": "",
        "nonsense": "nonsense",
    }


async def test_a_stage_link_that_is_none_is_unknown(door: Door, room: Room, monkeypatch: pytest.MonkeyPatch):
    for name, link in (await act(_links_that_are_none, room, monkeypatch)).items():
        async with opened(door, address(room)) as stage:
            await stage.say("hello", role="stage", stage_token=link)

            assert (name, await stage.closed()) == (name, 4401)


async def test_revoking_stage_links_closes_the_stages_that_came_by_one(door: Door, room: Room):
    link = await act(stage_token, room)
    async with staged(door, room, stage_token=link) as by_link, staged(door, room) as anonymous:
        await act(rooms.revoke_stage_links, room)

        assert await by_link.closed() == 4401
        assert await anonymous.fence() is not None


async def test_whoever_has_a_role_in_the_room_sees_it_as_a_host(door: Door, room: Room, alice: Account, mia: Account):
    draft = await act(make_poll, room, is_open=False)

    for account in (alice, mia):
        async with hosted(door, room, account) as host:
            assert [poll["code"] for poll in host.snapshot["polls"]] == [draft.code]


async def test_the_stage_of_a_host_is_trusted_and_that_of_a_stranger_is_not(
    door: Door, room: Room, alice: Account, charlie: Account
):
    poll = await act(make_poll, room, results="host")
    await act(lifecycle.show_results, poll)

    async with hosted(door, room, alice, role="stage") as trusted:
        assert "counts" in trusted.snapshot["polls"][0]["tally"]
    async with hosted(door, room, charlie, role="stage") as stranger:
        assert "counts" not in stranger.snapshot["polls"][0]["tally"]


async def test_who_has_no_role_here_is_no_host(door: Door, room: Room, alice: Account, charlie: Account):
    not_signed_in = page_of(door)
    stranger = await act(signed_in, door, charlie)
    signed_out = await act(signed_in, door, alice)
    await act(Session.objects.all().delete)
    switched_off = await act(signed_in, door, alice)
    await act(Account.objects.filter(pk=alice.pk).update, is_active=False)

    for headers, code in ((not_signed_in, 4401), (stranger, 4403), (signed_out, 4403), (switched_off, 4403)):
        async with opened(door, address(room), headers) as page:
            await page.say("hello", role="host")

            assert await page.closed() == code


async def test_a_role_that_was_taken_away_is_gone(door: Door, room: Room, alice: Account):
    headers = await act(signed_in, door, alice)
    await act(alice.memberships.all().delete)

    async with opened(door, address(room), headers) as page:
        await page.say("hello", role="host")

        assert await page.closed() == 4403


async def test_an_operator_is_a_host_everywhere(door: Door, room: Room, charlie: Account):
    await act(Account.objects.filter(pk=charlie.pk).update, is_superuser=True)

    async with hosted(door, room, charlie) as host:
        assert host.snapshot["room"]["code"] == room.join_code


async def test_a_participants_cookie_makes_no_host(door: Door, room: Room):
    async with opened(door, address(room), participant_page(door, room, new_token(room.pk))) as page:
        await page.say("hello", role="host", token=new_token(room.pk))

        assert await page.closed() == 4401


@pytest.mark.parametrize("code", ["ZZZZZZ", "nonsense", "0O1IL0", "%00%00%00%00%00%00", "K7QM2XK7QM2X"])
async def test_there_is_no_such_room(door: Door, room: Room, code: str):
    async with opened(door, f"/ws/rooms/{code}") as socket:
        await socket.say("hello", token=new_token(room.pk))

        assert await socket.closed() == 4404


async def test_a_join_code_may_be_typed_as_people_do(door: Door, room: Room):
    code = room.join_code.lower()
    for typed in (code, f"{code[:3]}%20{code[3:]}", f"{code[:3]}-{code[3:]}"):
        async with opened(door, f"/ws/rooms/{typed}") as socket:
            snapshot = await socket.hello(token=new_token(room.pk))

            assert snapshot["room"]["code"] == room.join_code


async def test_who_says_nothing_is_let_go(door: Door, room: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(consumer, "HELLO_SECONDS", 0.01)

    async with opened(door, address(room)) as socket:
        assert await socket.closed() == 4401


async def test_a_ping_is_no_hello(door: Door, room: Room, poll: Poll, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(consumer, "HELLO_SECONDS", 0.2)

    async with opened(door, address(room)) as socket:
        await socket.say("ping", id="a")
        too_early = await socket.next()
        code = await socket.closed()

    assert (too_early["type"], too_early["code"]) == ("error", "bad_message")
    assert code == 4401


async def test_a_vote_before_hello_counts_for_nothing(door: Door, room: Room, poll: Poll):
    async with opened(door, address(room)) as socket:
        await socket.say("ballot.cast", id="a", poll=poll.code, round=1, seq=1, answer={"option": 1})
        too_early = await socket.next()
        snapshot = await socket.hello(token=new_token(room.pk))

    assert (too_early["type"], too_early["code"]) == ("error", "bad_message")
    assert snapshot["polls"][0]["tally"]["n_ballots"] == 0


async def test_a_second_hello_is_a_resync_and_changes_nobody(door: Door, room: Room, poll: Poll):
    async with joined(door, room) as audience:
        ack = await audience.cast(poll, {"option": 1})
        again = await audience.hello(token=new_token(room.pk))

    assert again["me"] == {"ballots": [_mine(poll, ack, {"option": 1})]}
    assert again["presence"] == 1


async def test_hellos_that_come_at_once_are_all_answered_by_what_is_true_after_them(door: Door, room: Room, poll: Poll):
    async with opened(door, address(room)) as audience:
        for _ in range(10):
            await audience.say("hello", token=new_token(room.pk))
        await audience.next("snapshot")
        await audience.cast(poll, {"option": 1})
        await audience.say("hello")
        await audience.say("hello")
        snapshot = await audience.next("snapshot", where=lambda message: message["me"]["ballots"] != [])

    assert snapshot["polls"][0]["tally"]["n_ballots"] == 1
    assert '"error"' not in "".join(audience.heard)


@pytest.mark.parametrize("version", [0, 2**53])
@pytest.mark.parametrize("epoch", ["own", "unknown"])
async def test_whatever_was_seen_before_the_snapshot_is_of_now(
    door: Door, room: Room, poll: Poll, epoch: str, version: int
):
    since = {"epoch": room.epoch if epoch == "own" else "0badc0de", "version": version}

    async with joined(door, room, since=since) as audience:
        snapshot = audience.snapshot

    version_now = (await act(Room.objects.get, pk=room.pk)).version
    assert (snapshot["epoch"], snapshot["version"]) == (room.epoch, version_now)


async def test_a_token_signed_by_an_older_secret_is_good_until_it_is_dropped(room: Room, hub: None, settings):
    token = new_token(room.pk)
    settings.SECRET_KEY, older = "x" * 40, settings.SECRET_KEY
    settings.SECRET_KEY_FALLBACKS = [older]
    async with joined(QueuedDoor(), room, token=token):
        pass

    settings.SECRET_KEY_FALLBACKS = []
    async with opened(QueuedDoor(), address(room)) as socket:
        await socket.say("hello", token=token)
        assert await socket.closed() == 4401


def _mine(poll: Poll, ack: dict[str, object], answer: object) -> dict[str, object]:
    return {
        "poll": poll.code,
        "round": poll.round,
        "seq": ack["seq"],
        "answer": answer,
        "receipt": ack["receipt"],
    }


def _without_presence(snapshot: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in snapshot.items() if name not in {"presence", "now"}}
