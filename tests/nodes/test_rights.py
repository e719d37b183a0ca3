"""Signing out at one node closes what one has open at the other; with the safety net taken away, by the hint alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from tests.live.doors import GuardedDoor
from tests.live.driver import address, opened, page_of
from tests.nodes.hall import Hall, HallRoom, coming, running
from tests.operations.topology import ask
from tests.server_process import ServerProcess

WITHOUT_LOOKING = {"live_polls.live.doorkeeper": {"LOOK_SECONDS": 3600}}
PROMISED_SECONDS = 5
HOST = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from live_polls.models import Account, Membership, Room
request = HttpRequest()
request.session = import_module(settings.SESSION_ENGINE).SessionStore()
account = Account.objects.create_user("{code}@example.org")
Membership.objects.create(room=Room.objects.get(join_code="{code}"), account=account)
login(request, account, "django.contrib.auth.backends.ModelBackend")
request.session.save()
print(request.session.session_key)
"""

Nodes = tuple[ServerProcess, ServerProcess]


@pytest.fixture(scope="module")
def nodes(hall: Hall) -> Iterator[Nodes]:
    one, other = hall.node(), hall.node()
    with running(one, WITHOUT_LOOKING), running(other, WITHOUT_LOOKING):
        yield one, other


async def test_signing_out_at_one_node_closes_ones_sockets_at_the_other(nodes: Nodes, room: HallRoom):
    one, other = nodes
    session = await asyncio.to_thread(host_session, one, room)
    door = GuardedDoor(other.url)
    async with (
        coming(one, room),  # a node where nobody listens has no mouth: then the others find out by looking
        opened(door, address(room.room), page_of(door, sessionid=session)) as host,
        coming(other, room) as phone,
    ):
        await host.hello(role="host")
        assert await asyncio.to_thread(sign_out, one, session) == "/"
        async with asyncio.timeout(PROMISED_SECONDS):
            assert await host.closed() == 4401
        await phone.fence()


def host_session(node: ServerProcess, room: HallRoom) -> str:
    """The session of a new host of the room, signed in."""
    done = node.manage("shell", "--no-imports", "-c", HOST.format(code=room.room.join_code))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sign_out(node: ServerProcess, session: str) -> str:
    """By the page; where that leads to."""
    page = ask(f"{node.url}/accounts/logout/", headers={"Cookie": f"sessionid={session}"})
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())
    assert found
    cookie = SimpleCookie(page.headers["set-cookie"])["csrftoken"].value
    answer = ask(
        f"{node.url}/accounts/logout/",
        data=urlencode({"csrfmiddlewaretoken": found[1]}).encode(),
        headers={"Cookie": f"sessionid={session}; csrftoken={cookie}", "Origin": node.url},
    )
    assert answer.status in {200, 302}
    return answer.headers.get("location", "/")
