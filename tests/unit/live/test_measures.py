"""What operators are told, beyond counters that speak for themselves."""

from __future__ import annotations

import re
import threading
from pathlib import Path

from prometheus_client.registry import REGISTRY

from live_polls.domain.ballots import Cast
from live_polls.live import metrics
from live_polls.live.ballot_box import BallotBox
from tests.server_process import ROOT

PATIENCE = 10
WATCH = (ROOT / "docs" / "operations" / "watch.md").read_text("utf-8")


def test_each_measure_is_explained_to_operators():
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("live_polls_")}

    assert set(re.findall(r"^\| `(live_polls_\w+?)(?:_total)?`", WATCH, re.MULTILINE)) == ours


def test_a_writer_that_hangs_shows_as_a_ballot_that_grows_old():
    writing, gate = threading.Event(), threading.Event()

    def write(casts):
        writing.set()
        assert gate.wait(PATIENCE)
        return [None for _ in casts]

    box = BallotBox(write)
    assert box.age() == 0.0
    waiter = threading.Thread(target=box.cast_and_wait, args=[Cast(1, "alice", "poll", 1, 1, None)])
    waiter.start()
    assert writing.wait(PATIENCE)
    young = box.age()
    assert 0 < young < (older := box.age()) < PATIENCE, older
    gate.set()
    waiter.join(PATIENCE)
    assert not waiter.is_alive()
    assert box.drain(PATIENCE)
    assert box.age() == 0.0


def test_the_process_says_what_it_holds():
    metrics.measure_process()

    assert sample("live_polls_max_files") >= sample("live_polls_open_files")
    if Path("/proc/self").exists():
        assert sample("live_polls_open_files") > 2
        assert sample("live_polls_resident_bytes") > 2**20


def sample(name: str) -> float:
    value = REGISTRY.get_sample_value(name)
    assert value is not None
    return value
