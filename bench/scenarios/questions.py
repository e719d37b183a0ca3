"""`questions`: an upvote costs the same, however many questions there are: one row, and one entry in one frame a tick."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from bench.crowd import Crowd
from bench.figures import Bar, Figure, ratio
from bench.live_server import live_server
from bench.question_rounds import QuestionLoad
from bench.rooms import Rooms
from bench.rounds import rounds_of
from bench.scale import Scale

# So many get the votes; beside them there are so many others.
N_VOTED_FOR = 3
OTHERS = (0, 20, 200)
ROUNDS = 3
FLAT = Bar(at_most=1.2)


def room(scale: Scale) -> str:
    """Write the room: it takes questions, and nobody reads them first."""
    return '[room]\nslug = "questions"\ntitle = "Bench"\nasking = "open"\n'


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Measure one hall while it asks more and more."""
    few: float | None = None
    with live_server(rooms, "questions", profile=scale.profile) as server:
        async with Crowd(server.target.socket_url) as crowd:
            await crowd.join(server.tokens[: scale.questions_sockets])
            load = QuestionLoad(crowd)
            load.votes_for = await load.ask(N_VOTED_FOR)
            await load.upvote(server.target, per_second=scale.questions_per_second, seconds=0.5)  # to warm up
            for others in OTHERS:
                await load.ask(others + N_VOTED_FOR - load.n_asked)
                load.frame_bytes.clear()
                us = [
                    await load.upvote(
                        server.target,
                        per_second=scale.questions_per_second,
                        seconds=scale.questions_seconds / ROUNDS,
                    )
                    for _ in range(ROUNDS)
                ]
                few = rounds_of(us).median if few is None else few
                for figure in _figures(scale, others, us, load.frame_bytes, few):
                    yield figure


def _figures(scale: Scale, others: int, us: list[float], frame_bytes: list[int], few: float | None) -> list[Figure]:
    name = f"{scale.questions_sockets:,} sockets, {others} other questions"
    figures = [
        Figure(
            scenario="questions",
            name=f"{name}, an upvote, fan-out included",
            unit="CPU µs/upvote",
            rounds=rounds_of(us),
            key=f"questions_{others}_us",
        ),
        Figure(
            scenario="questions",
            name=f"{name}, the frame of a tick",
            unit="bytes",
            rounds=rounds_of([float(n) for n in frame_bytes]),
            key=f"questions_{others}_bytes",
        ),
    ]
    if others:
        against = ratio(figures[0].value, few)
        key = f"questions_{others}_vs_0"
        figures.append(
            Figure(scenario="questions", name=f"{name} ÷ with 0", unit="times", rounds=against, key=key, bar=FLAT)
        )
    return figures
