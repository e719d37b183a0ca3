"""States of rooms that no database has seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from live_polls.domain.room_view import PollView, RoomSecrets, RoomView


def make_view(*polls: PollView, version: int = 1, **changes: Any) -> RoomView:
    secrets = RoomSecrets("ballot-secret", "voice-secret", "stage-secret")
    view = RoomView(1, "epoch", version, 1, "K7QM2X", "Hall", "live", "live", "content", None, secrets, polls)
    return replace(view, **changes)


def make_poll_view(code: str = "a", **changes: Any) -> PollView:
    options = ((1, "Tabs"), (2, "Spaces"))
    poll = PollView(1, code, "single_choice", "Which?", "open", 1, options, {}, "live", None, None, None)
    return replace(poll, counters={"n": 70077, "1": 50055, "2": 20022}, **changes)
