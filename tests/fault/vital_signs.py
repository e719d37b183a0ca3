"""How a server is: memory, open files, tasks and registries, and whether they come back to where they began."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.fault.watched import TASKS
from tests.fault.web import get

COLUMNS = ("minute", "MB", "files", "tasks", "sockets", "rooms", "waiting", "acks")
# What a process may have more of than at the start: connections kept to a database, an idle keep-alive.
SPARE_FILES = 8
SPARE_TASKS = 3


@dataclass(frozen=True, slots=True)
class Signs:
    """One look at a server process."""

    minute: float
    rss_mb: float
    files: int
    tasks: int
    sockets: int
    rooms: int
    waiting: int
    acks: int

    def row(self) -> str:
        """A line of the table."""
        values = (f"{self.minute:.1f}", f"{self.rss_mb:.1f}", *self.counts(), self.acks)
        return " ".join(f"{value:>8}" for value in values)

    def counts(self) -> tuple[int, ...]:
        return (self.files, self.tasks, self.sockets, self.rooms, self.waiting)

    def left_over(self, start: Signs) -> list[str]:
        """What did not go back to what it was at the start."""
        bounds = {
            "sockets": (self.sockets, 0),
            "rooms": (self.rooms, 0),
            "ballots waiting": (self.waiting, 0),
            "open files": (self.files, start.files + SPARE_FILES),
            "tasks": (self.tasks, start.tasks + SPARE_TASKS),
        }
        return [f"{name}: {now}, at most {most}" for name, (now, most) in bounds.items() if now > most]


def header() -> str:
    return " ".join(f"{name:>8}" for name in COLUMNS)


async def look(url: str, pid: int, minute: float) -> Signs:
    """Ask the operating system, and the server itself."""
    told = _read((await get(f"{url}/metrics")).body.decode())
    return Signs(
        minute=minute,
        rss_mb=_rss_kb(pid) / 1024,
        files=_n_files(pid),
        tasks=told.get(TASKS, 0),
        sockets=told["live_polls_sockets"],
        rooms=told["live_polls_live_rooms"],
        waiting=told["live_polls_ballots_waiting"],
        acks=told["live_polls_ballots_acknowledged_total"],
    )


def slope_mb_an_hour(signs: list[Signs]) -> float:
    """How fast memory grew over the second half, when everything has been used once: least squares."""
    half = signs[len(signs) // 2 :]
    minutes, sizes = [sign.minute for sign in half], [sign.rss_mb for sign in half]
    mean_minute, mean_size = sum(minutes) / len(half), sum(sizes) / len(half)
    spread = sum((minute - mean_minute) ** 2 for minute in minutes)
    both = sum((minute - mean_minute) * (size - mean_size) for minute, size in zip(minutes, sizes, strict=True))
    return 60 * both / spread if spread else 0.0


def _read(text: str) -> dict[str, int]:
    """The samples without labels."""
    pairs = (line.split() for line in text.splitlines() if line[:1] not in {"", "#"} and "{" not in line)
    return {name: round(float(value)) for name, value, *_ in pairs}


def _n_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _rss_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
