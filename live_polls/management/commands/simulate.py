"""Fill a room with made-up voters, over real sockets, against any address."""

from __future__ import annotations

import asyncio
import signal
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from live_polls.domain.join_codes import normalise
from live_polls.live.server import raise_file_limit
from live_polls.management.simulation.address import JoinError, RoomAddress
from live_polls.management.simulation.crowd import Crowd
from live_polls.management.simulation.report import SimulationReport


class Command(BaseCommand):
    help = "Vote in a room with made-up voters over real sockets, until Ctrl-C or --seconds, and report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("join_code", metavar="JOIN_CODE")
        parser.add_argument("--voters", type=_positive_int, required=True, metavar="N")
        parser.add_argument("--rate", type=_positive, default=10.0, metavar="R", help="ballots a second in all (10)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed, the same opinions (1)")
        parser.add_argument("--url", type=_http_url, default=settings.PUBLIC_URL, help="the server (%(default)s)")
        parser.add_argument("--seconds", type=_positive, metavar="S", help="stop after so long; without it at Ctrl-C")

    def handle(self, *, join_code: str, url: str, voters: int, **options: Any) -> None:
        code = normalise(join_code)
        if not code:
            raise CommandError(f"{join_code} is no join code: six letters and digits, as K7Q M2X.")
        crowd = Crowd(
            address=RoomAddress(url, code),
            n_voters=voters,
            rate=options["rate"],
            seed=options["seed"],
        )
        raise_file_limit()  # a socket is a file: as many as the system lets us
        try:
            report = asyncio.run(_run(crowd, options["seconds"]))
        except JoinError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(str(report))


async def _run(crowd: Crowd, seconds: float | None) -> SimulationReport:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, stop.set)
    if seconds is not None:
        loop.call_later(seconds, stop.set)
    return await crowd.run(stop)


def _http_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ArgumentTypeError("must be an address like https://polls.example.org")
    return text.rstrip("/")


def _positive_int(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ArgumentTypeError("must be a whole number from 1")
    return int(text)


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ArgumentTypeError("must be a number above 0")
    return number
