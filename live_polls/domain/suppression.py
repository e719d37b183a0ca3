"""Counts of few people are not shown, and cannot be worked out from what is.

A table of who moved where has cells in it that stand for one or two people: they would say what single persons did. Those
are shown as "fewer than K"; a 0 is shown, for it is nobody's. But each row and column adds up to a count that everybody has seen, so a cell that stands alone could be worked
out again; then others are hidden, too, until every cell that is not shown could have another value (complementary
suppression). Where even that does not help, it is not told either which cells are the small ones. Plain Python: tables in,
tables out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

K = 3


class Veil(Enum):
    """Why a cell is not shown."""

    FEWER = "fewer"  # less than K, and not 0
    HIDDEN = "hidden"  # beside cells that are FEWER: K or more, hidden for their sake; else any number but 0


Cell = int | Veil
Table = Sequence[Sequence[int]]
Shown = list[list[Cell]]
Place = tuple[int, int]
Bounds = dict[Veil, tuple[int, int | None]]
# What a veiled cell may be for who knows why it is veiled: when that is told, and when it is not.
_TOLD: Bounds = {Veil.FEWER: (1, K - 1), Veil.HIDDEN: (K, None)}
_UNTOLD: Bounds = {Veil.HIDDEN: (1, None)}


def veiled(table: Table) -> Shown | None:
    """The table as it may be shown, or None when nothing of it may.

    The last row and the last column are of those who did not vote in that round; their corner, who voted in neither, is
    not known to anybody, counts for nothing, and comes back hidden. The totals of all other rows and columns are public.
    """
    return _veiled(table, Veil.FEWER, _TOLD) or _veiled(table, Veil.HIDDEN, _UNTOLD)


def _veiled(table: Table, few: Veil, bounds: Bounds) -> Shown | None:
    """Veil the cells of few people as `few`, and then one more after the other while any could be worked out."""
    shown = _with_few_veiled(table, few)
    while exposed := next(_exposed(table, shown, bounds), None):
        others = [place for place in _places(table) if _n(shown, place) == _n(table, place) != 0]
        beside = [place for place in others if place[0] == exposed[0] or place[1] == exposed[1]]
        if not others:
            return None
        row, column = min(beside or others, key=lambda place: (table[place[0]][place[1]], place))
        shown[row][column] = Veil.HIDDEN
    return shown


def _with_few_veiled(table: Table, few: Veil) -> Shown:
    shown: Shown = [[few if 0 < n < K else n for n in row] for row in table]
    shown[-1][-1] = Veil.HIDDEN
    return shown


def _exposed(table: Table, shown: Shown, bounds: Bounds) -> Iterator[Place]:
    """Veiled cells that have only one possible value.

    All tables with the same totals and the same shown cells differ by circles: one more here, one less in the next
    veiled cell of the same row or column, and so on, back to where it began. A cell on no such circle is exposed.
    """
    ways = _ways(table, shown, bounds)
    n_rows, n_columns = len(table), len(table[0])
    for row, column in _places(shown):
        if not isinstance(shown[row][column], Veil) or (row, column) == (n_rows - 1, n_columns - 1):
            continue
        here, there = row, n_rows + column
        more = there in ways[here] and _leads(ways, there, here)
        less = here in ways[there] and _leads(ways, here, there)
        if not more and not less:
            yield row, column


def _ways(table: Table, shown: Shown, bounds: Bounds) -> list[set[int]]:
    """Rows and columns as knots: from row to column where a veiled cell could be more, back where it could be less."""
    n_rows, n_columns = len(table), len(table[0])
    ways: list[set[int]] = [set() for _ in range(n_rows + n_columns)]
    for row, column in _places(shown):
        veil = shown[row][column]
        if not isinstance(veil, Veil):
            continue
        least, most = bounds[veil]
        is_corner = (row, column) == (n_rows - 1, n_columns - 1)
        if is_corner or most is None or table[row][column] < most:
            ways[row].add(n_rows + column)
        if is_corner or table[row][column] > least:
            ways[n_rows + column].add(row)
    return ways


def _leads(ways: Sequence[set[int]], start: int, end: int) -> bool:
    """Whether one gets from start to end, but not by the one cell between the two."""
    reached, ahead = {start}, [start]
    while ahead:
        knot = ahead.pop()
        for following in ways[knot] - reached:
            if (knot, following) == (start, end):
                continue
            if following == end:
                return True
            reached.add(following)
            ahead.append(following)
    return False


def _places(table: Sequence[Sequence[object]]) -> Iterator[Place]:
    return ((row, column) for row in range(len(table)) for column in range(len(table[0])))


def _n(table: Sequence[Sequence[Cell]], place: Place) -> Cell:
    return table[place[0]][place[1]]
