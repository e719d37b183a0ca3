"""The results of a room as one plain table: a line for each line of each chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from live_polls.domain.results import PollResults, RoomResults, RoundResults
from live_polls.enums import Entry
from live_polls.kinds.base import Row
from live_polls.kinds.settings import decimal_of

Cell = str | int | float | None

# Columns of every table, and figures that belong to a screen; a kind that counts more adds columns of its own.
ALWAYS = frozenset(
    {"number", "prompt", "kind", "round", "state", "entry", "ballots", "aside", "text", "votes", "share"}
)
ON_SCREEN = frozenset({"n_ballots", "abstained", "n_more", "n_held"})
ROW_FIELDS = frozenset(field.name for field in fields(Row))


@dataclass(frozen=True, slots=True)
class Table:
    """`shares` are the columns whose numbers are 0..1 and read as percentages."""

    header: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]
    shares: frozenset[int]


def results_table(results: RoomResults) -> Table:
    """One line for each option (word, step of a scale …) of each round of each poll that takes answers."""
    lines = [line for poll in results.polls for line in _poll_lines(poll)]
    labels = _labels()
    said = {name: None for line in lines for name, cell in line.items() if cell is not None}
    columns = [name for name in labels if name in said or name in ALWAYS] + [
        name for name in said if name not in labels
    ]
    return Table(
        header=tuple(labels.get(name, name.replace("_", " ").capitalize()) for name in columns),
        lines=tuple(tuple(line.get(name) for name in columns) for line in lines),
        shares=frozenset(index for index, name in enumerate(columns) if name == "share"),
    )


def _labels() -> dict[str, str]:
    return {
        "number": _("No."),
        "prompt": _("Poll"),
        "kind": _("Kind"),
        "round": _("Round"),
        "state": _("State"),
        "entry": _("Who could vote"),
        "ballots": _("Ballots"),
        "aside": _("Set aside"),
        "abstained": _("Abstained"),
        "letter": _("Key"),
        "text": _("Option"),
        "right": _("Right"),
        "votes": _("Votes"),
        "points": _("Points"),
        "share": _("Share"),
        "first": _("First places"),
        "average": _("Average"),
        "mean": _("Mean"),
        "median": _("Median"),
    }


def _poll_lines(poll: PollResults) -> Iterator[dict[str, Cell]]:
    for round_ in poll.rounds:
        head = _head(poll, round_)
        # Without options the chart shows some of what people wrote, and the texts are all of it.
        rows = round_.chart.rows if poll.poll.options or not round_.texts else ()
        cells = [_row_cells(poll, round_, row) for row in rows]
        cells += [{"text": text, "votes": n} for text, n in round_.texts]
        for line in cells or [{}]:
            yield head | line


def _head(poll: PollResults, round_: RoundResults) -> dict[str, Cell]:
    return {
        "number": poll.number,
        "prompt": poll.poll.prompt,
        "kind": _(poll.kind.label),
        "round": round_.number,
        "state": str(poll.state.label) if round_.is_now else _("Closed"),
        "entry": str(Entry(round_.entry).label) if round_.entry else None,
        "ballots": round_.n_ballots,
        "aside": round_.n_aside,
        "abstained": round_.tally.get("abstained"),
        **_figures(round_.tally, besides=ON_SCREEN),
    }


def _row_cells(poll: PollResults, round_: RoundResults, row: Row) -> dict[str, Cell]:
    own = {field.name: getattr(row, field.name) for field in fields(row) if field.name not in ROW_FIELDS}
    return {
        "letter": row.letter,
        "text": row.text,
        "right": _("yes") if row.number in poll.poll.right else None,
        "points" if round_.chart.unit == "points" else "votes": row.n,
        "share": round(row.share, 4),
        "first": row.first,
        **_figures(own, besides=ROW_FIELDS),
    }


def _figures(said: Mapping[str, Any], *, besides: frozenset[str]) -> dict[str, Cell]:
    """The plain numbers among what a kind says; exact ones are texts there."""
    figures: dict[str, Cell] = {}
    for name, value in said.items():
        number = None if name in besides or isinstance(value, bool) else decimal_of(value)
        if number is not None:
            figures[name] = float(number)
    return figures
