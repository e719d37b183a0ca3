"""Every door at which somebody becomes a participant: as many as a hall is, then 429, and no token beside it."""

from __future__ import annotations

import ast
from pathlib import Path
from urllib.parse import urlencode

import pytest
from channels.testing import HttpCommunicator

import live_polls
from live_polls.domain import entry
from live_polls.domain.participants import cookie_name, new_token
from live_polls.enums import Entry
from live_polls.live import addresses
from live_polls.models import Room
from project.asgi import application
from tests.factories import make_poll, make_room
from tests.live.driver import act

pytestmark = pytest.mark.usefixtures("hub")

HALL, NEIGHBOUR = "203.0.113.7", "198.51.100.9"
N_PEOPLE = 4
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def form(**fields: object) -> tuple[str, str, bytes, str]:
    return "POST", "/j/{code}", urlencode(fields).encode(), FORM


DOORS = {
    "page": ("GET", "/j/{code}", b"", ""),
    "page in capitals": ("GET", "/J/{code}", b"", ""),
    "page of invitation": ("GET", "/j/{code}?i=ABCD", b"", ""),
    "ballot": form(deed="cast", poll="x", round=1, seq=1, option=1),
    "question": form(deed="ask", text="Why?", seq=1),
    "passcode": form(deed="passcode", passcode="sesame"),
    "invitation": form(deed="invitation", invitation="ABCDEFGHJKMN"),
    "join": ("POST", "/api/v1/rooms/{code}/join", b'{"passcode": "sesame"}', JSON),
}
RULES = {
    "open": lambda room: None,
    "passcode": lambda room: entry.set_passcode(room, "sesame"),
    "invited": lambda room: entry.set_entry(room, Entry.INVITED),
    "signed in": lambda room: entry.set_entry(room, Entry.SIGNED_IN),
}
# Without the passcode nobody comes in by these.
CASES = [(rule, door) for rule in RULES for door in DOORS if rule != "passcode" or door in {"passcode", "join"}]


@pytest.fixture(autouse=True)
def small_halls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "TOKENS_AT_ONCE", float(N_PEOPLE))
    monkeypatch.setattr(addresses, "TOKENS_A_SECOND", 1e-6)
    addresses.forget_addresses()


@pytest.fixture
def room(transactional_db: None) -> Room:
    room = make_room()
    make_poll(room)
    return room


async def come(room: Room, door: str, address: str, token: str = "") -> tuple[int, bool]:
    """The status, and whether a token was handed out."""
    method, path, body, kind = DOORS[door]
    headers = [("host", "127.0.0.1"), ("content-length", str(len(body)))]
    headers += [("content-type", kind)] if kind else []
    headers += [("cookie", f"{cookie_name(room.join_code)}={token}")] if token else []
    path, _, query = path.format(code=room.join_code).partition("?")
    raw = [(name.encode(), value.encode()) for name, value in headers]
    communicator = HttpCommunicator(application, method, path, body, raw)
    communicator.scope |= {"client": (address, 5000), "scheme": "http", "query_string": query.encode()}
    got = await communicator.get_response(10)
    await communicator.wait(10)
    return got["status"], any(name.lower() == b"set-cookie" and b"lp_" in value for name, value in got["headers"])


@pytest.mark.parametrize(("rule", "door"), CASES)
async def test_at_every_door_a_hall_comes_in_and_a_flood_of_newcomers_does_not(room: Room, rule: str, door: str):
    await act(RULES[rule], room)
    came = [await come(room, door, HALL) for _ in range(N_PEOPLE)]

    assert [has_token for _, has_token in came] == [True] * N_PEOPLE
    assert await come(room, door, HALL) == (429, False)
    assert (await come(room, door, NEIGHBOUR))[1]
    if DOORS[door][0] == "GET":
        assert (await come(room, door, HALL, new_token(room.pk)))[0] == 200, "who is in already is not new"


async def test_doors_share_one_limit(room: Room):
    for door in ("page", "join", "passcode", "ballot"):
        assert (await come(room, door, HALL))[1]

    assert [await come(room, door, HALL) for door in ("page", "join", "passcode", "ballot")] == [(429, False)] * 4


def test_nobody_else_makes_tokens():
    folder = Path(live_polls.__file__).parent
    makers = {
        str(file.relative_to(folder))
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (isinstance(node, ast.Name) and node.id == "new_token")
        or (isinstance(node, ast.Attribute) and node.attr == "new_token")
    }

    assert makers == {"live/newcomers.py"}
