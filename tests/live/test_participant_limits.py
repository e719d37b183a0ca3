"""How much one participant may say is asked at every door, for whatever they do; and of them alone."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from live_polls.domain.participants import new_token, read_token
from live_polls.errors import RateLimitedError
from live_polls.live.hub import get_hub
from live_polls.live.limits import Allowances
from live_polls.models import Poll, Room
from tests.live.doors import QueuedDoor
from tests.live.driver import joined, participant_page

BALLOT = {"round": 1, "seq": 1}
MESSAGES: dict[str, dict[str, Any]] = {
    "ballot.cast": BALLOT | {"poll": "", "answer": {"option": 1}},
    "ballot.withdraw": BALLOT | {"poll": ""},
    "player.name": {"name": "Ada"},
    "question.ask": {"seq": 1, "text": "Why?"},
    "question.upvote": {"question": "x", "on": True},
    "question.withdraw": {"question": "x"},
}
REQUESTS: dict[str, dict[str, Any]] = {
    "ballots": BALLOT | {"poll": "", "answer": {"option": 1}},
    "player": {"name": "Ada"},
    "questions": {"seq": 1, "text": "Why?"},
    "upvotes": {"question": "x", "on": True},
    "withdrawals": {"question": "x"},
    "extra-time": {"poll": "", "round": 1, "nth": 1},
    "invitation": {"code": "ABCDEFGHJKMN"},
}
FORMS: dict[str, dict[str, Any]] = {
    "cast": BALLOT | {"poll": "", "option": 1},
    "withdraw": BALLOT | {"poll": ""},
    "name": {"name": "Ada"},
    "time": {"poll": "", "round": 1, "nth": 1},
    "ask": {"seq": 1, "text": "Why?"},
    "upvote": {"question": "x"},
    "unvote": {"question": "x"},
    "take_back": {"question": "x"},
    "invitation": {"invitation": "ABCDEFGHJKMN"},
    "delete": {},
}
WRITINGS = {"player.name", "question.ask", "player", "questions", "name", "ask"}


def of(poll: Poll, fields: dict[str, Any]) -> dict[str, Any]:
    return fields | ({"poll": poll.code} if "poll" in fields else {})


class Talker:
    """A participant, who has said as much as one may, or written as much."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.door = QueuedDoor()
        self.token = new_token(room.pk)

    def tire(self, allowance: str) -> None:
        manners = get_hub().manners
        setattr(manners, allowance, Allowances(rate=1e-6, burst=1.0))
        who = read_token(
            self.token, room_id=self.room.pk, ballot_key=self.room.ballot_key, voice_key=self.room.voice_key
        )
        assert who is not None
        manners.check(who.voice_key, "question.ask")
        with pytest.raises(RateLimitedError):
            manners.check(who.voice_key, "question.ask")

    async def post(self, path: str, body: bytes, kind: str) -> int:
        page = participant_page(self.door, self.room, self.token)
        return (await self.door.request("POST", path, body, [("Content-Type", kind), *page])).status

    async def request(self, name: str, fields: dict[str, Any]) -> int:
        path = f"/api/v1/rooms/{self.room.join_code}/{name}"
        return await self.post(path, json.dumps(fields).encode(), "application/json")

    async def submit(self, deed: str, fields: dict[str, Any]) -> int:
        path = f"/j/{self.room.join_code}" + ("/my-data" if deed == "delete" else "")
        return await self.post(path, urlencode(fields | {"deed": deed}).encode(), "application/x-www-form-urlencoded")


@pytest.fixture
def talker(hub: None, room: Room) -> Talker:
    return Talker(room)


def allowances_of(deed: str) -> list[str]:
    return ["_messages", "_writings"] if deed in WRITINGS else ["_messages"]


def cases(table: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    return [(deed, allowance) for deed in table for allowance in allowances_of(deed)]


@pytest.mark.parametrize(("deed", "allowance"), cases(MESSAGES))
async def test_over_a_socket(talker: Talker, poll: Poll, deed: str, allowance: str):
    async with (
        joined(talker.door, talker.room, token=talker.token) as socket,
        joined(talker.door, talker.room) as other,
    ):
        talker.tire(allowance)
        codes = []
        for each in (socket, other):
            await each.say(deed, id="mine", **of(poll, MESSAGES[deed]))
            codes.append((await each.next("ack", "error", "player.named")).get("code"))

    assert codes[0] == "rate_limited"
    assert codes[1] != "rate_limited"


@pytest.mark.parametrize(("name", "allowance"), cases(REQUESTS))
async def test_over_requests(talker: Talker, poll: Poll, name: str, allowance: str):
    fields, other = of(poll, REQUESTS[name]), Talker(talker.room)
    talker.tire(allowance)

    assert await talker.request(name, fields) == 429
    assert await other.request(name, fields) != 429


@pytest.mark.parametrize(("deed", "allowance"), cases(FORMS))
async def test_over_forms(talker: Talker, poll: Poll, deed: str, allowance: str):
    fields, other = of(poll, FORMS[deed]), Talker(talker.room)
    talker.tire(allowance)

    assert await talker.submit(deed, fields) == 429
    assert await other.submit(deed, fields) != 429


async def test_a_question_that_came_too_fast_stays_in_the_field(talker: Talker, poll: Poll):
    talker.room.asking = "open"
    await talker.room.asave()
    talker.tire("_writings")
    body = urlencode({"deed": "ask", "text": "What about the whales?", "seq": 1}).encode()
    headers = [("Content-Type", "application/x-www-form-urlencoded")]
    page = participant_page(talker.door, talker.room, talker.token)

    answer = await talker.door.request("POST", f"/j/{talker.room.join_code}", body, [*headers, *page])

    assert answer.status == 429
    assert b"What about the whales?" in answer.body
