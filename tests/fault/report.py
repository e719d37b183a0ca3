"""What runs come to: a line each, and the last line that everything else is measured by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.fault.plan import Plan
from tests.fault.run import Result


@dataclass(slots=True)
class Figures:
    """Sums over runs; `failures` are runs that broke a rule or did not come to their end."""

    seeds: list[int] = field(default_factory=list)
    acknowledged: int = 0
    present: int = 0
    doubled: int = 0
    in_flight_at_kill: list[int] = field(default_factory=list)
    failures: int = 0

    def add(self, result: Result) -> None:
        verdict = result.verdict
        self.seeds.append(result.seed)
        self.acknowledged += verdict.acknowledged
        self.present += verdict.present
        self.doubled += verdict.doubled
        self.in_flight_at_kill += verdict.in_flight_at_kill
        self.failures += bool(verdict.violations)

    def line(self) -> str:
        """The last line of a proof."""
        figures = {
            "seeds": self.seeds,
            "acknowledged": self.acknowledged,
            "present": self.present,
            "doubled": self.doubled,
            "kills": len(self.in_flight_at_kill),
            "in_flight_at_kill": self.in_flight_at_kill,
        }
        return f"FAULT {json.dumps(figures)}"


def lines_of(plan: Plan, result: Result) -> Iterable[str]:
    """What to print about one run."""
    verdict = result.verdict
    yield (
        f"{plan}: {result.n_sent} sent, "
        f"{verdict.acknowledged} acknowledged, {verdict.present} present, {verdict.doubled} doubled, "
        f"in flight at kill {verdict.in_flight_at_kill}, agreed after {result.agreed_s:.1f} s, "
        f"{result.seconds:.0f} s"
    )
    for violation in verdict.violations:
        yield f"  VIOLATION {violation.rule}: {violation.text}"
