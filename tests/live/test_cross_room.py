"""No message and no operation of the API that comes with a token of one room touches an object of another."""

from __future__ import annotations

import asyncio
import json
from typing import Any, get_args

import pytest

from live_polls.api.api import api
from live_polls.domain.participants import new_token
from live_polls.live import commands
from live_polls.models import Account, Poll, Room
from tests.live.doors import Door
from tests.live.driver import act, joined
from tests.operations.topology import ask
from tests.rooms_apart import Theirs, make_theirs, rows_of
from tests.server_process import ServerProcess

OPERATIONS = [
    (method, path)
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method in methods
    if "{join_code}" in path
]
# What each needs besides the identifiers of the other room; a new one has to say so here.
BODIES: dict[str, dict[str, Any]] = {
    "join": {},
    "state": {},
    "ballots": {"poll": "", "round": 1, "seq": 2, "answer": {"option": 1}},
    "invitation": {"code": "AAAA-AAAA"},
    "player": {"name": "Changed"},
    "extra-time": {"poll": "", "round": 1, "nth": 1},
    "reactions": {"reaction": "clap"},
    "questions": {"seq": 2, "text": "Changed"},
    "upvotes": {"question": "", "on": True},
    "withdrawals": {"question": ""},
}
MESSAGES: dict[str, dict[str, Any]] = {
    "ballot.cast": BODIES["ballots"],
    "ballot.withdraw": {"poll": "", "round": 1, "seq": 3},
    "player.name": BODIES["player"],
    "reaction.send": BODIES["reactions"],
    "question.ask": BODIES["questions"],
    "question.upvote": BODIES["upvotes"],
    "question.withdraw": BODIES["withdrawals"],
    "ping": {},
}


def body(fields: dict[str, Any], theirs: Theirs) -> dict[str, Any]:
    of = {"poll": theirs.poll.code, "question": theirs.question.code}
    return fields | {name: value for name, value in of.items() if name in fields}


def test_every_operation_and_message_is_in_the_matrix():
    assert {path.rpartition("/")[2] for _, path in OPERATIONS} == BODIES.keys()
    kinds = {each.__struct_config__.tag for each in get_args(commands.ClientMessage)}
    assert kinds - {"hello"} == MESSAGES.keys()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_no_operation_touches_what_belongs_to_another_room(
    server: ServerProcess, hub: None, room: Room, poll: Poll, charlie: Account, method: str, path: str
):
    theirs = await act(make_theirs, charlie)
    before, token = await act(rows_of, theirs.room), new_token(room.pk)
    name = path.rpartition("/")[2]
    for where in (room, theirs.room):
        url = server.url + path.replace("{join_code}", where.join_code)
        data = json.dumps(body(BODIES[name], theirs)).encode() if method == "post" else None
        answer = await asyncio.to_thread(ask, url, headers={"Authorization": f"Bearer {token}"}, data=data)
        assert answer.status < 500
        if where == theirs.room and name not in {"join"}:
            assert answer.status in {401, 403, 404}
    assert await act(rows_of, theirs.room) == before


async def test_no_message_touches_what_belongs_to_another_room(door: Door, room: Room, poll: Poll, charlie: Account):
    theirs = await act(make_theirs, charlie)
    before = await act(rows_of, theirs.room)
    async with joined(door, room) as phone:
        for kind, fields in MESSAGES.items():
            await phone.say(kind, id=f"{kind} 1", **body(fields, theirs))
        await phone.fence()
    assert await act(rows_of, theirs.room) == before
