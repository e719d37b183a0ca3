"""What operators watch, for Prometheus. Counted a batch and a timer at a time, never a frame at a time.

Names say what is counted and in what unit; docs/operations/ says what to make of them.
"""

from __future__ import annotations

import os
import resource
from collections import Counter as TallyOf
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from live_polls.errors import PollError

SOCKETS = Gauge("live_polls_sockets", "Open sockets.", multiprocess_mode="livesum")
JOINS = Counter("live_polls_joins", "Snapshots sent to who said hello, resyncs included.")
REFUSED_SOCKETS = Counter("live_polls_refused_sockets", "Sockets refused before they opened, by reason.", ["reason"])
REFUSED_REQUESTS = Counter("live_polls_refused_requests", "Requests cut off on their way in, by reason.", ["reason"])
CLOSES = Counter("live_polls_closes", "Sockets that the server closed, by close code.", ["code"])
PARTICIPANTS = Gauge(
    "live_polls_participants", "Participants in the rooms of this process.", multiprocess_mode="livesum"
)
ROOMS = Gauge("live_polls_live_rooms", "Rooms with listeners.", multiprocess_mode="livesum")
VERSION_LAG = Gauge(
    "live_polls_version_lag",
    "By how many versions the room that is furthest behind is not shown yet.",
    multiprocess_mode="livemax",
)
LOOP_LAG = Gauge("live_polls_loop_lag_seconds", "How late the last timer of the loop was.", multiprocess_mode="livemax")
SHED = Gauge(
    "live_polls_shed",
    "What is given up under load: 0 nothing, 1 reactions, 2 presence too, 3 the rate of screens, 4 live tallies.",
    multiprocess_mode="livemax",
)
FANOUT = Histogram(
    "live_polls_fanout_seconds",
    "Time of one fan-out to all listeners of a room.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)

ACKS = Counter("live_polls_ballots_acknowledged", "Ballots committed and acknowledged, resends included.")
HEARD = Counter("live_polls_questions_heard", "Questions, withdrawals and upvotes committed and acknowledged.")
REFUSALS = Counter("live_polls_refusals", "Messages refused, by error code.", ["code"])
WAITING = Gauge("live_polls_ballots_waiting", "Ballots in the box.", multiprocess_mode="livesum")
WAITED = Gauge(
    "live_polls_ballot_wait_seconds",
    "How long the oldest ballot of the last batch waited.",
    multiprocess_mode="livemax",
)
OLDEST = Gauge(
    "live_polls_oldest_ballot_seconds",
    "How long the oldest ballot that has not been answered has waited: a writer that hangs shows here.",
    multiprocess_mode="livemax",
)
BATCH = Histogram(
    "live_polls_batch_ballots", "Ballots in one transaction.", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
COMMIT = Histogram(
    "live_polls_commit_seconds",
    "Time of one ballot transaction.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

SLOW_DISCONNECTS = Counter("live_polls_slow_disconnects", "Peers let go because they did not read.")
HINTS = Counter("live_polls_hints", "Hints to other processes, by what became of them.", ["result"])
LAYER_UP = Gauge(
    "live_polls_hints_up",
    "1 while hints reach the other processes, 0 while the version poll serves alone.",
    multiprocess_mode="livemin",
)
LAYER_UP.set(1)  # until something could not be told
MEMORY = Gauge("live_polls_resident_bytes", "Memory of the server's processes.", multiprocess_mode="livesum")
FILES = Gauge("live_polls_open_files", "Open files of the process that has most.", multiprocess_mode="livemax")
MAX_FILES = Gauge("live_polls_max_files", "Files that a process may open.", multiprocess_mode="livemin")
RECOUNT_DIFFERENCES = Counter(
    "live_polls_recount_differences", "Counters of closed polls that did not stand where the ballots said."
)


def record_batch(outcomes: Sequence[object], *, seconds: float, waited: float, of_ballots: bool = True) -> None:
    """Note one transaction of the ballot box: how many, how long, how old the oldest was, what became of them."""
    if of_ballots:
        BATCH.observe(len(outcomes))
        COMMIT.observe(seconds)
        WAITED.set(waited)
    refused = TallyOf(outcome.code for outcome in outcomes if isinstance(outcome, PollError))
    for code, n in refused.items():
        REFUSALS.labels(code).inc(n)
    (ACKS if of_ballots else HEARD).inc(len(outcomes) - refused.total())


def measure_process() -> None:
    """Note what the system says of this process; not every system says how much it holds at the moment."""
    own = Path("/proc/self")
    if own.exists():
        MEMORY.set(int((own / "statm").read_text().split()[1]) * resource.getpagesize())
        FILES.set(sum(1 for _ in (own / "fd").iterdir()))
    MAX_FILES.set(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def exposition() -> bytes:
    """All of it as text; of all workers, when there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has types elsewhere
    return generate_latest(registry)
