"""Whoever loses a right loses what they see by it, at once: within five seconds, wherever the change was made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from live_polls.domain.participants import stage_token
from live_polls.enums import Role
from live_polls.models import Account, Membership, Poll, Room
from tests.live.doors import ClosedError, Door
from tests.live.driver import act, hosted, joined, staged

PROMISED_SECONDS = 5


def sign_out(alice: Account) -> None:
    """On the page, in the browser whose socket it is: the newest session."""
    client = Client()
    client.cookies["sessionid"] = Session.objects.latest("expire_date").session_key
    assert client.post(reverse("account_logout")).status_code == 302


def change_password(alice: Account) -> None:
    alice.set_password("another good one")
    alice.save()


def switch_off(alice: Account) -> None:
    alice.is_active = False
    alice.save()


def remove(alice: Account) -> None:
    Membership.objects.get(account=alice).delete()


def remove_unheard(alice: Account) -> None:
    """By a statement that sends no signal: only looking finds it."""
    Membership.objects.filter(account=alice)._raw_delete("default")


def demote(alice: Account) -> None:
    Membership.objects.filter(account=alice).update(role=Role.MODERATOR)


def end_session(alice: Account) -> None:
    Session.objects.all().delete()


def delete_account(alice: Account) -> None:
    Account.objects.get(pk=alice.pk).delete()


LOSSES = [sign_out, change_password, switch_off, remove, remove_unheard, demote, end_session, delete_account]


@pytest.mark.parametrize("lose", LOSSES)
async def test_a_host_who_loses_a_right_is_let_go(door: Door, room: Room, alice: Account, lose: Callable[..., None]):
    async with hosted(door, room, alice) as host:
        await act(lose, alice)
        async with asyncio.timeout(PROMISED_SECONDS):
            assert await host.closed() == 4401


async def test_a_signed_in_stage_goes_on_as_the_audience_sees_it(door: Door, room: Room, alice: Account, poll: Poll):
    async with hosted(door, room, alice, role="stage") as stage:
        await act(switch_off, alice)
        async with asyncio.timeout(PROMISED_SECONDS):
            assert await stage.closed() == 4401


async def test_who_was_let_go_does_not_come_back(door: Door, room: Room, alice: Account, mia: Account):
    async with hosted(door, room, mia) as moderator:
        await act(remove, mia)
        async with asyncio.timeout(PROMISED_SECONDS):
            await moderator.closed()

    with pytest.raises(ClosedError) as refused:
        async with hosted(door, room, mia):
            pass
    assert refused.value.code == 4403


async def test_a_moderator_who_is_demoted_in_mid_work_is_let_go_from_the_desk(door: Door, room: Room, mia: Account):
    async with hosted(door, room, mia, role="moderator") as desk:
        await act(remove, mia)
        async with asyncio.timeout(PROMISED_SECONDS):
            assert await desk.closed() == 4401


async def test_who_became_a_moderator_comes_back_as_one(door: Door, room: Room, alice: Account):
    async with hosted(door, room, alice) as host:
        await act(demote, alice)
        async with asyncio.timeout(PROMISED_SECONDS):
            await host.closed()

    async with hosted(door, room, alice) as moderator:
        assert moderator.snapshot["room"]["title"] == "Keynote"


async def test_nobody_else_is_let_go(door: Door, room: Room, alice: Account, mia: Account):
    link = await act(stage_token, room)
    async with (
        hosted(door, room, alice) as host,
        hosted(door, room, mia) as moderator,
        joined(door, room) as phone,
        staged(door, room, stage_token=link) as stage,
    ):
        await act(remove, alice)
        async with asyncio.timeout(PROMISED_SECONDS):
            await host.closed()
        for other in (moderator, phone, stage):
            await other.fence()


async def test_signing_in_elsewhere_and_another_name_close_nothing(door: Door, room: Room, alice: Account):
    async with hosted(door, room, alice) as one:
        await act(Account.objects.filter(pk=alice.pk).update, name="Alice B.")
        async with hosted(door, room, alice) as other:
            await one.fence()
            await other.fence()
