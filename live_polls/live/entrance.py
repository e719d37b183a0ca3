"""The way into a room by its code, for whoever comes by a socket or over plain requests.

To a stranger a room that has ended is no room: the answer is the same, and costs the same. Those who were in it have
a token, and see how it ended. And where an address guesses codes, only those who bring a token of the room come in.
"""

from __future__ import annotations

from live_polls.domain import participants
from live_polls.domain.access import find_room
from live_polls.enums import RoomState
from live_polls.errors import RateLimitedError, RoomNotFoundError
from live_polls.live.addresses import get_addresses
from live_polls.live.feed import RoomFeed
from live_polls.live.hub import get_hub
from live_polls.live.readers import read_for_one


async def enter(join_code: str, *, address: str, token: str = "") -> RoomFeed:
    """The feed of the room with this canonical code, for a socket; RoomNotFoundError, RateLimitedError."""
    addresses = get_addresses()
    try:
        addresses.check(address)
    except RateLimitedError:
        if not token or not await read_for_one(is_known, join_code, token):
            raise
    try:
        return await get_hub().feed(join_code)
    except RoomNotFoundError:
        addresses.miss(address)
        raise


async def refuse_strangers(join_code: str) -> None:
    """RoomNotFoundError where the room has ended, at the same cost as where there is none."""
    feed = get_hub().live_feed(join_code)
    if feed is not None and feed.view is not None and feed.view.state == RoomState.LIVE.value:
        return
    await read_for_one(find_live_room, join_code)


def find_live_room(join_code: str) -> int:
    """The id of the room with this code, if it has not ended; RoomNotFoundError. Reads the database."""
    room = find_room(join_code)
    if room.state != RoomState.LIVE:
        raise RoomNotFoundError
    return room.pk


def is_known(join_code: str, token: str) -> bool:
    """Whether this is a token of the room with this code. Reads the database, whether or not there is such a room."""
    try:
        room = find_room(join_code)
    except RoomNotFoundError:
        return False
    return (
        participants.read_token(token, room_id=room.pk, ballot_key=room.ballot_key, voice_key=room.voice_key)
        is not None
    )
