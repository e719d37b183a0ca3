"""What a chart shows of its options besides numbers: their pictures, and which are right."""

from __future__ import annotations

from dataclasses import replace

from live_polls.domain.snapshot import PollView
from live_polls.kinds.base import Chart


def with_details(chart: Chart, poll: PollView, *, revealed: bool) -> Chart:
    """The chart with pictures; what is right is marked only where it is `revealed`, and is not in it at all before."""
    if not (poll.option_pictures or poll.right):
        return chart
    rows = (
        replace(row, picture=poll.option_pictures.get(row.number), is_right=revealed and row.number in poll.right)
        for row in chart.rows
    )
    return replace(chart, rows=tuple(rows))
