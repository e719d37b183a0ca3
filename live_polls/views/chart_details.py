"""What a chart shows of its options besides numbers: their pictures, and which are right."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext

from live_polls.domain.room_view import PollView
from live_polls.kinds.base import OTHER_WORD, Chart, Row


def with_details(chart: Chart, poll: PollView, *, revealed: bool) -> Chart:
    """The chart with pictures; what is right is marked only where it is `revealed`, and is not in it at all before."""
    rows = tuple(replace(row, text=gettext(OTHER_WORD)) if _is_other(row) else row for row in chart.rows)
    if not (poll.option_pictures or poll.right):
        return replace(chart, rows=rows)
    rows = tuple(
        replace(row, picture=poll.option_pictures.get(row.number), is_right=revealed and row.number in poll.right)
        for row in rows
    )
    return replace(chart, rows=rows)


def _is_other(row: Row) -> bool:
    """Whether the row is of what people name besides the options; a question without options has a row 0, too."""
    return row.number == 0 and row.text == OTHER_WORD
