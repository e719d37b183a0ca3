"""Baseline: the batches of the product's ballot transaction, of a given size, without any socket.

Runs in the product's own settings on a copy of the prepared database, and prints ballots a second, one round a part.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from itertools import count
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from collections.abc import Iterator

    from live_polls.domain.ballots import Cast
    from live_polls.models import Poll

ROUNDS = 3


def main() -> None:
    """Measure, and write the rounds as JSON on standard output."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--participants", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from live_polls.models import Poll  # noqa: PLC0415 - only after django.setup()

    casts = _casts(Poll.objects.get(room__slug="ballots"), arguments.participants)
    size = max(arguments.size, 1)
    rates = [_measure(casts, size=size, seconds=arguments.seconds / ROUNDS) for _ in range(ROUNDS)]
    print(json.dumps(rates))


def _measure(casts: Iterator[Cast], *, size: int, seconds: float) -> float:
    from live_polls.domain.ballots import Counted, cast_batch  # noqa: PLC0415 - only after django.setup()

    n_counted = 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        outcomes = cast_batch([next(casts) for _ in range(size)])
        n_counted += sum(isinstance(outcome, Counted) for outcome in outcomes)
    return n_counted / (time.perf_counter() - started)


def _casts(poll: Poll, n_participants: int) -> Iterator[Cast]:
    """Yield first ballots of everybody, then change after change."""
    from live_polls.domain.ballots import Cast  # noqa: PLC0415 - only after django.setup()

    n_options = poll.options.count()
    for seq in count(1):
        for number in range(n_participants):
            answer = {"option": (number + seq) % n_options + 1}
            yield Cast(poll.room_id, f"{number:032x}", poll.code, 1, seq, answer)


if __name__ == "__main__":
    main()
