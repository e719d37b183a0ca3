"""How a server is: memory, open files, tasks and registries, and whether they come back to where they began."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.fault.watched import KEPT, TASKS
from tests.fault.web import get

COLUMNS = ("minute", "MB", "files", "tasks", "sockets", "rooms", "waiting", "kept", "acks")
# What a process may have more of than at the start: connections kept to a database, an idle keep-alive.
SPARE_FILES = 8
SPARE_TASKS = 3
# How much memory may grow in the second half of a soak: what allocators and caches take when they please, and so much an
# hour on top. Sixty seats are taken by some 20,000 people an hour: half a kilobyte left of each would be too much.
SPARE_MB = 10.0
MOST_MB_AN_HOUR = 10.0


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
    kept: int
    acks: int

    def row(self) -> str:
        """A line of the table."""
        values = (f"{self.minute:.1f}", f"{self.rss_mb:.1f}", *self.counts(), self.acks)
        return " ".join(f"{value:>8}" for value in values)

    def counts(self) -> tuple[int, ...]:
        return (self.files, self.tasks, self.sockets, self.rooms, self.waiting, self.kept)

    def left_over(self, start: Signs) -> list[str]:
        """What did not go back to what it was at the start."""
        bounds = {
            "sockets": (self.sockets, 0),
            "rooms": (self.rooms, 0),
            "ballots waiting": (self.waiting, 0),
            "entries of rooms": (self.kept, 0),
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
        kept=told.get(KEPT, 0),
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


def grows(signs: list[Signs]) -> list[str]:
    """What is wrong with how memory grew over the second half."""
    half = signs[len(signs) // 2 :]
    hours = (half[-1].minute - half[0].minute) / 60
    grown, most = slope_mb_an_hour(signs) * hours, SPARE_MB + MOST_MB_AN_HOUR * hours
    return [f"memory: {grown:+.1f} MB in {hours:.2f} hours, at most {most:.1f}"] if grown > most else []


def _read(text: str) -> dict[str, int]:
    """The samples without labels."""
    pairs = (line.split() for line in text.splitlines() if line[:1] not in {"", "#"} and "{" not in line)
    return {name: round(float(value)) for name, value, *_ in pairs}


def _n_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _rss_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
