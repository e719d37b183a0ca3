"""No operation of one room ever touches an object of another: every page, every act and every deed of the desk.

Who asks is host of one room and nothing in the other. Each operation is asked of their own room with whatever belongs to
the other in every field, and of the other room. The operations are taken from the tables of the code: a new one is in.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from live_polls.domain import access
from live_polls.domain.contributions import id_of
from live_polls.domain.deeds import DEEDS, SILENCES
from live_polls.domain.participants import cookie_name, new_token
from live_polls.domain.verbs import VERBS
from live_polls.models import Account, Room
from live_polls.views.acts import ACTS
from live_polls.views.moderation import ROOM_DEEDS
from project.urls import live_polls
from tests.rooms_apart import SECRET, Theirs, make_theirs, rows_of
from tests.web.conftest import As

PAGES = sorted(
    {
        str(pattern.pattern)
        for pattern in live_polls
        if isinstance(pattern, URLPattern) and "join_code" in str(pattern.pattern)
    }
)
DESK = sorted({*DEEDS, *SILENCES, *ROOM_DEEDS, "undo"})


@pytest.fixture
def theirs(transactional_db: None, box: None, cast: dict[str, Account]) -> Theirs:
    return make_theirs(cast["stranger"])


@pytest.fixture
def client_(as_: As, room: Room, theirs: Theirs) -> Client:
    """The host of the one room, on a phone that takes part in it and says so in the other, too."""
    client = as_("host")
    token = new_token(room.pk)
    for each in (room, theirs.room):
        client.cookies[cookie_name(each.join_code)] = token
    return client


def address(page: str, room: Room, theirs: Theirs) -> str:
    of = {
        "<str:join_code>": room.join_code,
        "<str:poll>": theirs.poll.code,
        "<int:account>": str(theirs.host.pk),
        "<int:number>": str(theirs.link.pk),
        "<str:extension>": "json",
    }
    for name, value in of.items():
        page = page.replace(name, value)
    assert "<" not in page, f"{page}: say what stands there"
    return f"/{page}"


def fields(theirs: Theirs, **more: str) -> dict[str, Any]:
    """Whatever any form asks for, of theirs."""
    things = (theirs.question, theirs.text, theirs.player)
    return {
        "poll": theirs.poll.code,
        "question": theirs.question.code,
        "player": str(theirs.player.pk),
        "key": theirs.text.key,
        "round": "1",
        "first": "1",
        "second": "1",
        "room": theirs.room.join_code,
        "id": [id_of(thing) for thing in things],
        "into": id_of(theirs.question),
        "number": "1",
        "role": "host",
        "title": theirs.room.title,
        "text": "Changed",
        "name": "Changed",
        "reply": "Changed",
        "prompt": "Changed",
        "seq": "1",
        "option": "1",
        "deed": "ask",
    } | more


def check(client: Client, url: str, theirs: Theirs, said: dict[str, Any]) -> None:
    before = rows_of(theirs.room)
    for answer in (client.get(url, said), client.post(url, said)):
        assert answer.status_code < 500
        if answer.get("Content-Type", "").startswith(("text/html", "application/json")):
            # The title of a room is for everybody who has its code; what is in it is not.
            page = answer.content.decode().replace(f">{SECRET}<", "")
            assert f"{SECRET} 1" not in page
    assert rows_of(theirs.room) == before


@pytest.mark.parametrize("path", PAGES)
def test_no_page_touches_what_belongs_to_another_room(client_: Client, room: Room, theirs: Theirs, path: str):
    for where in (room, theirs.room):
        check(client_, address(path, where, theirs), theirs, fields(theirs))


@pytest.mark.parametrize("verb", sorted(ACTS))
def test_no_act_touches_what_belongs_to_another_room(client_: Client, room: Room, theirs: Theirs, verb: str):
    for where in (room, theirs.room):
        check(client_, f"/rooms/{where.join_code}/act", theirs, fields(theirs, verb=verb))


@pytest.mark.parametrize("verb", DESK)
def test_no_deed_of_the_desk_touches_what_belongs_to_another_room(
    client_: Client, room: Room, theirs: Theirs, verb: str
):
    for where in (room, theirs.room):
        check(client_, f"/rooms/{where.join_code}/moderation", theirs, fields(theirs, verb=verb))


# For everybody who has the join code; the domain's own rules of entry say who may do more than look.
PUBLIC = {"j/<str:join_code>", "J/<str:join_code>", "j/<str:join_code>/my-data", "embed/<str:join_code>"}


@pytest.mark.parametrize("path", sorted(set(PAGES) - PUBLIC))
def test_every_page_asks_the_table(
    client_: Client, room: Room, theirs: Theirs, path: str, monkeypatch: pytest.MonkeyPatch
):
    asked, can = [], access.can

    def ask(somebody: Any, verb: str, thing: Any = None) -> bool:
        asked.append(verb)
        return can(somebody, verb, thing)

    monkeypatch.setattr(access, "can", ask)

    client_.get(address(path, room, theirs))
    client_.post(address(path, room, theirs), fields(theirs, verb="open"))

    assert set(asked) & VERBS.keys()


def test_who_may_can(as_: As, theirs: Theirs):
    """The same fields do change something for who has the right: the tests above can fail."""
    before, client = rows_of(theirs.room), as_("stranger")

    client.post(f"/rooms/{theirs.room.join_code}/act", fields(theirs, verb="show_text"))

    assert rows_of(theirs.room) != before


def test_every_address_of_a_room_is_in_the_matrix():
    def walk(patterns: list[Any], before: str = "") -> list[str]:
        found: list[str] = []
        for pattern in patterns:
            path = before + str(pattern.pattern)
            found += walk(pattern.url_patterns, path) if hasattr(pattern, "url_patterns") else [path]
        return found

    elsewhere = [path for path in walk(get_resolver().url_patterns) if "join_code" in path and path not in PAGES]
    assert all(path.startswith("api/v1/rooms/<join_code>/") for path in elsewhere)
