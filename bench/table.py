"""The figures as a table of plain text."""

from __future__ import annotations

from collections.abc import Sequence

from bench.figures import Figure

HEADINGS = ("scenario", "figure", "value", "unit", "n", "spread", "baseline", "first bar", "met")
RIGHT = {2, 4, 5}


def render_table(figures: Sequence[Figure]) -> str:
    """Lay the figures out in columns, one line each."""
    rows = [HEADINGS, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (
        cell.rjust(width) if column in RIGHT else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()


def _cells(figure: Figure) -> tuple[str, ...]:
    spread = figure.rounds.spread
    met = {True: "yes", False: "no", None: ""}[figure.met]
    return (
        figure.scenario,
        figure.name,
        "-" if figure.value is None else number(figure.value),
        figure.unit,
        str(figure.rounds.n or ""),
        "" if spread is None else f"{spread:.0%}",
        figure.baseline,
        "" if figure.bar is None else str(figure.bar),
        met,
    )


def number(value: float) -> str:
    """Write three significant digits, and no fraction from a hundred on."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.{1 if abs(value) >= 10 else 2}f}"
