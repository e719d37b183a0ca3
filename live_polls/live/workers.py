"""Several processes on one port, under uvicorn's supervisor; each runs our server, not uvicorn's."""

from __future__ import annotations

import signal
from socket import socket

import django
import uvicorn
from django.utils.module_loading import import_string
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import multiprocess


class Worker(multiprocess.Process):
    """One process. It is spawned, so it starts bare: Django first, then whatever needs models."""

    def target(self, sockets: list[socket] | None = None) -> None:
        # A terminal sends it to everybody; what to do about it is the supervisor's business.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        super().target(sockets)

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            django.setup()
            self._server = import_string("live_polls.live.server.Server")(self.config)
        return self._server

    def pong(self) -> None:
        """Answer the supervisor at once, while Django is still starting too.

        uvicorn's own asks for the server, in another thread than the one that is making it: there would be two.
        """
        self.child_conn.recv()
        self.child_conn.send(self._server is not None and self._server.started)

    def join(self) -> None:
        super().join()
        if self.pid is not None:
            mark_process_dead(self.pid)  # type: ignore[no-untyped-call]  # its sockets no longer count in /metrics


class Workers(multiprocess.Multiprocess):
    """The supervisor: starts workers, starts those anew that died, and on SIGHUP one after the other."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket]) -> None:
        # The supervisor makes its processes by this global name and offers no other way in.
        multiprocess.Process = Worker  # type: ignore[misc]  # see above
        super().__init__(config, sockets)

    @property
    def failed(self) -> bool:
        """Whether it gave up, because a worker could not even start."""
        return any(worker.exitcode == STARTUP_FAILURE for worker in self.processes)
