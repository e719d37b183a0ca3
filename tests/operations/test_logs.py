"""A whole evening with canaries in everything that people bring along; none of them is in the log."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest

from tests.live.doors import GuardedDoor, RefusedError
from tests.live.driver import Socket
from tests.operations.rooms import join
from tests.operations.topology import ask
from tests.server_process import prepare_server, serving

ADDRESS, ADDRESS_6 = "203.0.113.77", "2001:db8:ca:fe::77"
TEXT, QUERY, EMAIL, PASSWORD = "canary-text", "canary-query", "canary@example.org", "canary-password"
SECRET = "Canary0secret0Canary0secret0"
ROOM = f"""
[room]
slug = "canary"
title = "Room of the {TEXT}"
[[polls]]
kind = "single_choice"
prompt = "What does the {TEXT} sing?"
options = ["{TEXT} one", "{TEXT} two"]
state = "open"
"""
AS = {"X-Forwarded-For": ADDRESS, "User-Agent": TEXT, "Referer": f"http://elsewhere.example/?{QUERY}"}


@pytest.fixture
def server(tmp_path):
    return prepare_server(tmp_path, LOG_FORMAT="json", LOG_LEVEL="DEBUG")


async def vote(server, room, token) -> None:
    """By socket: right, wrong, too much, by nobody and from elsewhere."""
    door, path, poll = GuardedDoor(server.url), f"/ws/rooms/{room['join_code']}", room["polls"][0]["code"]
    line = await door.open(f"{path}?{QUERY}", [*AS.items()])
    socket = Socket(line)
    await socket.hello(token=token)
    for n, answer in enumerate([{"option": 1}, {"option": TEXT}, {TEXT: TEXT}, {"option": 99}], start=1):
        await socket.say("ballot.cast", id=TEXT, poll=poll, round=1, seq=n, answer=answer)
        await socket.answer(TEXT)
    for frame in (TEXT, f'{{"type": "{TEXT}"}}', '{"type": NaN}', TEXT.encode()):
        await line.send(frame)
        await socket.next("error")
    await line.hang_up()
    nobody = await door.open(path, [*AS.items()])
    await nobody.send(json.dumps({"type": "hello", "token": SECRET}))
    assert await Socket(nobody).closed() == 4401
    with pytest.raises(RefusedError):
        await door.open(f"{path}?{QUERY}", [("Origin", f"http://{TEXT}.example"), *AS.items()])
    with pytest.raises(RefusedError):
        await door.open(f"/ws/{SECRET}?{QUERY}", [*AS.items()])


def browse(server, room, token) -> None:
    """By pages and forms: what is there, what is not, and what is not for everybody."""
    code, poll = room["join_code"], room["polls"][0]["code"]
    mine = AS | {"Cookie": f"lp_{code}={token}", "Origin": server.url}
    asked = {
        f"/j/{code}?{QUERY}={TEXT}": 200,
        f"/nowhere/{SECRET}?{QUERY}": 404,
        f"/welcome/{SECRET}": 403,
        f"/api/v1/rooms/{SECRET}/state?since={QUERY}": 404,
        f"/api/v1/rooms/{code}/state?since={QUERY}": 400,
    }
    assert {path: ask(server.url + path, headers=mine).status for path in asked} == asked
    form = urlencode({"poll": poll, "round": 1, "seq": 2, "option": 2, TEXT: TEXT}).encode()
    assert ask(f"{server.url}/j/{code}", headers=mine, data=form).status == 302
    foreign = mine | {"Origin": f"http://{TEXT}.example"}
    assert ask(f"{server.url}/j/{code}", headers=foreign, data=form).status == 403
    bearer = AS | {"Authorization": f"Bearer {SECRET}", "X-Forwarded-For": ADDRESS_6}
    assert ask(f"{server.url}/metrics", headers=bearer).status == 404
    assert ask(f"{server.url}/api/v1/rooms/{code}/ballots", headers=bearer, data=TEXT.encode()).status == 401


def sign_in(server) -> None:
    """With a password that is none, until it is too often; and without the page's token."""
    page = ask(f"{server.url}/accounts/login/", headers=AS)
    token, *_ = re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
    cookie = page.headers["set-cookie"].partition(";")[0]
    fields = {"csrfmiddlewaretoken": token.decode(), "login": EMAIL, "password": PASSWORD}
    answers = [
        ask(f"{server.url}/accounts/login/", headers=AS | {"Cookie": cookie}, data=urlencode(fields).encode())
        for _ in range(7)
    ]
    assert b"Too many" in answers[-1].body
    without = urlencode({"login": EMAIL, "password": PASSWORD}).encode()
    assert ask(f"{server.url}/accounts/login/?{QUERY}", headers=AS, data=without).status == 403


async def test_no_token_text_address_or_query_is_ever_in_the_log(server):
    room = server.load_room(ROOM)
    with serving(server):
        token = join(server.url, room)
        await vote(server, room, token)
        browse(server, room, token)
        sign_in(server)
    server.stop()

    said = server.log.read_text("utf-8")
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert any(line["message"].startswith("Not Found: /nowhere/") for line in lines)  # so it was listening
    nonce, _, signature = token.partition(".")
    canaries = (TEXT, QUERY, EMAIL, PASSWORD, SECRET, ADDRESS, ADDRESS_6, nonce, signature)
    assert [canary for canary in canaries if canary in said] == []
