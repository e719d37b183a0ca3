"""Score again: a host has corrected what is right, or what it is worth.

Beside ballots.py this is all that writes to ballots, and it writes points alone, under the same lock of the poll.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db import transaction

from live_polls.domain import ballot_rows, scoring
from live_polls.domain.ballot_rows import BallotRow, PollRow
from live_polls.domain.versions import bump_board
from live_polls.kinds import KINDS, Kind
from live_polls.kinds.base import Shape
from live_polls.models import Ballot, Poll

ROWS_A_STATEMENT = 500


def rescore(poll: Poll) -> int:
    """Give every ballot of the question what it earns by the poll as it is now; how many earned something else.

    All rounds. Answers and times stay as they are. Repeatable.
    """
    with transaction.atomic():
        ballot_rows.lock_polls([poll.code])
        row = ballot_rows.read_polls([poll.code]).get(poll.code)
        if row is None or not row.points:
            return 0
        right = ballot_rows.read_right([row.id])[row.id]
        settings = json.loads(row.settings) if isinstance(row.settings, str) else row.settings
        kind, shape = KINDS[row.kind], Shape(row.n_options, settings, right)
        changed = [
            ballot._replace(points=points)
            for ballot in _ballots(row.id)
            if (points := _earned(ballot, row, kind, shape)) != ballot.points
        ]
        changed.sort()
        for start in range(0, len(changed), ROWS_A_STATEMENT):
            ballot_rows.write_scored_ballots(changed[start : start + ROWS_A_STATEMENT])
        if changed:
            bump_board(row.room_id)
    return len(changed)


def _earned(ballot: BallotRow, poll: PollRow, kind: Kind, shape: Shape) -> int:
    answer, elapsed = ballot.answer or "", ballot.elapsed_ms or 0
    return scoring.earned(answer, elapsed, round_=ballot.round, poll=poll, kind=kind, shape=shape)


def _ballots(poll_id: int) -> Iterator[BallotRow]:
    rows = Ballot.objects.filter(poll_id=poll_id, answer__isnull=False)
    return map(BallotRow._make, rows.values_list(*BallotRow._fields).iterator())
