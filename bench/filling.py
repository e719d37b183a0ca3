"""Runs inside the settings of a server: fills single choice polls with ballots of others, a statement a poll."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from live_polls.domain.ballot_rows import TallyChange
    from live_polls.models import Poll

COLUMNS = "INSERT INTO live_polls_ballot (poll_id, round, participant, seq, answer) "
# A participant is a random hash, so that the ballots lie scattered over the index as real ones do.
SQLITE = (
    f"{COLUMNS} WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s) "  # noqa: S608 - constant
    """SELECT %s, %s, lower(hex(randomblob(16))), 1, '{"option":' || (i %% %s + 1) || '}' FROM n"""
)
POSTGRESQL = (
    f"{COLUMNS} SELECT p.id, p.round, md5(random()::text || i), 1, "  # noqa: S608 - constant
    """'{"option":' || (i %% p.n + 1) || '}' FROM generate_series(0, %s - 1) i, """
    "(SELECT %s::bigint id, %s::int round, %s::int n) p"
)


def main() -> None:
    """Fill the polls of a room, in their order, each up to a size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("room", help="slug of the room")
    parser.add_argument("sizes", type=int, nargs="+", help="ballots in each of its polls")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from live_polls.models import Poll  # noqa: PLC0415 - only after django.setup()

    polls = Poll.objects.filter(room__slug=arguments.room).order_by("position")
    for poll, size in zip(polls, arguments.sizes, strict=True):
        fill(poll, size)
    settle()


def fill(poll: Poll, n: int) -> None:
    """Add ballots and their counters until the poll holds `n`."""
    from django.db import connection, transaction  # noqa: PLC0415 - only after django.setup()

    from live_polls.domain.ballot_rows import add_to_tallies  # noqa: PLC0415 - only after django.setup()

    missing = n - poll.ballots.filter(round=poll.round).count()
    if missing <= 0:
        return
    n_options = poll.options.count()
    with transaction.atomic(), connection.cursor() as cursor:
        # A million rows take a while; the limit is for ballots.
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            SQLITE if connection.vendor == "sqlite" else POSTGRESQL, [missing, poll.pk, poll.round, n_options]
        )
        add_to_tallies(_changes(poll, missing, n_options))


def settle() -> None:
    """Let the store do now what it would do in its own time, in the middle of a measurement."""
    from django.db import connection  # noqa: PLC0415 - only after django.setup()

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM (ANALYZE) live_polls_ballot")
            cursor.execute("CHECKPOINT")


def _changes(poll: Poll, n: int, n_options: int) -> list[TallyChange]:
    from live_polls.domain.ballot_rows import TallyChange  # noqa: PLC0415 - only after django.setup()

    counters = {str(number): (n - number) // n_options + 1 for number in range(1, n_options + 1)} | {"n": n}
    return [TallyChange(poll.pk, poll.round, counter, n) for counter, n in sorted(counters.items())]


if __name__ == "__main__":
    main()
