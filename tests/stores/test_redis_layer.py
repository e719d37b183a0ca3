"""The channel layer on real servers: idle for longer than any deadline, and several of them of which one dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from channels_redis.pubsub import RedisPubSubChannelLayer

from live_polls.events import RoomChanged
from live_polls.live.hints import Hints
from project.channel_layers import redis_layer
from tests.stores.redis import RedisServer

PATIENCE = 20
ROOMS = range(1, 21)


@pytest.fixture(scope="module")
def servers() -> Iterator[list[RedisServer]]:
    servers = [RedisServer(), RedisServer()]
    yield servers
    for server in servers:
        server.remove()


def layer_on(*servers: RedisServer, **more: object) -> RedisPubSubChannelLayer:
    config = redis_layer([server.url for server in servers], secret="s" * 40)["CONFIG"]
    for host in config["hosts"]:
        host.update(more)
    return RedisPubSubChannelLayer(**config)


class Process:
    """Stands for a server process with a layer of its own."""

    def __init__(self, layer: RedisPubSubChannelLayer) -> None:
        self.heard: asyncio.Queue[RoomChanged] = asyncio.Queue()
        self.hints = Hints(self.heard.put_nowait, lambda *_: None, lambda _: None)
        self.hints._layer = layer

    async def next(self) -> RoomChanged:
        return await asyncio.wait_for(self.heard.get(), PATIENCE)


@pytest_asyncio.fixture
async def processes(servers: list[RedisServer]) -> AsyncIterator[list[Process]]:
    processes = [Process(layer_on(*servers)) for _ in range(2)]
    for process in processes:
        for room_id in ROOMS:
            await process.hints.listen(room_id)
    yield processes
    for process in processes:
        await process.hints.stop()


def listeners(server: RedisServer) -> list[dict[str, Any]]:
    """The connections of the server that are subscribed to something."""
    with server.client() as client:
        return [dict(peer) for peer in client.client_list(_type="pubsub")]


async def test_who_hears_nothing_for_longer_than_any_deadline_still_listens(servers):
    process = Process(layer := layer_on(servers[0], socket_timeout=0.2, health_check_interval=0))
    await process.hints.listen(1)
    [before] = await asyncio.to_thread(listeners, servers[0])
    async with asyncio.timeout(PATIENCE):
        while int((await asyncio.to_thread(listeners, servers[0]))[0]["idle"]) < 1:
            await asyncio.sleep(0.05)

    await layer.group_send(
        "live_polls.room.1",
        {"type": "hint", "room": 1, "from": "other", "number": 1, "version": 5, "voters": [], "more": False},
    )

    assert await process.next() == RoomChanged(1, 5)
    [after] = await asyncio.to_thread(listeners, servers[0])
    assert after["id"] == before["id"]
    await process.hints.stop()


async def test_rooms_are_divided_among_several_servers(servers, processes):
    n_topics = []
    for server in servers:
        with server.client() as client:
            n_topics.append(len(client.pubsub_channels("*live_polls.room.*")))

    assert sum(n_topics) == len(ROOMS)
    assert min(n_topics) >= 1


async def test_rooms_of_a_server_that_is_dead_hold_up_no_other(servers, processes):
    one, other = processes
    servers[0].kill()
    try:
        for room_id in ROOMS:
            one.hints.tell(RoomChanged(room_id, 5))
        with servers[1].client() as client:
            n_alive = len(client.pubsub_channels("*live_polls.room.*"))
        heard = [await other.next() for _ in range(n_alive)]
    finally:
        servers[0].start_server()
    late = [await other.next() for _ in range(len(ROOMS) - n_alive)]  # told when it is back, by those who could not

    assert sorted(fact.room_id for fact in heard + late) == list(ROOMS)
