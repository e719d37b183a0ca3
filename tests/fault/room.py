"""The room of a run, loaded from a file as hosts do."""

from __future__ import annotations

from typing import NamedTuple

from tests.fault.hall import PollShape

ROOM_FILE = """
[room]
slug = "fault-{name}"
title = "Fault {name}"
results = "live"
asking = "open"

[[polls]]
key = "logo"
kind = "single_choice"
prompt = "Which logo?"
options = ["Swirl", "Square", "Star", "Spoon"]
state = "open"

[[polls]]
key = "lunch"
kind = "multiple_choice"
prompt = "What for lunch?"
options = ["Soup", "Salad", "Bread"]
state = "open"

[[polls]]
key = "order"
kind = "ranking"
prompt = "In which order?"
options = ["Ada", "Bea", "Cy"]
state = "open"

[[polls]]
key = "moving"
kind = "single_choice"
prompt = "Now?"
options = ["Yes", "No"]
state = "open"

[[polls]]
key = "hurry"
kind = "single_choice"
prompt = "Before the time runs out?"
options = ["Yes", "No", "Later"]
seconds = 5
state = "open"
"""
SHAPES = (
    PollShape("single_choice", 4),
    PollShape("multiple_choice", 3),
    PollShape("ranking", 3),
    PollShape("single_choice", 2),
    PollShape("single_choice", 3),
)


class FaultRoom(NamedTuple):
    """`moving` are the codes of the polls that the host opens and closes; the others stay open.

    One of the moving closes by itself, whenever its time is over.
    """

    join_code: str
    polls: dict[str, PollShape]
    moving: list[str]


def room_of(loaded: dict[str, object]) -> FaultRoom:
    """The room from what `load_room --json` says."""
    polls = loaded["polls"]
    assert isinstance(polls, list)
    codes = [poll["code"] for poll in polls]
    return FaultRoom(str(loaded["join_code"]), dict(zip(codes, SHAPES, strict=True)), codes[2:])
