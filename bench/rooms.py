"""The rooms of a run, made before anything is measured: one process makes them all, each server gets a copy."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.commands import ask_inside
from bench.durability import check_durability
from bench.stores import Stores, copy_folder


@dataclass(frozen=True, slots=True)
class Room:
    """A room with open polls, and participants who may vote in it."""

    join_code: str
    tokens: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms of a run by scenario, and the durable database that holds them."""

    stores: Stores
    env: Mapping[str, str]
    by_scenario: Mapping[str, Room]
    settings: Mapping[str, str]

    def copy(self) -> dict[str, str]:
        """Return an environment of the product with its data as it was before anything was measured."""
        folder = Path(self.env["DATA_DIR"])
        copy = Path(tempfile.mkdtemp(prefix="data-", dir=folder.parent))
        return self.stores.copy(self.env, copy_folder(folder, copy))

    def key(self, key: str) -> str:
        """Return the key of a figure on these stores: what stands alone is meant on SQLite."""
        return key if self.stores.name == "sqlite" else f"{key}_{self.stores.name}"

    def named(self, text: str) -> str:
        """Return what a figure is called on these stores."""
        return text if self.stores.name == "sqlite" else f"PostgreSQL: {text}"


def make_rooms(stores: Stores, folder: Path, files: Mapping[str, str], *, n_tokens: int) -> Rooms:
    """Make the database and a room for each scenario; refuse a database that is not durable."""
    data, plans = folder / f"prepared-{stores.name}", folder / f"rooms-{stores.name}"
    for new in (data, plans):
        new.mkdir()
    for scenario, text in files.items():
        (plans / f"{scenario}.toml").write_text(text, encoding="utf-8")
    env = stores.make(data)
    made: dict[str, Any] = ask_inside(env, "rooms", str(plans), str(n_tokens))
    check_durability(made["settings"])
    rooms = {scenario: Room(**room) for scenario, room in made["rooms"].items()}
    return Rooms(stores, env, rooms, made["settings"])


def room_file(slug: str, *, n_polls: int, n_options: int) -> str:
    """Write a room of open single choice polls, results live, as `load_room` reads it."""
    options = ", ".join(f'"Answer {number}"' for number in range(1, n_options + 1))
    polls = "".join(
        f'[[polls]]\nkind = "single_choice"\nprompt = "Which one, part {number}?"\n'
        f'options = [{options}]\nstate = "open"\n'
        for number in range(1, n_polls + 1)
    )
    return f'[room]\nslug = "{slug}"\ntitle = "Bench"\nresults = "live"\n{polls}'
