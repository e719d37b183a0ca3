"""`join`: a hall opens the page at once: page, files, socket, snapshot; what one of them costs the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

from bench.baselines import running
from bench.browser import Answer, load
from bench.crowd import AT_ONCE, Crowd
from bench.figures import Bar, Figure, ratio
from bench.live_server import LiveServer, live_server
from bench.page_files import PageFiles
from bench.rooms import Rooms, room_file
from bench.rounds import Rounds
from bench.scale import Scale
from bench.target import Target


def room(scale: Scale) -> str:
    """Write the room: a few polls."""
    return room_file("join", n_polls=3, n_options=4)


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Let everybody in, then load the same page through Django alone."""
    with live_server(rooms, "join", profile=scale.profile) as server:
        files = PageFiles()
        await asyncio.to_thread(files.load, f"{server.origin}/j/{server.join_code}")
        paths = [urlsplit(url).path for url in files.sizes]
        cpu = server.target.process.cpu_seconds()
        tokens = await _open_pages(server, paths, scale.join_people)
        pages = server.target.process.cpu_seconds() - cpu
        async with Crowd(server.target.socket_url) as crowd:
            await crowd.join(tokens)
            joined = server.target.process.cpu_seconds() - cpu
        with running.django_pages(server.env) as django:
            by_django = await _measure_django(django, paths[0], scale.join_django_pages)
    for figure in _figures(scale.join_people, joined=joined, pages=pages, by_django=by_django, n_files=len(paths)):
        yield figure


async def _open_pages(server: LiveServer, paths: list[str], n: int) -> list[str | None]:
    """Load page and files for each; return the tokens that the page's cookie gave."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def open_page() -> str | None:
        async with gate:
            answers = await load(server.origin, paths)
        _check(answers)
        return answers[0].cookie(f"lp_{server.join_code}")

    return list(await asyncio.gather(*(open_page() for _ in range(n))))


async def _measure_django(django: Target, path: str, n: int) -> float:
    """Return the CPU ms of the same page where Django and its middleware make it anew for each visitor."""
    origin = django.socket_url.replace("ws://", "http://").partition("/ws/")[0]
    _check(await load(origin, [path]))
    cpu = django.process.cpu_seconds()
    _check(await load(origin, [path] * n))
    return (django.process.cpu_seconds() - cpu) / n * 1000


def _check(answers: list[Answer]) -> None:
    for answer in answers:
        if not answer.is_ok:
            raise OSError(answer.head[:200])


def _figures(n: int, *, joined: float, pages: float, by_django: float, n_files: int) -> list[Figure]:
    all_in = joined / n * 1000
    return [
        Figure(
            scenario="join",
            name=f"{n:,} people, {n_files} files, socket and snapshot",
            unit="CPU ms/join",
            rounds=Rounds((all_in,)),
            key="join_ms",
            bar=Bar(at_most=2.5),
        ),
        Figure(
            scenario="join",
            name="of it page and files",
            unit="CPU ms/join",
            rounds=Rounds((pages / n * 1000,)),
            key="join_page_ms",
        ),
        Figure(
            scenario="join",
            name="all in ÷ page by Django",
            unit="times",
            rounds=ratio(all_in, by_django),
            key="join_vs_django_page",
            baseline=f"the page alone through Django {by_django:.1f} ms",
        ),
    ]
