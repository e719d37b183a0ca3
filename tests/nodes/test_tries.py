"""Tries to sign in are counted by all nodes together."""

from __future__ import annotations

import asyncio
import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.nodes.hall import Hall, running
from tests.operations.topology import ask
from tests.server_process import ServerProcess


async def test_guesses_at_one_node_count_at_the_other(hall: Hall):
    one, other = hall.node(), hall.node()
    with running(one), running(other):
        said = [await asyncio.to_thread(guess, node) for node in (one, other) * 3]

    assert ["Too many failed login attempts" in page for page in said] == [False] * 5 + [True]


def guess(node: ServerProcess) -> str:
    url = f"{node.url}/accounts/login/"
    page = ask(url)
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())
    assert found
    cookie = SimpleCookie(page.headers["set-cookie"])["csrftoken"].value
    fields = {"csrfmiddlewaretoken": found[1], "login": "nobody@example.org", "password": "a guess of mine"}
    headers = {"Cookie": f"csrftoken={cookie}", "Origin": node.url}
    return ask(url, data=urlencode(fields).encode(), headers=headers).body.decode()
