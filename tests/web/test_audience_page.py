"""The audience page before Django: the same bytes for everyone, a cookie each, and no answer to what is not its own."""

from __future__ import annotations

import asyncio
import gzip
import re
from functools import partial

import brotli
import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator

from live_polls.domain import ballots, clock, lifecycle
from live_polls.domain.participants import cookie_name, new_token
from live_polls.live import readers
from live_polls.live.hub import get_hub
from live_polls.templatetags.import_map import import_map_hash, import_map_json
from live_polls.views import audience_page
from live_polls.views.audience_page import AudiencePage
from tests import asking
from tests.asking import make_asking_room
from tests.factories import make_cast, make_participant, make_poll, make_room

pytestmark = pytest.mark.usefixtures("hub")

FROM_DJANGO = 418


async def django(scope, receive, send):
    await send({"type": "http.response.start", "status": FROM_DJANGO, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def room(transactional_db):
    return make_room()


@pytest.fixture
def door():
    return AudiencePage(django)


async def ask(door, path, *, method="GET", scheme="http", **headers):
    """Status, headers and body of an answer; `accept_encoding=` and its like are request headers."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": path, "scheme": scheme, "headers": pairs}
    scope["query_string"] = query.encode()
    client = ApplicationCommunicator(door, scope)
    await client.send_input({"type": "http.request", "body": b""})
    start, content = await client.receive_output(5), await client.receive_output(5)
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, content["body"]


async def test_two_visitors_get_the_same_bytes_and_a_cookie_each(room, door):
    _, first, body = await ask(door, f"/j/{room.join_code}")
    _, second, again = await ask(door, f"/j/{room.join_code}")

    assert body == again
    assert first["set-cookie"] != second["set-cookie"]
    assert first["set-cookie"].startswith(f"{cookie_name(room.join_code)}=")
    assert first["set-cookie"].endswith("; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax")


async def test_the_cookie_is_secure_where_the_page_is(room, door):
    _, headers, _ = await ask(door, f"/j/{room.join_code}", scheme="https")

    assert headers["set-cookie"].endswith("; Secure")


async def test_the_cookie_is_a_participant_of_the_room(room, door):
    _, headers, _ = await ask(door, f"/j/{room.join_code}")

    token = headers["set-cookie"].split("=")[1].split(";")[0]
    assert make_participant(room, token).room_id == room.pk


@pytest.mark.parametrize(
    ("accepted", "coding", "decode"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("identity", None, bytes),
    ],
)
async def test_the_page_comes_compressed_as_the_browser_likes(room, door, accepted, coding, decode):
    _, headers, body = await ask(door, f"/j/{room.join_code}", accept_encoding=accepted)

    assert headers.get("content-encoding") == coding
    assert headers["content-length"] == str(len(body))
    assert room.title in decode(body).decode()


async def test_the_policy_allows_the_import_map_by_its_hash_and_no_inline_script(room, door):
    _, headers, body = await ask(door, f"/j/{room.join_code}")

    sources = re.search(r"script-src ([^;]*)", headers["content-security-policy"])
    assert sources is not None
    assert sources[1] == f"'self' {import_map_hash()}"
    inline = re.findall(rb"<script(?![^>]*src=)([^>]*)>(.*?)</script>", body)
    assert [content for kind, content in inline if b"importmap" in kind] == [import_map_json().encode()]
    assert all(b"importmap" in kind or b"application/json" in kind for kind, _ in inline)
    assert b"style=" not in body
    assert b"<style" not in body


async def test_the_page_carries_the_headers_that_django_would_set(room, door, settings):
    _, headers, _ = await ask(door, f"/j/{room.join_code}")

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == settings.SECURE_REFERRER_POLICY
    assert headers["permissions-policy"] == settings.PERMISSIONS_POLICY
    assert headers["cache-control"] == "private, no-store"


async def test_a_poll_that_opens_is_on_the_page_as_soon_as_the_hub_knows(room, door):
    poll = await sync_to_async(make_poll)(room, prompt="Tea or coffee?", is_open=False)
    _, _, before = await ask(door, f"/j/{room.join_code}")
    feed = await get_hub().feed(room.join_code)

    shown = asyncio.create_task(feed.wait_beyond(feed.version, 10))
    await sync_to_async(lifecycle.open_poll)(poll)
    await shown
    _, _, after = await ask(door, f"/j/{room.join_code}")

    assert (b"Tea or coffee?" in before, b"Tea or coffee?" in after) == (False, True)


async def seen_after(room, deed):
    """Do a deed in the room, and wait until this process knows of it."""
    feed = await get_hub().feed(room.join_code)
    shown = asyncio.create_task(feed.wait_beyond(feed.version, 10))
    await sync_to_async(deed)()
    await shown


async def test_a_question_that_was_taken_back_is_on_no_page_any_more(transactional_db, door):
    room = await sync_to_async(make_asking_room)()
    question = await sync_to_async(asking.make_asked)(room, "a", "Why not Erlang?")
    _, _, before = await ask(door, f"/j/{room.join_code}")

    await seen_after(room, partial(asking.withdraw, question))
    _, _, after = await ask(door, f"/j/{room.join_code}")

    assert (b"Why not Erlang?" in before, b"Why not Erlang?" in after) == (True, False)


async def test_who_has_taken_a_question_back_sees_it_no_more_however_late_the_hub_is(
    transactional_db, door, monkeypatch
):
    room = await sync_to_async(make_asking_room)()
    token = new_token(room.pk)
    who = await sync_to_async(make_participant)(room, token)
    question = await sync_to_async(asking.make_asked)(room, who.voice_key, "Why not Erlang?")
    cookie = f"{cookie_name(room.join_code)}={token}"
    _, _, before = await ask(door, f"/j/{room.join_code}", cookie=cookie)
    monkeypatch.setattr(get_hub().live_feed(room.join_code), "hear", lambda version: None)

    await sync_to_async(asking.withdraw)(question)
    _, _, after = await ask(door, f"/j/{room.join_code}", cookie=cookie)

    assert (b"Why not Erlang?" in before, b"Why not Erlang?" in after) == (True, False)


async def test_where_too_many_wait_to_read_one_is_told_to_come_back(room, door, monkeypatch):
    monkeypatch.setattr(readers, "_for_one", readers.Readers("none", 0))

    status, headers, body = await ask(door, f"/j/{room.join_code}")

    assert (status, headers["retry-after"]) == (503, "1")
    assert b"send the same again" in body


async def test_upvotes_make_no_page_anew_within_a_moment(transactional_db, door):
    room = await sync_to_async(make_asking_room)()
    question = await sync_to_async(asking.make_asked)(room, "a", "Why not Erlang?")
    _, _, before = await ask(door, f"/j/{room.join_code}")

    await seen_after(room, partial(asking.upvote, question, "b"))

    assert (await ask(door, f"/j/{room.join_code}"))[2] == before


def asked_on(body):
    return re.findall(r'data-text dir="auto">([^<]*)<', body.decode().partition("<template")[0])


async def test_each_order_of_questions_is_a_page_of_its_own_and_the_same_for_all(transactional_db, door):
    room = await sync_to_async(make_asking_room)()
    await sync_to_async(asking.make_ranked)(room)
    for query, texts in asking.RANKED.items():
        _, _, body = await ask(door, f"/j/{room.join_code}{query}")
        _, _, again = await ask(door, f"/j/{room.join_code}{query}")
        assert (query, asked_on(body)) == (query, texts)
        assert body == again
    assert len(door._pages) == 3


async def test_what_rises_goes_on_rising_when_nobody_votes(transactional_db, door, monkeypatch):
    room = await sync_to_async(make_asking_room)()
    await sync_to_async(asking.make_ranked)(room)
    _, _, before = await ask(door, f"/j/{room.join_code}?sort=rising")
    monkeypatch.setattr(audience_page, "TALLIES_MAY_BE_OLD_SECONDS", 0.0)
    monkeypatch.setattr(clock, "_offset", 100 * 60.0)

    _, _, after = await ask(door, f"/j/{room.join_code}?sort=rising")

    assert (asked_on(before)[0], asked_on(after)[0]) == ("Late?", "Old?")


async def test_a_returning_visitor_without_a_ballot_gets_the_same_bytes_and_keeps_the_cookie(room, door):
    _, _, body = await ask(door, f"/j/{room.join_code}")

    status, headers, again = await ask(
        door, f"/j/{room.join_code}", cookie=f"{cookie_name(room.join_code)}={new_token(room.pk)}"
    )

    assert (status, again) == (200, body)
    assert "set-cookie" not in headers


async def test_who_has_voted_gets_a_page_of_their_own(room, door):
    token = new_token(room.pk)
    poll = await sync_to_async(make_poll)(room)
    voter = make_participant(room, token)
    await sync_to_async(ballots.cast_batch)([make_cast(poll, {"option": 2}, participant=voter)])

    status, headers, body = await ask(door, f"/j/{room.join_code}", cookie=f"{cookie_name(room.join_code)}={token}")

    assert (status, "set-cookie" in headers) == (200, False)
    assert b'data-standing="counted"' in body
    assert b'data-standing="counted"' not in (await ask(door, f"/j/{room.join_code}"))[2]


@pytest.mark.parametrize("cookie", ["forged", '"', "0123456789012345678901.0123", ""])
async def test_a_bad_cookie_is_replaced(room, door, cookie):
    status, headers, _ = await ask(
        door, f"/j/{room.join_code}", cookie=f"{cookie_name(room.join_code)}={cookie}; $=;;="
    )

    assert status == 200
    assert "set-cookie" in headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/j/{code}"),
        ("GET", "/j/{lower}"),
        ("GET", "/j/222222"),
        ("GET", "/j/"),
        ("GET", "/j/{code}/more"),
        ("GET", "/stage/{code}"),
        ("GET", "/"),
    ],
)
async def test_everything_else_is_for_django(room, door, method, path):
    path = path.format(code=room.join_code, lower=room.join_code.lower())

    status, _, _ = await ask(door, path, method=method)

    assert status == FROM_DJANGO


async def test_the_capital_address_of_qr_codes_is_the_same_page(room, door):
    _, _, body = await ask(door, f"/j/{room.join_code}")

    assert (await ask(door, f"/J/{room.join_code}"))[2] == body


async def test_head_has_no_body(room, door):
    status, headers, body = await ask(door, f"/j/{room.join_code}", method="HEAD")

    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 1000
