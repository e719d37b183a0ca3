"""Rounds compared, ready for the template: bars side by side, and bands from where people were to where they are.

A band is drawn only where its number may be shown; what is missing at a post is of few people, or hidden for their sake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from live_polls.domain.rounds import Comparison, RoundTally
from live_polls.domain.suppression import Cell, K, Veil
from live_polls.kinds.base import Row, letter
from live_polls.templatetags.charts import count, points
from live_polls.templatetags.charts import share as percent

WIDTH, HEIGHT, GAP, POST = 1000, 420, 12, 44
MOST_ROUNDS_ON_STAGE = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One option in one round."""

    round: int
    width: str
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class OptionRounds:
    """One option through the rounds."""

    letter: str
    text: str
    colour: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """Where people stood in one of the two rounds."""

    x: int
    y: float
    middle: float
    height: float
    letter: str
    colour: str


@dataclass(frozen=True, slots=True)
class Band:
    """People who went from one post to another."""

    path: str
    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table of moves."""

    letter: str
    text: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundsFigure:
    prompt: str
    code: str
    rounds: tuple[RoundTally, ...]
    chart_template: str
    options: tuple[OptionRounds, ...]
    first: int | None
    second: int | None
    posts: tuple[Post, ...]
    bands: tuple[Band, ...]
    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    stands_for_one: bool
    is_withheld: bool

    @property
    def crowd(self) -> str:
        """How much stands in the bars, for the size of a big screen's letters."""
        n_lines = sum(len(option.bars) + 1 for option in self.options)
        if n_lines <= 12:
            return "few" if n_lines <= 9 else "some"
        return "several" if n_lines <= 17 else "many" if n_lines <= 28 else "crowd"

    width = WIDTH
    height = HEIGHT


def rounds_figure(compared: Comparison, chart_template: str, *, most_rounds: int | None = None) -> RoundsFigure:
    """What the template needs; `most_rounds` leaves the oldest out where there is little room."""
    rounds = compared.rounds[-most_rounds:] if most_rounds else compared.rounds
    moves = compared.moves
    table = moves.tables[0] if moves and compared.stands_for_one else None
    posts, bands = _flow(table, _colours(compared)) if table else ((), ())
    return RoundsFigure(
        prompt=compared.poll.prompt,
        code=compared.poll.code,
        rounds=rounds,
        chart_template=chart_template,
        options=tuple(_option_rounds(compared, rounds, number - 1) for number, _ in compared.options),
        first=moves.first if moves else None,
        second=moves.second if moves else None,
        posts=posts,
        bands=bands,
        columns=_columns(compared),
        lines=tuple(_lines(compared)),
        stands_for_one=compared.stands_for_one,
        is_withheld=bool(moves) and all(shown is None for shown in (moves.tables if moves else ())),
    )


def cell_words(cell: Cell) -> str:
    """A cell of the table of moves, as people read it."""
    if cell is Veil.FEWER:
        return gettext("fewer than %(k)s") % {"k": K}
    return gettext("not shown") if isinstance(cell, Veil) else count(cell)


def _colours(compared: Comparison) -> list[str]:
    few = len(compared.options) <= 8
    return [f"o{number}" if few else "o0" for number, _ in compared.options] + ["nobody"]


def _option_rounds(compared: Comparison, rounds: Sequence[RoundTally], place: int) -> OptionRounds:
    number, text = compared.options[place]
    bars = []
    for each in rounds:
        row = next((row for row in each.chart.rows if row.number == number), None)
        if row is not None:
            bars.append(_bar(each, row))
    return OptionRounds(letter(number), text, _colours(compared)[place], tuple(bars))


def _bar(each: RoundTally, row: Row) -> Bar:
    if each.chart.unit == "points":
        return Bar(each.number, f"{row.length * 100:.2f}%", points(row.n), "")
    return Bar(each.number, f"{row.share * 100:.2f}%", percent(row.share), count(row.n))


def _columns(compared: Comparison) -> tuple[tuple[str, str], ...]:
    if compared.stands_for_one:
        return (*((letter(number), text) for number, text in compared.options), ("", gettext("No vote")))
    return ("", gettext("Stayed")), ("", gettext("Came to it")), ("", gettext("Left it"))


def _lines(compared: Comparison) -> list[Line]:
    moves = compared.moves
    if moves is None:
        return []
    if compared.stands_for_one:
        table = moves.tables[0]
        names = [*((letter(number), text) for number, text in compared.options), ("", gettext("No vote"))]
        corner = (len(names) - 1, len(names) - 1)
        return (
            [
                Line(
                    *name, tuple("-" if (row, at) == corner else cell_words(cell) for at, cell in enumerate(table[row]))
                )
                for row, name in enumerate(names)
            ]
            if table
            else []
        )
    return [
        Line(letter(number), text, tuple(cell_words(cell) for cell in _kept_come_left(table)))
        for (number, text), table in zip(compared.options, moves.tables, strict=True)
    ]


def _kept_come_left(table: Sequence[Sequence[Cell]] | None) -> tuple[Cell, Cell, Cell]:
    return (table[0][0], table[1][0], table[0][1]) if table else (Veil.HIDDEN, Veil.HIDDEN, Veil.HIDDEN)


def _flow(table: Sequence[Sequence[Cell]], colours: Sequence[str]) -> tuple[tuple[Post, ...], tuple[Band, ...]]:
    """Posts left and right, as high as the people whose way is shown, and the bands between them."""
    numbers = [[cell if isinstance(cell, int) else 0 for cell in line] for line in table]
    left = [sum(line) for line in numbers]
    right = [sum(line[at] for line in numbers) for at in range(len(numbers[0]))]
    total = max(1, sum(left))
    unit = (HEIGHT - GAP * (len(left) - 1)) / total
    starts, ends = _stack(left, unit), _stack(right, unit)
    posts = _posts(0, left, starts, unit, colours) + _posts(WIDTH - POST, right, ends, unit, colours)
    bands = []
    for row, line in enumerate(numbers):
        for column, n in enumerate(line):
            if n:
                bands.append(_band(starts[row], ends[column], n * unit, colours[row], n))
                starts[row] += n * unit
                ends[column] += n * unit
    return tuple(posts), tuple(bands)


def _stack(heights: Sequence[int], unit: float) -> list[float]:
    tops, top = [], 0.0
    for n in heights:
        tops.append(top)
        top += n * unit + (GAP if n else 0)
    return tops


def _posts(x: int, heights: Sequence[int], tops: Sequence[float], unit: float, colours: Sequence[str]) -> list[Post]:
    names = [*(letter(number) for number in range(1, len(heights))), "–"]  # noqa: RUF001 -- a dash where nobody stands
    return [
        Post(x, round(top, 1), round(top + n * unit / 2, 1), round(n * unit, 1), name, colour)
        for n, top, name, colour in zip(heights, tops, names, colours, strict=True)
        if n
    ]


def _band(start: float, end: float, height: float, colour: str, n: int) -> Band:
    x, far, half = POST, WIDTH - POST, WIDTH // 2
    path = (
        f"M{x} {start:.1f}C{half} {start:.1f} {half} {end:.1f} {far} {end:.1f}"
        f"V{end + height:.1f}C{half} {end + height:.1f} {half} {start + height:.1f} {x} {start + height:.1f}Z"
    )
    return Band(path, colour, ngettext("%(n)s person", "%(n)s people", n) % {"n": count(n)})
