"""What a crowd of made-up voters lived through."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class SimulationReport:
    """Counts while it runs; `str` of it is the report at the end."""

    n_joined: int = 0
    n_reconnects: int = 0
    n_unanswered: int = 0
    n_changes: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    ack_ms: list[float] = field(default_factory=list)

    @property
    def n_acknowledged(self) -> int:
        return len(self.ack_ms)

    def __str__(self) -> str:
        errors = ", ".join(f"{code} {n}" for code, n in sorted(self.errors.items())) or "none"
        lines = [
            f"joined        {self.n_joined} voters, {self.n_reconnects} reconnects",
            f"acknowledged  {self.n_acknowledged} ballots ({self.n_changes} of them changes), "
            f"{self.n_unanswered} unanswered",
            f"errors        {errors}",
        ]
        if self.ack_ms:
            lines.append(f"time to ack   p50 {self._percentile(50):.0f} ms, p95 {self._percentile(95):.0f} ms")
        return "\n".join(lines)

    def _percentile(self, percent: int) -> float:
        """Nearest rank: a time that somebody really waited."""
        return sorted(self.ack_ms)[math.ceil(len(self.ack_ms) * percent / 100) - 1]
