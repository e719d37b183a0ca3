"""Results as files for spreadsheets, in which no text from people can become a formula."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from live_polls.domain.results import RoomResults
from live_polls.domain.results_people import board_table, questions_table
from live_polls.domain.results_table import Cell, Table, results_table
from live_polls.enums import Entry

# With one of these in front a spreadsheet may take a text for a formula, and formulas can send data away.
# The wide forms of the signs too: where they are typed, spreadsheets take them for the narrow ones.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
WIDEST = 60


def results_csv(results: RoomResults) -> bytes:
    """The table as CSV for spreadsheets: UTF-8 with a mark, texts quoted, risky ones behind an apostrophe."""
    return table_csv(results_table(results))


def table_csv(table: Table) -> bytes:
    """Any table of results in that form."""
    file = StringIO(newline="")
    # Every text is quoted: in countries where a semicolon separates cells, none inside a text does.
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(table.header)
    writer.writerows([harmless(cell) for cell in line] for line in table.lines)
    return file.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """The cell as a spreadsheet may take it: a text that could be a formula gets an apostrophe in front."""
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell


def results_xlsx(results: RoomResults) -> bytes:
    """The table as a workbook. Texts are cells of the type text: what they begin with means nothing."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, options) as book:
        book.set_properties({"title": results.room.title})
        _write_sheet(book, book.add_worksheet(_("Results")), results_table(results))
        _write_sheet(book, book.add_worksheet(_("Polls")), _polls_table(results))
        # Of what people said and won there is a sheet where there is something.
        for name, table in ((_("Questions"), questions_table(results)), (_("Leaderboard"), board_table(results))):
            if table.lines:
                _write_sheet(book, book.add_worksheet(name), table)
    return file.getvalue()


def _polls_table(results: RoomResults) -> Table:
    header = (
        _("No."),
        _("Poll"),
        _("Kind"),
        _("State"),
        _("Rounds"),
        _("Who could vote"),
        _("Ballots"),
        _("Set aside"),
    )
    lines = (
        (
            poll.number,
            poll.poll.prompt,
            _(poll.kind.label),
            str(poll.state.label),
            len(poll.rounds),
            ", ".join(str(Entry(entry).label) for entry in poll.entries),
            poll.n_ballots,
            poll.n_aside,
        )
        for poll in results.polls
    )
    return Table(header, tuple(lines), frozenset())


def _write_sheet(book: Workbook, sheet: Worksheet, table: Table) -> None:
    bold, percent = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "0.0%"})
    for column, name in enumerate(table.header):
        sheet.write_string(0, column, name, bold)
        texts = [str(line[column] or "") for line in table.lines]
        sheet.set_column(column, column, min(WIDEST, max(map(len, [name, *texts])) + 2))
    for row, line in enumerate(table.lines, start=1):
        for column, cell in enumerate(line):
            if isinstance(cell, str):
                sheet.write_string(row, column, cell)
            elif cell is not None:
                sheet.write_number(row, column, cell, percent if column in table.shares else None)
    sheet.freeze_panes(1, 0)
    if table.lines:
        sheet.autofilter(0, 0, len(table.lines), len(table.header) - 1)
