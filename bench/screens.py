"""From taps to screens: when each ballot was tapped, and when the last screen showed it."""

from __future__ import annotations

from bisect import bisect_left


class Screens:
    """Which version counts each ballot, and when each screen had which version."""

    def __init__(self) -> None:
        self.taps: list[tuple[float, int]] = []
        self._seen: dict[int, tuple[list[int], list[float]]] = {}

    def tapped(self, *, at: float, version: int) -> None:
        """Note a ballot that was tapped at a moment and is counted from a version on."""
        self.taps.append((at, version))

    def shown(self, screen: int, *, version: int, at: float) -> None:
        """Note that a screen shows a version; versions never fall on one screen."""
        versions, times = self._seen.setdefault(screen, ([], []))
        versions.append(version)
        times.append(at)

    def delays(self) -> list[float]:
        """Return for each ballot the seconds until the last screen showed it; none for ballots not shown to all."""
        shown = {version: self._shown_at(version) for _, version in self.taps}
        found = [(at, shown[version]) for at, version in self.taps]
        return [shown_at - at for at, shown_at in found if shown_at is not None]

    def _shown_at(self, version: int) -> float | None:
        last = 0.0
        for versions, times in self._seen.values():
            place = bisect_left(versions, version)
            if place == len(versions):
                return None
            last = max(last, times[place])
        return last
