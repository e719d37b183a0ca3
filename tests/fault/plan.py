"""What a seed stands for: the store, and what happens to it. The same seed is always the same plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.fault.nemeses import OF_STORE, touches

STORES = tuple(OF_STORE)


@dataclass(frozen=True, slots=True)
class Plan:
    """`moments` follow one another; the faults of a moment come together."""

    seed: int
    store: str
    moments: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        faults = ", then ".join(" and ".join(moment) for moment in self.moments)
        return f"seed {self.seed:<7} {self.store:<10} {faults}"


def plan_of(seed: int, stores: Sequence[str] = STORES) -> Plan:
    """One to three faults, at least one of them a kill: of a process, or (a third of the time) at a line."""
    rng = Random(f"plan {seed}")
    store = rng.choice(stores)
    names = sorted(OF_STORE[store])
    prefix = rng.choice(("crash_", "kill_", "kill_"))
    kills = [name for name in names if name.startswith(prefix)]
    faults = [rng.choice(kills), *rng.sample(names, k=rng.randint(0, 2))]
    rng.shuffle(faults)
    moments: list[tuple[str, ...]] = [(fault,) for fault in faults]
    if len(faults) > 1 and touches(faults[0]) != touches(faults[1]) and rng.random() < 2 / 3:
        moments[:2] = [(faults[0], faults[1])]
    return Plan(seed, store, tuple(moments))


def new_seeds(n: int) -> list[int]:
    """Seeds nobody has tried before, short enough to be typed."""
    rng = Random()
    return [rng.randrange(10**6) for _ in range(n)]
