"""Counts of few people are not shown, and cannot be worked out from what is.

A table of who moved where has cells in it that stand for one or two people: they would say what single persons did. Those
are shown as "fewer than K"; a 0 is shown where it can be, for it is nobody's. But each row and column adds up to a count that everybody has seen, so a cell that stands alone could be worked
out again; then others are hidden, too, until every cell that is not shown could have another value (complementary
suppression). Where even that does not help, it is not told either which cells are the small ones. Plain Python: tables in,
tables out.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

K = 3


class Veil(Enum):
    """Why a cell is not shown."""

    FEWER = "fewer"  # less than K
    HIDDEN = "hidden"  # beside cells that are FEWER: K or more, hidden for their sake; else any number


Cell = int | Veil
Table = Sequence[Sequence[int]]
Shown = list[list[Cell]]
Place = tuple[int, int]
Bounds = dict[Veil, tuple[int, int | None]]
# What a veiled cell may be for who knows why it is veiled: when that is told, and when it is not.
_TOLD: Bounds = {Veil.FEWER: (0, K - 1), Veil.HIDDEN: (K, None)}
_UNTOLD: Bounds = {Veil.HIDDEN: (0, None)}


def veiled(table: Table) -> Shown | None:
    """The table as it may be shown, or None when nothing of it may.

    The last row and the last column are of those who did not vote in that round; their corner, who voted in neither, is
    not known to anybody, counts for nothing, and comes back hidden. The totals of all other rows and columns are public.
    """
    return _veiled(table, Veil.FEWER, _TOLD) or _veiled(table, Veil.HIDDEN, _UNTOLD)


def _veiled(table: Table, few: Veil, bounds: Bounds) -> Shown | None:
    """Veil the cells of few people as `few`, and then, for each that could be worked out, a circle of others."""
    shown: Shown = [[few if 0 < n < K else n for n in row] for row in table]
    shown[-1][-1] = Veil.HIDDEN
    veil = _Veiling(table, shown, few, bounds)
    for row, column in veil.places():
        if isinstance(shown[row][column], Veil) and (row, column) != veil.corner:
            circle = veil.circle(row, column)
            if circle is None:
                return None
            for place in circle:
                shown[place[0]][place[1]] = veil.of(place)
    return shown


@dataclass(slots=True)
class _Veiling:
    """All tables with the same totals and the same shown cells differ by circles: one more here, one less in the next
    veiled cell of the same column, one more in the next of its row, and so on, back to where it began. A veiled cell
    on such a circle could have another value; so each gets one, the one for which the fewest people have to be hidden.
    """

    table: Table
    shown: Shown
    few: Veil
    bounds: Bounds

    @property
    def corner(self) -> Place:
        return len(self.table) - 1, len(self.table[0]) - 1

    def places(self) -> list[Place]:
        return [(row, column) for row in range(len(self.table)) for column in range(len(self.table[0]))]

    def of(self, place: Place) -> Veil:
        """The veil that a cell has, or would have."""
        cell = self.shown[place[0]][place[1]]
        if isinstance(cell, Veil):
            return cell
        return self.few if cell < K else Veil.HIDDEN

    def circle(self, row: int, column: int) -> list[Place] | None:
        """The cells of the cheapest circle through this one, or None."""
        here, there = row, len(self.table) + column
        ways = []
        if self._may((row, column), 1):
            ways.append(self._way(there, here, (row, column)))
        if self._may((row, column), -1):
            ways.append(self._way(here, there, (row, column)))
        found = [way for way in ways if way is not None]
        return min(found)[1] if found else None

    def _may(self, place: Place, step: int) -> bool:
        """Whether the cell, once veiled, could be one more or one less."""
        if place == self.corner:
            return True
        least, most = self.bounds[self.of(place)]
        n = self.table[place[0]][place[1]] + step
        return n >= least and (most is None or n <= most)

    def _way(self, start: int, end: int, without: Place) -> tuple[int, list[Place]] | None:
        """The cheapest way between a row and a column: (people to hide, cells). Rows count from 0, columns after them."""
        ahead: list[tuple[int, int, list[Place]]] = [(0, start, [])]
        done: set[int] = set()
        while ahead:
            cost, knot, cells = heapq.heappop(ahead)
            if knot == end:
                return cost, cells
            if knot in done:
                continue
            done.add(knot)
            for following, place, step in self._next(knot):
                if following not in done and place != without and self._may(place, step):
                    heapq.heappush(ahead, (cost + self._cost(place), following, [*cells, place]))
        return None

    def _next(self, knot: int) -> Iterator[tuple[int, Place, int]]:
        """From a row to each column by one more in their cell, from a column to each row by one less."""
        n_rows, n_columns = len(self.table), len(self.table[0])
        if knot < n_rows:
            yield from ((n_rows + column, (knot, column), 1) for column in range(n_columns))
        else:
            yield from ((row, (row, knot - n_rows), -1) for row in range(n_rows))

    def _cost(self, place: Place) -> int:
        cell = self.shown[place[0]][place[1]]
        return 0 if isinstance(cell, Veil) else cell + 1
