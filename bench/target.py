"""A server under measurement: the product or a baseline, driven by the same client."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent


class Measured(Protocol):
    """Whose time and memory are measured."""

    def cpu_seconds(self) -> float: ...

    def rss_kb(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and whose time and memory count."""

    name: str
    socket_url: str
    process: Measured
