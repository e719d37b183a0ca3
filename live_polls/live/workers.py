"""Several processes on one port, under uvicorn's supervisor; each runs our server, not uvicorn's."""

from __future__ import annotations

from socket import socket

import django
import uvicorn
from django.utils.module_loading import import_string
from uvicorn.supervisors import multiprocess


class Worker(multiprocess.Process):
    """One process. It is spawned, so it starts bare: Django first, then whatever needs models."""

    @property
    def server(self) -> uvicorn.Server:
        if self._server is None:
            django.setup()
            self._server = import_string("live_polls.live.server.Server")(self.config)
        return self._server


class Workers(multiprocess.Multiprocess):
    """The supervisor: starts workers, starts those anew that died, and on SIGHUP one after the other."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket]) -> None:
        # The supervisor makes its processes by this global name and offers no other way in.
        multiprocess.Process = Worker  # type: ignore[misc]  # see above
        super().__init__(config, sockets)
