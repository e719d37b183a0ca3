"""The threads that read for the loop: few, our own, and never those that serve pages.

Channels' and Django's default would be one thread for all sockets, where one slow query stalls everybody. Two sets, so
that nobody waits for what is not theirs: `read` is for what screens and rights hang on, a handful of calls a tick;
`read_for_one` for what a single visitor asks, of which there may be any number, and for counting that takes long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import ParamSpec, TypeVar

from django.db import connection, connections

from live_polls.errors import BusyError, PollError
from live_polls.live.own_connection import let_go

N_THREADS = 2
MAX_WAITING = 5000
BUSY_RETRY_MS = 1000

P = ParamSpec("P")
T = TypeVar("T")


class Readers:
    """A set of N_THREADS threads, started by the first call. At most `most` calls wait, where that is bounded."""

    def __init__(self, name: str, most: int | None = None) -> None:
        self._name = name
        self._most = most
        self._n_waiting = 0
        self._executor: ThreadPoolExecutor | None = None

    async def call(self, function: Callable[[], T]) -> T:
        """Call it in one of the threads; BusyError when too many wait."""
        if self._most is not None and self._n_waiting >= self._most:
            raise BusyError(retry_ms=BUSY_RETRY_MS)
        if self._executor is None:
            self._executor = ThreadPoolExecutor(N_THREADS, thread_name_prefix=self._name)
            if self._most is None:
                _connect_all(self._executor)
        self._n_waiting += 1
        try:
            call = partial(_keeping_connection, function)
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        finally:
            self._n_waiting -= 1

    def stop(self) -> None:
        """End the threads and close their connections; the next call starts others. Repeatable."""
        executor, self._executor = self._executor, None
        if executor is not None:
            every_thread = Barrier(N_THREADS)  # or one of them would take the calls of both

            def close() -> None:
                every_thread.wait()
                connections.close_all()

            for _ in range(N_THREADS):
                executor.submit(close)
            executor.shutdown(wait=True)


_for_rooms = Readers("live-reader")
_for_one = Readers("reader", MAX_WAITING)


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function`, which must be repeatable, for the screens of a room. Cancelling stops the wait, not the thread."""
    return await _for_rooms.call(partial(function, *args, **kwargs))


async def read_for_one(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function`, which must be repeatable, for one visitor; BusyError when too many wait before them."""
    return await _for_one.call(partial(function, *args, **kwargs))


def stop_readers() -> None:
    """End all of these threads. Repeatable."""
    _for_rooms.stop()
    _for_one.stop()


def _connect_all(executor: ThreadPoolExecutor) -> None:
    """Connect every thread now: later there may be no descriptor left, and each second read of a room would fail."""
    every_thread = Barrier(N_THREADS)

    def connect() -> None:
        every_thread.wait()
        try:
            connection.ensure_connection()
        except Exception:  # noqa: BLE001 -- the read that needs it will say so, and try again
            let_go()

    for _ in range(N_THREADS):
        executor.submit(connect)


def _keeping_connection(function: Callable[[], T]) -> T:
    """Keep the thread's connection from read to read, and let go of it when anything fails: it may be the trouble."""
    try:
        return function()
    except PollError:
        raise  # an answer, and no trouble
    except Exception:
        if not let_go():
            raise
    # The database was restarted while nobody asked it anything: nobody needs to hear of that.
    return _on_a_new_connection(function)


def _on_a_new_connection(function: Callable[[], T]) -> T:
    try:
        return function()
    except Exception:
        let_go()
        raise
