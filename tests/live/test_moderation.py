"""What moderators are told over sockets: the queue once, then what changes; and that nobody else is told."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from live_polls.domain import deeds
from live_polls.domain.asking import edit_asking
from live_polls.domain.contributions import read_contributions
from live_polls.domain.questions import Ask, Heard, Upvoting, hear_batch
from live_polls.domain.snapshot import read_room
from live_polls.domain.verbs import VERBS
from live_polls.enums import Asking
from live_polls.models import Account, Room
from tests.live.doors import ClosedError, Door
from tests.live.driver import act, hosted, joined, staged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asking(room: Room) -> Room:
    edit_asking(room, asking=Asking.OPEN)
    return room


def ask(room: Room, text: str, who: str = "a") -> str:
    [heard] = hear_batch([Ask(room.pk, who * 32, 1, text)])
    assert isinstance(heard, Heard)
    return heard.question


async def test_a_moderator_is_told_the_queue_and_then_what_changes(door: Door, asking: Room, mia: Account):
    code = await act(ask, asking, "What the fuck?")
    async with hosted(door, asking, mia, role="moderator") as socket:
        listed = await socket.next("contributions.changed")
        assert [(each["id"], each["state"], each["hint"]) for each in listed["contributions"]] == [
            (f"question-{code}", "held", "word")
        ]
        await act(deeds.do, asking, "approve", [f"question-{code}"], {})
        changed = await socket.next("contribution.changed")
        assert changed["contribution"]["state"] == "shown"
        assert changed["version"] > listed["version"]
        await act(hear_batch, [Upvoting(asking.pk, "b" * 32, code, on=True)])
        assert (await socket.next("contributions.counted"))["n"] == {f"question-{code}": 1}


async def test_two_moderators_are_told_the_same(door: Door, asking: Room, mia: Account, alice: Account):
    async with (
        hosted(door, asking, mia, role="moderator") as one,
        hosted(door, asking, alice, role="moderator") as other,
    ):
        for socket in (one, other):
            assert (await socket.next("contributions.changed"))["contributions"] == []
        code = await act(ask, asking, "What the fuck?")
        for socket in (one, other):
            assert (await socket.next("contribution.changed"))["contribution"]["id"] == f"question-{code}"


async def test_what_is_held_or_hidden_is_told_to_nobody_else(door: Door, asking: Room, mia: Account, alice: Account):
    async with (
        joined(door, asking) as phone,
        staged(door, asking) as stage,
        hosted(door, asking, alice) as host,
        hosted(door, asking, mia, role="moderator") as socket,
    ):
        code = await act(ask, asking, "What the fuck?")
        await socket.next("contribution.changed")
        await act(deeds.do, asking, "hide", [f"question-{code}"], {})
        await socket.next("contribution.changed", where=lambda said: said["contribution"]["state"] == "hidden")
        heard = [*await phone.fence(), *await stage.fence()]
        assert "fuck" not in json.dumps(heard)
        assert [said for said in await host.fence() if said["type"].startswith("contribution")] == []


@pytest.mark.parametrize("again", [False, True])
async def test_whoever_comes_back_gets_the_whole_queue_anew(door: Door, asking: Room, mia: Account, again: bool):
    await act(ask, asking, "What the fuck?")
    async with hosted(door, asking, mia, role="moderator") as socket:
        await socket.next("contributions.changed")
        if again:
            await socket.say("hello", role="moderator")
            assert len((await socket.next("contributions.changed"))["contributions"]) == 1


async def test_a_stranger_is_told_nothing(door: Door, asking: Room, charlie: Account):
    with pytest.raises(ClosedError) as closed:
        async with hosted(door, asking, charlie, role="moderator"):
            pass
    assert closed.value.code == 4403


def test_whoever_may_watch_may_moderate():
    # The socket asks for the first, and shows the second.
    assert VERBS["watch"].may == VERBS["moderate"].may


def test_a_read_of_the_queue_costs_the_same_however_much_was_written(asking: Room):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            read_contributions(asking.pk)
        return len(captured)

    before = statements()
    for n in range(30):
        hear_batch([Ask(asking.pk, f"{n:032}", 1, f"Fuck {n}?")])
    assert statements() == before


def test_nobody_pays_for_the_queue_while_no_moderator_is_here(asking: Room):
    with CaptureQueriesContext(connection) as captured:
        read_room(asking.pk)
    # One for the voices that are barred; the queue would ask of each author once more.
    assert sum("exclusion" in statement["sql"].lower() for statement in captured) == 1
