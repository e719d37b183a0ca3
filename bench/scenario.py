"""What every scenario is given, and what it gives."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from bench.figures import Figure
from bench.rooms import Rooms
from bench.scale import Scale


@dataclass(frozen=True, slots=True)
class Scenario:
    """The room it needs, the run that yields figures as they are known (so that none is lost with the rest), and on
    which stores it runs."""

    name: str
    room: Callable[[Scale], str]
    run: Callable[[Scale, Rooms], AsyncGenerator[Figure, None]]
    stores: tuple[str, ...] = ("sqlite",)
