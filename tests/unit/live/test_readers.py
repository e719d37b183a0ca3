from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from live_polls.errors import BusyError
from live_polls.live import readers
from live_polls.live.readers import N_THREADS, read, read_for_one, stop_readers
from live_polls.models import Room
from tests.factories import make_room


async def test_reading_threads_are_few_and_none_of_those_that_serve_pages(box):
    both = threading.Barrier(N_THREADS)

    def who() -> int:
        both.wait(10)
        return threading.get_ident()

    threads = await asyncio.gather(*(read(who) for _ in range(N_THREADS)))

    assert len(set(threads)) == N_THREADS
    assert threading.get_ident() not in threads


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


async def test_screens_do_not_wait_for_what_any_number_of_visitors_ask(box):
    enough = threading.Event()
    asked = [asyncio.ensure_future(read_for_one(enough.wait, 10)) for _ in range(N_THREADS * 10)]
    await asyncio.sleep(0)

    assert await asyncio.wait_for(read(Room.objects.count), 10) == 0

    assert not any(question.done() for question in asked)
    enough.set()
    assert await asyncio.gather(*asked) == [True] * len(asked)


async def test_who_comes_when_too_many_wait_hears_busy_and_the_others_are_answered(box, monkeypatch):
    monkeypatch.setattr(readers, "_for_one", few := readers.Readers("few", 3))
    enough = threading.Event()
    asked = [asyncio.ensure_future(read_for_one(enough.wait, 10)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(BusyError):
        await read_for_one(Room.objects.count)

    enough.set()
    assert await asyncio.gather(*asked) == [True] * 3
    assert await read_for_one(Room.objects.count) == 0
    few.stop()
