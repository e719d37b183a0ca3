"""A wire that remembers what was written to it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from live_polls.live.frames import Frame


class Wire:
    """What a socket would have received. It takes the frames and the bytes, which must be the same."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.n_writes = 0
        self.closed: list[int] = []

    def write(self, framed: bytes, frames: Iterable[Frame]) -> None:
        frames = list(frames)
        assert framed == b"".join(frame.framed for frame in frames)
        self.received += [json.loads(frame.payload) for frame in frames]
        self.n_writes += 1

    def close(self, code: int) -> None:
        self.closed.append(code)

    def take(self) -> list[dict[str, Any]]:
        """What has come since the last time."""
        received, self.received = self.received, []
        return received
