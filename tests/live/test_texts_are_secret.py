"""Held and hidden texts are in no frame of anybody but their author; and a full cloud fits into a small one."""

from __future__ import annotations

import json

import pytest

from live_polls.domain import moderation
from live_polls.domain.ballots import Counted, cast_batch
from live_polls.domain.participants import stage_token
from live_polls.domain.snapshot import read_room
from live_polls.domain.visibility import Viewer
from live_polls.live import faces
from live_polls.models import Account, Poll, Room, Text
from tests.factories import make_cast, make_poll
from tests.live.doors import Door
from tests.live.driver import act, hosted, joined, staged

SECRET = "zanzibar"
MOST_BYTES = 8_192


def make_writing(room: Room, kind: str, *, hold: bool) -> Poll:
    settings = {"hold": hold} | ({"other": True} if kind == "single_choice" else {})
    return make_poll(room, kind=kind, options=("A", "B") if kind == "single_choice" else (), settings=settings)


def decide(deed: str) -> None:
    text = Text.objects.get(text=SECRET)
    getattr(moderation, deed)(text.poll, 1, text.key)


@pytest.mark.parametrize("hold", [True, False], ids=["held", "hidden"])
@pytest.mark.parametrize("kind", ["word_cloud", "open_text", "single_choice"])
async def test_only_its_author_is_told_of_a_text_that_is_not_shown(
    door: Door, room: Room, alice: Account, kind: str, hold: bool
):
    poll = await act(make_writing, room, kind, hold=hold)
    link = await act(stage_token, room)
    answer = {"other": SECRET} if kind == "single_choice" else {"texts": [SECRET]}
    async with (
        joined(door, room) as author,
        joined(door, room) as audience,
        staged(door, room) as anonymous,
        staged(door, room, stage_token=link) as trusted,
        hosted(door, room, alice) as host,
    ):
        others = (audience, anonymous, trusted, host)
        await author.cast(poll, answer)
        if not hold:
            for somebody in others:
                await somebody.next("tally.changed", where=lambda message: SECRET in json.dumps(message))
            await act(decide, "hide_text")
        stand = "held" if hold else "hidden"
        await author.next("me.changed", where=lambda message: message["ballots"][0].get(stand) == [SECRET])
        for somebody in others:
            await somebody.fence()
            somebody.heard.clear()
            await somebody.hello()
            await somebody.fence()
            assert SECRET not in "".join(map(str, somebody.heard))
        assert (await author.hello())["me"]["ballots"][0][stand] == [SECRET]
        await act(decide, "show_text")
        for somebody in others:
            await somebody.next("tally.changed", where=lambda message: SECRET in json.dumps(message))
        await author.next("me.changed", where=lambda message: stand not in message["ballots"][0])


@pytest.mark.django_db
def test_a_cloud_of_five_thousand_people_fits_into_a_frame_of_eight_kilobytes():
    cloud = make_poll(kind="word_cloud", options=())
    for first in range(0, 5_000, 500):
        people = range(first, first + 500)
        casts = [
            make_cast(
                cloud, {"texts": [f"Verständigung {who * 3 + n} überall" for n in range(3)]}, participant=str(who)
            )
            for who in people
        ]
        assert all(isinstance(outcome, Counted) for outcome in cast_batch(casts))

    view, _ = read_room(cloud.room_id)
    assert view is not None
    face = faces.face_of(view, Viewer.AUDIENCE)
    tally = json.loads(bytes(face.tallies[cloud.code].piece))

    assert tally["n_more"] + len(tally["counts"]) == 15_000
    assert len(tally["counts"]) == 100
    assert len(bytes(face.tallies[cloud.code].piece)) < MOST_BYTES
    assert len(faces.snapshot_frame(face, mine=(), presence=5_000, now=0.0).payload) < MOST_BYTES
