"""Processes that want the same rows in every order: nobody waits in a circle, and everything counts once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

from live_polls.domain import lifecycle, polls, versions
from live_polls.domain.tally import recount
from live_polls.models import Ballot, Tally
from tests.factories import make_poll, make_room
from tests.server_process import ROOT
from tests.stores.addresses import stores_in_use
from tests.stores.waits import somebody_holds_a_lock, somebody_waits_for_a_lock, until
from tests.together import together

N_CASTERS, N_HOSTS = 3, 2
N_BATCHES, N_DEEDS = 30, 100

pytestmark = pytest.mark.django_db(transaction=True)


def n_deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_putting_a_poll_on_stage_while_it_is_removed_waits_in_no_circle(monkeypatch):
    """One comes from the room, which must not be locked before the poll that it will point to."""
    room = make_room()
    poll = make_poll(room)

    def wait_and_bump(room_id: int) -> int:
        until(somebody_waits_for_a_lock)
        return versions.bump_layout(room_id)

    def remove() -> None:
        until(somebody_holds_a_lock)
        polls.remove_poll(poll)

    def put() -> None:
        lifecycle.put_on_stage(room, poll)

    lifecycle.put_on_stage(room, None)
    monkeypatch.setattr(lifecycle, "bump_layout", wait_and_bump)
    before = n_deadlocks()

    together([put, remove])

    assert n_deadlocks() == before
    room.refresh_from_db()
    assert room.current is None
    assert not room.polls.exists()


@pytest.mark.parametrize("seed", [2026])
def test_casts_on_overlapping_polls_and_hosts_at_work_never_deadlock(tmp_path, seed):
    for _ in range(3):
        room = make_room()
        for _ in range(3):
            make_poll(room)
    before = n_deadlocks()

    commands = [[str(seed + n), str(N_BATCHES), f"caster-{n}"] for n in range(N_CASTERS)]
    commands += [[str(seed - n - 1), str(N_DEEDS), "host"] for n in range(N_HOSTS)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.stores.caster", *command],
            cwd=ROOT,
            env=os.environ | stores_in_use() | {"DATA_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    said = [process.communicate(timeout=100) for process in processes]

    assert [error for _, error in said if error] == []
    n_counted = sum(int(line) for out, _ in said for line in out.splitlines())
    assert n_counted > N_CASTERS * N_BATCHES * 30  # the others met a newer ballot of the same participant
    assert n_deadlocks() == before
    assert recount() == []
    n_ballots = Ballot.objects.exclude(answer=None).count()
    assert sum(Tally.objects.filter(counter="n").values_list("n", flat=True)) == n_ballots > 0
