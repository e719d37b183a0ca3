"""The threads that read for the loop: few, our own, and never those that serve pages.

Channels' and Django's default would be one thread for all sockets, where one slow query stalls everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import ParamSpec, TypeVar

from django.db import connections

from live_polls.errors import PollError
from live_polls.live.own_connection import let_go

N_THREADS = 2

P = ParamSpec("P")
T = TypeVar("T")

_executor: ThreadPoolExecutor | None = None


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function`, which must be repeatable, in a reading thread. Cancelling stops the wait, not the thread."""
    global _executor
    if _executor is None:
        _executor = ThreadPoolExecutor(N_THREADS, thread_name_prefix="live-reader")
    call = partial(_keeping_connection, partial(function, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_executor, call)


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


def stop_readers() -> None:
    """End the threads and close their connections; the next read starts others. Repeatable."""
    global _executor
    executor, _executor = _executor, None
    if executor is not None:
        every_thread = Barrier(N_THREADS)  # or one of them would take the calls of both

        def close() -> None:
            every_thread.wait()
            connections.close_all()

        for _ in range(N_THREADS):
            executor.submit(close)
        executor.shutdown(wait=True)
