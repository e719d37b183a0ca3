"""What a seed stands for: the store, and what happens to it. The same seed is always the same plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.fault.nemeses import OF_STORE

STORES = tuple(OF_STORE)


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    store: str
    strikes: tuple[str, ...]


def plan_of(seed: int, stores: Sequence[str] = STORES) -> Plan:
    """One to three strikes, at least one of them a kill: of a process, or (a third of the time) at a line."""
    rng = Random(f"plan {seed}")
    store = rng.choice(stores)
    names = sorted(OF_STORE[store])
    kills = [name for name in names if name.startswith("crash_" if rng.random() < 1 / 3 else "kill_")]
    strikes = [rng.choice(kills), *rng.sample(names, k=rng.randint(0, 2))]
    rng.shuffle(strikes)
    return Plan(seed, store, tuple(strikes))


def new_seeds(n: int) -> list[int]:
    """Seeds nobody has tried before, short enough to be typed."""
    rng = Random()
    return [rng.randrange(10**6) for _ in range(n)]
