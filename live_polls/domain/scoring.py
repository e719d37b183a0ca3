"""What a ballot of a quiz question earns, worked out in the transaction that counts it.

points = the question's points, times how right the answer is (0 to 1, by the kind), times, where it goes by speed, a
factor that falls in a straight line from 1 at once to 1/2 at the end of the countdown (20 s without one) and stays
there. Rounded, halves up; whoever is right at all gets a point. docs/concepts.md has the same in words.
"""

from __future__ import annotations

import json

from live_polls.domain.ballot_rows import BallotKey, BallotRow, PollRow
from live_polls.kinds import Kind
from live_polls.kinds.base import Shape

# From a prompt on the stage to a tap that has reached us, for a person who knew the answer: the same for all, so that
# a slow network costs nobody points.
ALLOWANCE_MS = 1000
# Over this time speed counts where no countdown says so.
UNTIMED_MS = 20_000


def scored(
    key: BallotKey,
    seq: int,
    answer: str | None,
    *,
    poll: PollRow,
    kind: Kind,
    shape: Shape,
    arrived_at: float,
    before: BallotRow | None,
) -> BallotRow:
    """The row of a ballot of a quiz question: how long it took and what it earns; neither when withdrawn.

    `answer` is canonical JSON text, `arrived_at` in Unix seconds. An answer that is sent again as it stood `before`
    keeps its time; a changed one counts from its own arrival.
    """
    if answer is None:
        return BallotRow(*key, seq, None)
    if before is not None and before.answer == answer and before.elapsed_ms is not None:
        elapsed = before.elapsed_ms
    else:
        elapsed = elapsed_ms(poll, arrived_at)
    return BallotRow(
        *key, seq, answer, elapsed, earned(answer, elapsed, round_=key.round, poll=poll, kind=kind, shape=shape)
    )


def elapsed_ms(poll: PollRow, arrived_at: float) -> int:
    """Milliseconds from opening to arrival, less the allowance; never less than 0, whatever the clocks say."""
    if poll.opened_at is None:
        return 0
    elapsed = round((arrived_at - poll.opened_at.timestamp()) * 1000) - ALLOWANCE_MS
    return min(max(0, elapsed), 2**31 - 1)


def earned(answer: str, elapsed: int, *, round_: int, poll: PollRow, kind: Kind, shape: Shape) -> int:
    """The points of an answer (canonical JSON text) in this round that took `elapsed` ms; 0 where nothing is right."""
    how_right = kind.score(json.loads(answer), shape) or 0.0
    if how_right <= 0:
        return 0
    factor = _speed(elapsed, _span_ms(poll, round_)) if poll.by_speed else 1
    return max(1, int(poll.points * min(how_right, 1.0) * factor + 0.5))


def _speed(elapsed: int, span: int) -> float:
    return 1 - min(elapsed, span) / (2 * span)


def _span_ms(poll: PollRow, round_: int) -> int:
    """Over how long speed counts: what the countdown was when the round was opened, whatever a host makes of it since."""
    spans = json.loads(poll.spans) if isinstance(poll.spans, str) else poll.spans
    seconds = spans.get(str(round_), poll.seconds)
    return seconds * 1000 if seconds else UNTIMED_MS
