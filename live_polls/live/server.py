"""uvicorn, set up for halls, and taken down in the order that loses nothing.

uvicorn alone closes the sockets first and runs the lifespan last. Ours: not ready → no new connections → new casts
are refused as busy → the ballot box is written and acknowledged → long polls are answered → everybody is told when
to come back → uvicorn's own shutdown (close code 1012).
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import socket
import threading

import uvicorn
from django.conf import settings

from live_polls.live import readiness
from live_polls.live.ballot_box import get_box
from live_polls.live.hub import drop_hub, get_hub
from live_polls.live.readers import stop_readers

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5
PING_SECONDS = 20.0
GOODBYE_SPREAD_MS = 4500
MAX_FRAME_BYTES = 16 * 1024
SPARE_FILES = 512
# A new worker has this long to start, on a machine that is busy with a hall.
WORKER_SECONDS = 30
# However the stores are, the process is gone after this long.
LAST_SECONDS = 11


class Server(uvicorn.Server):
    """One process that serves. `shutdown` may run while ballots are being written: they are acknowledged first."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        readiness.stop_draining()
        tune_garbage_collector()
        get_hub()  # countdowns run out also where nobody comes
        logger.info("live_polls %s serves", settings.VERSION)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        readiness.start_draining()
        end_by_force_after(LAST_SECONDS)
        logger.info("Asked to end: %s ballots are waiting", len(get_box()))
        for server in self.servers:
            server.close()
        await asyncio.to_thread(get_box().drain)
        await asyncio.sleep(0)  # the acknowledgements of the last batch are called before we go on
        hub = get_hub()
        hub.wake_waiting()
        await hub.goodbye(spread_ms=GOODBYE_SPREAD_MS)
        await super().shutdown(sockets)
        await drop_hub()
        await asyncio.to_thread(stop_readers)
        logger.info("Ended")


def configuration(*, host: str, port: int, workers: int = 1) -> uvicorn.Config:
    """uvicorn's settings for this application; every one that differs from the default is a measured trap."""
    return uvicorn.Config(
        "project.asgi:application",
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="live_polls.live.guarded_http:GuardedHttp",
        ws="live_polls.live.guarded_protocol:GuardedProtocol",
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,  # many times the memory of a socket, for frames of 300 bytes
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        log_level="warning",  # uvicorn would write three lines a socket
        server_header=False,
        date_header=True,
        backlog=4096,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE_SECONDS,  # uvicorn's default is for ever
        timeout_worker_healthcheck=WORKER_SECONDS,
        forwarded_allow_ips=settings.FORWARDED_ALLOW_IPS or "127.0.0.1,::1",
    )


def bound_socket(host: str, port: int) -> socket.socket:
    """The socket to serve on; OSError when there is none to be had. Its queue opens with the server."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.set_inheritable(True)
    except OSError:
        bound.close()
        raise
    return bound


def end_by_force_after(seconds: float) -> None:
    """End the process then, if it is still there: a thread that waits for a database which does not answer would hold
    it for ever. What was acknowledged is on disk."""

    def end() -> None:
        logger.error("A thread would not end within %s seconds; the process ends without it", seconds)
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def tune_garbage_collector() -> None:
    """What was imported lives for ever, and thousands of sockets live for hours: look at them rarely.

    A full collection with 10,000 sockets stops the loop for a good part of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def raise_file_limit() -> str | None:
    """Take as many file descriptors as the system lets us; a sentence when they are too few for MAX_SOCKETS."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.MAX_SOCKETS + SPARE_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft < wanted:
        return (
            f"Only {soft} files may be open, too few for MAX_SOCKETS={settings.MAX_SOCKETS}: "
            "later connections will be refused. Raise the limit (ulimit -n) or lower MAX_SOCKETS."
        )
    return None
