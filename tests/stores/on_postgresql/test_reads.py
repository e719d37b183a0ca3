"""What a read of a room sees on PostgreSQL, and what it keeps nobody from doing."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import DatabaseError, connection

from live_polls.domain.ballots import cast_batch
from live_polls.domain.snapshot import consistent_read
from live_polls.models import Room, Tally
from tests.factories import make_cast, make_poll
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def ask(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def test_a_consistent_read_is_repeatable_and_writes_nothing():
    with consistent_read():
        assert ask("SHOW transaction_isolation") == "repeatable read"
        assert ask("SHOW transaction_read_only") == "on"

    assert ask("SHOW transaction_isolation") == "read committed"


def test_nothing_can_be_written_inside():
    with pytest.raises(DatabaseError, match="read-only"), consistent_read():
        Room.objects.update(title="Other")

    assert ask("SHOW transaction_read_only") == "off"  # the connection is good for what comes next


def test_ballots_that_are_counted_meanwhile_wait_for_nobody_and_are_not_seen():
    poll = make_poll()

    def stand() -> tuple[int, int]:
        return Room.objects.get(pk=poll.room_id).version, Tally.objects.filter(poll=poll).count()

    with consistent_read():
        before = stand()
        together([partial(cast_batch, [make_cast(poll, {"option": 1})])])
        assert stand() == before

    assert stand() == (before[0] + 1, 2)
