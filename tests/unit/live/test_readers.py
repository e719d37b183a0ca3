from __future__ import annotations

import asyncio
import threading

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from live_polls.live.readers import N_THREADS, read, stop_readers
from live_polls.models import Room
from tests.factories import make_room


async def test_reading_threads_are_few_and_none_of_those_that_serve_pages(box):
    both = threading.Barrier(N_THREADS)

    def who() -> int:
        both.wait(10)
        return threading.get_ident()

    readers = await asyncio.gather(*(read(who) for _ in range(N_THREADS)))

    assert len(set(readers)) == N_THREADS
    assert threading.get_ident() not in readers


async def test_stopping_closes_the_connection_of_every_reader(box):
    both, used = threading.Barrier(N_THREADS), list[BaseDatabaseWrapper]()

    def look() -> None:
        both.wait(10)
        Room.objects.exists()
        used.append(connections["default"])

    await asyncio.gather(*(read(look) for _ in range(N_THREADS)))
    stop_readers()
    stop_readers()

    assert [one.connection for one in used] == [None] * N_THREADS


async def test_a_read_after_stopping_starts_other_readers(box):
    stop_readers()

    await read(make_room)

    assert await read(Room.objects.count) == 1
