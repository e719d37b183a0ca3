"""The hall that phones sit in: where the servers are, which polls there are, and whether the burst still goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from websockets.asyncio.client import ClientConnection

from tests.fault.history import History


class PollShape(NamedTuple):
    """What a phone must know of a poll to answer it."""

    kind: str
    n_options: int

    def answer(self, rng: Random) -> dict[str, object]:
        """Any valid answer, in the form in which it comes back."""
        numbers = range(1, self.n_options + 1)
        if self.kind == "single_choice":
            return {"option": rng.choice(numbers)}
        chosen = rng.sample(numbers, k=rng.randint(1, self.n_options))
        return {"options": sorted(chosen) if self.kind == "multiple_choice" else chosen}


@dataclass(slots=True)
class Hall:
    """`think_s` is how long people think between two deeds."""

    join_code: str
    addresses: list[str]
    polls: dict[str, PollShape]
    history: History
    think_s: tuple[float, float] = (0.1, 0.4)
    is_voting: bool = True
    is_over: bool = False
    abandoned: list[ClientConnection] = field(default_factory=list)

    def socket_url(self, rng: Random) -> str:
        """Any of the servers, as a proxy would choose."""
        return f"{rng.choice(self.addresses).replace('http', 'ws', 1)}/ws/rooms/{self.join_code}"

    def api_url(self, rng: Random, what: str) -> str:
        return f"{rng.choice(self.addresses)}/api/v1/rooms/{self.join_code}/{what}"
