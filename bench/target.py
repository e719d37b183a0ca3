"""A server under measurement: the product or a baseline, driven by the same client."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.process import ServerProcess

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and whose time and memory count."""

    name: str
    socket_url: str
    process: ServerProcess
