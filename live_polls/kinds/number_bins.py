"""How the numbers of a number poll become counters, columns and a median, with work that no number of ballots adds to.

Numbers are counted as whole numbers of the last decimal place ("12.50" with two decimals is 1250), so that nothing is
ever rounded. A poll with both ends has at most 1001 bins of equal width 1, 2 or 5 times a power of ten; up to 1001
possible answers each has a bin of its own, and the median is exact. Without an end a bin is all numbers that begin
with the same two digits, 1000 bins on either side of zero: the median is then right to within a tenth. It is told as
the roundest number of its bin, for round numbers are what people guess. The sum is kept exactly. Columns are at most 20 bins of the same make, from the range where there is one, else around the middle
nine tenths of the answers, with whoever is far out in the open columns at the ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from live_polls.kinds.settings import decimal_text

# In last places. A counter of the sum holds some nine million of the largest before a database's integer is full.
MOST = 10**12
BIN = "b"
SUM = "sum"
MAX_BINS = 1001
MAX_COLUMNS = 20

Found = Sequence[tuple[int, int]]  # (bin, how many), ascending


@dataclass(frozen=True, slots=True)
class Bins:
    """`ends` are the smallest and largest possible answer, None without both."""

    decimals: int
    ends: tuple[int, int] | None

    @property
    def width(self) -> int:
        return round_width(*self.ends, most=MAX_BINS) if self.ends else 1

    def at(self, text: str) -> int:
        """A canonical answer in last places."""
        return int(Decimal(text).scaleb(self.decimals))

    def text(self, at: int) -> str:
        return f"{Decimal(at).scaleb(-self.decimals):.{self.decimals}f}"

    def bin(self, at: int) -> int:
        if self.ends:
            return at // self.width
        shift = max(len(str(abs(at))) - 2, 0)
        index: int = shift * 90 + abs(at) // 10**shift
        return -index if at < 0 else index

    def span(self, index: int) -> tuple[int, int]:
        """The first and the last number of a bin."""
        if self.ends:
            low, high = self.ends
            return max(index * self.width, low), min(index * self.width + self.width - 1, high)
        size = abs(index)
        shift = max((size - 10) // 90, 0)
        first = (size - shift * 90) * 10**shift
        last = first + 10**shift - 1
        return (-last, -first) if index < 0 else (first, last)

    def roundest(self, index: int) -> int:
        """The number that stands for a bin."""
        first, last = self.span(index)
        return last if index < 0 and not self.ends else first

    def median(self, found: Found) -> tuple[str, bool]:
        """The middle answer (of an even number the middle between two), and whether it is exact."""
        n = sum(times for _, times in found)
        middle = [self._nth(found, place) for place in ((n - 1) // 2, n // 2)]
        total = sum(self.roundest(index) for index in middle)
        is_exact = all(first == last for first, last in map(self.span, middle))
        return decimal_text(Decimal(total).scaleb(-self.decimals) / 2), is_exact

    def mean(self, total: int, n: int) -> str:
        """The exact mean, to one place more than the answers have."""
        return decimal_text(round_half_up(Decimal(total).scaleb(-self.decimals) / n, self.decimals + 1))

    def columns(self, found: Found) -> list[tuple[str | None, str | None, int]]:
        """(from, to, how many) of each column, both ends included; None is an open end."""
        ends = self.ends or self._middle(found)
        if ends is None:
            return []
        low, high = ends
        width = round_width(low, high, most=MAX_COLUMNS)
        first, last = low // width, high // width
        counts = [0] * (last - first + 1)
        for index, times in found:
            place = self.span(index)[0] // width - first
            counts[min(max(place, 0), last - first)] += times
        edges = [self._edges(column * width, width) for column in range(first, last + 1)]
        columns: list[tuple[str | None, str | None, int]] = [
            (self.text(start), self.text(end), times) for (start, end), times in zip(edges, counts, strict=True)
        ]
        if not self.ends:
            if self.span(found[0][0])[0] < edges[0][0]:
                columns[0] = (None, columns[0][1], columns[0][2])
            if self.span(found[-1][0])[0] > edges[-1][1]:
                columns[-1] = (columns[-1][0], None, columns[-1][2])
        return columns

    def _edges(self, start: int, width: int) -> tuple[int, int]:
        if self.ends:
            return max(start, self.ends[0]), min(start + width - 1, self.ends[1])
        return start, start + width - 1

    def _middle(self, found: Found) -> tuple[int, int] | None:
        """Where the middle nine tenths of the answers lie, and a little around."""
        if not found:
            return None
        n = sum(times for _, times in found)
        low = self.span(self._nth(found, n // 20))[0]
        high = self.span(self._nth(found, n - 1 - n // 20))[1]
        around = (high - low) // 10
        return low - around, high + around

    @staticmethod
    def _nth(found: Found, place: int) -> int:
        """The bin of the answer at this place, from 0, in ascending order."""
        for index, times in found:
            if place < times:
                return index
            place -= times
        return found[-1][0]


def bins_of(settings: Mapping[str, Any]) -> Bins:
    decimals, low, high = settings["decimals"], settings["minimum"], settings["maximum"]
    if low is None or high is None:
        return Bins(decimals, None)
    return Bins(decimals, (int(Decimal(low).scaleb(decimals)), int(Decimal(high).scaleb(decimals))))


def round_width(low: int, high: int, *, most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … so that `most` such spans, or one more, hold everything."""
    power = 1
    while True:
        for step in (1, 2, 5):
            width = step * power
            if high // width - low // width < most:
                return width
        power *= 10


def round_half_up(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP")
