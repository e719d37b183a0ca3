"""The rooms of a run, made before anything is measured: one process makes them all, each server gets a copy."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.commands import ask_inside
from bench.durability import check_durability
from bench.product import environment


@dataclass(frozen=True, slots=True)
class Room:
    """A room with open polls, and participants who may vote in it."""

    join_code: str
    tokens: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms of a run by scenario, and the durable database that holds them."""

    folder: Path
    by_scenario: Mapping[str, Room]
    pragmas: Mapping[str, str]

    def copy(self) -> Path:
        """Return a new folder with the product's data as it was before anything was measured."""
        copy = Path(tempfile.mkdtemp(prefix="data-", dir=self.folder.parent))
        return Path(shutil.copytree(self.folder, copy, dirs_exist_ok=True))


def make_rooms(folder: Path, files: Mapping[str, str], *, n_tokens: int) -> Rooms:
    """Make the database and a room for each scenario; refuse a database that is not durable."""
    data, plans = folder / "prepared", folder / "rooms"
    for new in (data, plans):
        new.mkdir()
    for scenario, text in files.items():
        (plans / f"{scenario}.toml").write_text(text, encoding="utf-8")
    made: dict[str, Any] = ask_inside(environment(data), "rooms", str(plans), str(n_tokens))
    check_durability(made["pragmas"])
    rooms = {scenario: Room(**room) for scenario, room in made["rooms"].items()}
    return Rooms(data, rooms, made["pragmas"])


def room_file(slug: str, *, n_polls: int, n_options: int) -> str:
    """Write a room of open single choice polls, results live, as `load_room` reads it."""
    options = ", ".join(f'"Answer {number}"' for number in range(1, n_options + 1))
    polls = "".join(
        f'[[polls]]\nkind = "single_choice"\nprompt = "Which one, part {number}?"\n'
        f'options = [{options}]\nstate = "open"\n'
        for number in range(1, n_polls + 1)
    )
    return f'[room]\nslug = "{slug}"\ntitle = "Bench"\nresults = "live"\n{polls}'
