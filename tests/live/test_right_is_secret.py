"""What is right, and why, is nowhere before it is revealed: in no frame, in no page, in no answer of the API."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from live_polls.domain import lifecycle, rooms
from live_polls.domain.participants import stage_token
from live_polls.domain.polls import draft_of, edit_poll
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.models import Account, Poll, Room
from live_polls.views.room_page import render_room_page
from live_polls.views.stage_scene import scene_of
from tests.factories import make_poll
from tests.live.doors import Door
from tests.live.driver import act, hosted, joined, staged

WHY = "Because of the moon"
RIGHT = "31.25"
ANSWERS = {
    "single_choice": {"option": 2},
    "multiple_choice": {"options": [2, 3]},
    "number": {"value": "7.00"},
}
KINDS = list(ANSWERS)


def make_question(room: Room, kind: str = "single_choice") -> Poll:
    """An open poll with one right option and a reason."""
    poll = make_plain(room, kind)
    say_what_is_right(poll)
    return poll


def make_plain(room: Room, kind: str) -> Poll:
    is_number = kind == "number"
    settings = {"minimum": "0", "maximum": "50", "decimals": 2} if is_number else {}
    return make_poll(room, kind=kind, options=() if is_number else ("A", "B", "C"), settings=settings)


def say_what_is_right(poll: Poll, right: frozenset[int] = frozenset({2}), why: str = WHY) -> None:
    """One of the options, or the value 31.25, give or take 1.75: numbers that stand nowhere else."""
    draft = replace(draft_of(poll), explanation=why)
    if poll.kind == "number":
        edit_poll(poll, replace(draft, settings={**draft.settings, "right": RIGHT, "tolerance": "1.75"}))
    else:
        edit_poll(poll, replace(draft, right=right))


def tells(text: str) -> bool:
    return any(secret in text for secret in (WHY, '"right"', '"tolerance"', RIGHT))


@pytest.mark.parametrize("kind", KINDS)
async def test_no_frame_tells_before_it_is_revealed(door: Door, room: Room, alice: Account, kind: str):
    poll = await act(make_question, room, kind)
    async with (
        joined(door, room) as audience,
        staged(door, room) as anonymous,
        staged(door, room, stage_token=await act(stage_token, room)) as trusted,
        hosted(door, room, alice) as host,
    ):
        everybody = (audience, anonymous, trusted, host)
        assert (await audience.cast(poll, ANSWERS[kind]))["type"] == "ack"
        await act(say_what_is_right, poll, frozenset({1, 2}))
        await act(lifecycle.hide_results, poll)
        for somebody in everybody:
            await somebody.hello()
            assert not any(map(tells, somebody.heard))
        await act(lifecycle.close_poll, poll)
        for somebody in (audience, anonymous, trusted):
            await somebody.next("poll.changed", where=lambda message: message["poll"]["state"] == "closed")
            await somebody.hello()
            assert not any(map(tells, somebody.heard))
        await act(lifecycle.show_results, poll)
        for somebody in everybody:
            if somebody is not host:
                await somebody.next("poll.changed", where=lambda message: message["poll"]["shown"] is True)
            polls = (await somebody.hello())["polls"]
            assert right_in(polls[0]) == (RIGHT if kind == "number" else [True, True, False])
            assert polls[0]["explanation"] == WHY


def right_in(poll: dict[str, Any]) -> object:
    return poll["settings"].get("right") or [option.get("right", False) for option in poll["options"]]


async def test_the_api_does_not_tell_either(door: Door, room: Room):
    poll, path = await act(make_question, room), f"/api/v1/rooms/{room.join_code}/state"

    assert not tells((await door.request("GET", path)).body.decode())
    await act(lifecycle.close_poll, poll)
    assert tells((await door.request("GET", path)).body.decode())


async def test_a_new_round_is_secret_again(door: Door, room: Room):
    poll = await act(make_question, room)
    await act(lifecycle.close_poll, poll)
    async with joined(door, room) as audience:
        assert any(map(tells, audience.heard))
        audience.heard.clear()
        await act(lifecycle.open_poll, poll)
        await audience.next("poll.changed", where=lambda message: message["poll"]["round"] == 2)
        assert not any(map(tells, audience.heard))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", ["open", "hidden"])
@pytest.mark.usefixtures("box")
def test_no_page_depends_on_what_is_right_before_it_is_revealed(alice: Account, kind: str, state: str):
    """Not a byte of them: so nothing can be read from a class, an attribute or an order either."""
    room = rooms.create_room(title="Keynote", owner=alice)
    poll = make_plain(room, kind)
    if state == "hidden":
        lifecycle.hide_results(poll)
        lifecycle.close_poll(poll)
    without = pages_of(room)
    say_what_is_right(poll)

    assert pages_of(room) == without
    lifecycle.close_poll(poll)
    lifecycle.show_results(poll)
    for page in pages_of(room):
        assert WHY in page


def pages_of(room: Room) -> tuple[str, ...]:
    """The audience page, the stage of anybody, and what a trusted stage draws."""
    view, _ = read_room(room.pk)
    assert view is not None
    stage = Client().get(f"/stage/{room.join_code}").content.decode()
    return (
        _without_nonces(render_room_page(view)),
        _without_nonces(stage.split('<main id="main"')[1].split("</main>")[0]),
        repr(scene_of(view, Viewer.TRUSTED_STAGE)),
    )


def _without_nonces(page: str) -> str:
    # The form for a question carries a number of its own each time.
    return re.sub(r'name="seq" value="\d{6,}"', "", page.split("</noscript>", 1)[-1])
