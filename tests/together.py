"""Races with real threads, each on a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def together(deeds: Sequence[Callable[[], T]]) -> list[T]:
    """Do all at one moment; their results in order. The first exception of any is raised."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], T]) -> T:
        try:
            start.wait()
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))
