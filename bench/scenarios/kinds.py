"""`kinds`: what a ballot of each kind costs in the ballot transaction, in an empty and in a full poll."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from bench.figures import Bar, Figure, ratio, ratio_by_turns
from bench.rooms import Rooms
from bench.rounds import rounds_of
from bench.scale import Scale
from bench.scenarios.growth import cast_inside
from live_polls.kinds import KINDS

STORES = ("sqlite", "postgresql")
N_OPTIONS = 8
FLAT = Bar(at_most=1.2)


def room(scale: Scale) -> str:
    """Write the room: for each kind that takes answers a poll that stays empty and one to fill, with the kind's settings."""
    options = ", ".join(f'"Answer {number}"' for number in range(1, N_OPTIONS + 1))
    polls = "".join(
        f'[[polls]]\nkind = "{name}"\nprompt = "{name}, {filling}"\nstate = "open"\n'
        + (f"options = [{options}]\n" if kind.min_options else "")
        for name, kind in KINDS.items()
        if kind.takes_answers
        for filling in ("empty", "full")
    )
    return f'[room]\nslug = "kinds"\ntitle = "Bench"\nresults = "live"\n{polls}'


async def run(scale: Scale, rooms: Rooms) -> AsyncGenerator[Figure, None]:
    """Cast without sockets, beside a single choice in the same run."""
    fill = ("--fill", "0", str(scale.kinds_full), "--seconds", str(scale.kinds_seconds))
    costs = await asyncio.to_thread(cast_inside, rooms, rooms.copy(), "kinds", *fill)
    plain = {cost["filled"]: rounds_of(cost["ballot_us"]).median for cost in costs if cost["kind"] == "single_choice"}
    empty = {cost["kind"]: cost["ballot_us"] for cost in costs if not cost["filled"]}
    for cost in costs:
        yield _cost(rooms, cost, plain[cost["filled"]])
        if cost["filled"]:
            yield _growth(rooms, cost, empty[cost["kind"]])


def _cost(rooms: Rooms, cost: dict[str, Any], plain: float | None) -> Figure:
    kind, filled = cost["kind"], cost["filled"]
    us = rounds_of(cost["ballot_us"])
    times = ratio(us.median, plain).median
    full = "full" if filled else "empty"
    return Figure(
        scenario="kinds",
        name=rooms.named(f"{kind}, {filled:,} ballots in the poll"),
        unit="CPU µs/ballot",
        rounds=us,
        key=rooms.key(f"kind_{kind}_{full}_us"),
        baseline="" if times is None or kind == "single_choice" else f"{times:.2f} times a single choice",
    )


def _growth(rooms: Rooms, cost: dict[str, Any], empty: list[float]) -> Figure:
    return Figure(
        scenario="kinds",
        name=rooms.named(f"{cost['kind']}, full ÷ empty"),
        unit="times",
        rounds=ratio_by_turns(cost["ballot_us"], empty),
        key=rooms.key(f"kind_{cost['kind']}_growth"),
        bar=FLAT,
    )
