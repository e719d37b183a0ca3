"""The box that ballots are cast into, and questions and upvotes: a bounded queue and ONE writer thread a process.

Group commit without a timer: while one transaction runs, ballots gather; the next takes all that wait, up to
MAX_BATCH. Alone a ballot is written at once; in a storm one commit carries hundreds. Outcomes leave after commit
only. A full box refuses at once and never blocks the loop, and asks the refused to come back the later the more of
them there are; a ballot that waited past its deadline is refused before it is written, so `busy` always means that
nothing was. Where nobody can know, because the database went while it committed, the answer is `internal`: send the
same again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError, connections
from django.db.utils import InternalError as DatabaseInternalError

from live_polls.domain.ballots import Cast, CommitUnknownError, Counted, cast_batch
from live_polls.domain.questions import Deed, Heard, hear_batch
from live_polls.errors import BusyError, InternalError, PollError
from live_polls.live import metrics
from live_polls.live.own_connection import let_go

logger = logging.getLogger(__name__)

MAX_BATCH = 500
MAX_WAITING = 5000
DEADLINE_SECONDS = 5.0
BUSY_RETRY_MS = 1000
LONGEST_RETRY_MS = 10_000
STOP_SECONDS = 3.0

# What phones send in numbers: ballots, and what they say about questions.
Said = Cast | Deed
Outcome = Counted | Heard | PollError
Deliver = Callable[[Outcome], None]
Batch = Callable[[Sequence[Any]], Sequence[Outcome]]


# Busy, away, restarting, or (in a failover) no longer the one that takes writes: not the ballots' fault.
_DATABASE_TROUBLE = (OperationalError, InterfaceError, DatabaseInternalError, CommitUnknownError)


class _Waiting(NamedTuple):
    cast: Said
    deliver: Deliver
    loop: asyncio.AbstractEventLoop | None
    since: float


class BallotBox:
    """Start it lazily by the first cast; stop it with `drain`. Thread-safe."""

    def __init__(self, write: Batch = cast_batch, hear: Batch = hear_batch) -> None:
        self._write = write
        self._hear = hear
        self._waiting: deque[_Waiting] = deque()
        self._arrived = threading.Condition()
        self._thread: threading.Thread | None = None
        self._draining = False
        self._oldest: float | None = None
        self._n_refused = 0  # since there was room for everybody: they stand before the door and will come back

    def __len__(self) -> int:
        return len(self._waiting)

    def age(self) -> float:
        """How many seconds the oldest ballot that has not been answered has waited; being written counts."""
        with self._arrived:
            since = self._oldest if self._oldest is not None else self._waiting[0].since if self._waiting else None
        return 0.0 if since is None else time.monotonic() - since

    def cast(self, cast: Said, deliver: Deliver, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Put a ballot in; `deliver` is called with its outcome in `loop`, that of the caller, exactly once.

        Who knows the loop says it: to ask for it costs a call of the operating system.
        """
        self._put(_Waiting(cast, deliver, loop or asyncio.get_running_loop(), time.monotonic()))

    def cast_and_wait(self, cast: Said) -> Outcome:
        """Put a ballot in and wait, for callers in threads; a deadline bounds the wait."""
        future: Future[Outcome] = Future()
        self._put(_Waiting(cast, future.set_result, None, time.monotonic()))
        try:
            return future.result(timeout=DEADLINE_SECONDS * 2)
        except TimeoutError:
            # The transaction may still commit: `internal` says "send the same again", `busy` would say "not written".
            return InternalError()

    async def cast_and_await(self, cast: Said) -> Outcome:
        """Put a ballot in and await its outcome."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.cast(cast, lambda outcome: None if future.done() else future.set_result(outcome))
        return await future

    def drain(self, seconds: float = STOP_SECONDS) -> bool:
        """Refuse new casts, write what waits, end the thread. Whether all was written in time. Repeatable."""
        with self._arrived:
            self._draining = True
            self._arrived.notify()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _put(self, waiting: _Waiting) -> None:
        with self._arrived:
            refused = self._draining or len(self._waiting) >= MAX_WAITING
            if refused:
                self._n_refused += 1
            else:
                self._waiting.append(waiting)
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name="ballot-writer", daemon=True)
                    self._thread.start()
                self._arrived.notify()
        if refused:
            waiting.deliver(self._busy())

    def _busy(self) -> BusyError:
        """Come back after a second, and one more for each boxful of those who were told the same."""
        retry_ms = min(LONGEST_RETRY_MS, BUSY_RETRY_MS * (1 + self._n_refused / max(1, MAX_WAITING)))
        return BusyError(retry_ms=round(retry_ms * random.uniform(0.5, 1.5)))  # noqa: S311 -- jitter, no secret

    def _run(self) -> None:
        try:
            while batch := self._take():
                self._settle(batch)
                self._oldest = None
        finally:
            connections.close_all()

    def _take(self) -> list[_Waiting]:
        """All that wait, up to a batch; blocks while there is nothing; empty when drained."""
        with self._arrived:
            while not self._waiting and not self._draining:
                self._arrived.wait()
            self._oldest = self._waiting[0].since if self._waiting else None
            n = min(len(self._waiting), MAX_BATCH)
            if n == len(self._waiting):
                self._n_refused = 0
            return [self._waiting.popleft() for _ in range(n)]

    def _settle(self, batch: list[_Waiting]) -> None:
        """Answer everybody in the batch: those who waited too long at once, the others when they are counted."""
        too_late = time.monotonic() - DEADLINE_SECONDS
        late = [waiting for waiting in batch if waiting.since < too_late]
        _deliver(late, [self._busy() for _ in late])
        in_time = [waiting for waiting in batch if waiting.since >= too_late] if late else batch
        ballots = [waiting for waiting in in_time if isinstance(waiting.cast, Cast)]
        # Each in a transaction of its own, so that a question never makes a ballot wait for another lock.
        if ballots:
            _deliver(ballots, self._count(ballots, self._write))
        if len(ballots) < len(in_time):
            deeds = [waiting for waiting in in_time if not isinstance(waiting.cast, Cast)]
            _deliver(deeds, self._count(deeds, self._hear))

    def _count(self, batch: list[_Waiting], write: Batch) -> Sequence[Outcome]:
        """One outcome a ballot. A mistake of ours must not end the one thread that writes."""
        started = time.monotonic()
        try:
            outcomes = self._outcomes([waiting.cast for waiting in batch], batch[0].since, write)
            seconds, waited = time.monotonic() - started, started - batch[0].since
            metrics.record_batch(outcomes, seconds=seconds, waited=waited, of_ballots=write is self._write)
            if len(outcomes) == len(batch):
                return outcomes
            logger.error("%s outcomes for %s ballots", len(outcomes), len(batch))
        except Exception:
            logger.exception("A batch of ballots could not be counted")
            let_go()
        return [InternalError() for _ in batch]

    def _outcomes(self, casts: Sequence[Said], since: float, write: Batch) -> Sequence[Outcome]:
        """Write until it is done or too late: again with jitter when the database is busy, by halves when one
        ballot is poison, so that it fails alone."""
        pause, may_be_counted = 0.005, False
        while True:
            try:
                return write(casts)
            except _DATABASE_TROUBLE as error:
                let_go()
                may_be_counted = may_be_counted or isinstance(error, CommitUnknownError)
                if time.monotonic() + pause > since + DEADLINE_SECONDS:
                    logger.error("Ballots were refused as busy: %s", error)  # noqa: TRY400 -- the trace says nothing
                    return [InternalError() if may_be_counted else self._busy() for _ in casts]
                threading.Event().wait(pause * random.uniform(0.5, 1.5))  # noqa: S311 -- jitter, no secret
                pause = min(pause * 2, 0.5)
            except Exception:
                if len(casts) == 1:
                    logger.exception("A ballot could not be counted")
                    return [InternalError()]
                half = len(casts) // 2
                return [*self._outcomes(casts[:half], since, write), *self._outcomes(casts[half:], since, write)]


def _deliver(batch: Sequence[_Waiting], outcomes: Sequence[Outcome]) -> None:
    """Hand out the outcomes: one call into each event loop, however many ballots it waits for."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Deliver, Outcome]]] = {}
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if waiting.loop is None:
            _deliver_here([(waiting.deliver, outcome)])
        else:
            by_loop.setdefault(waiting.loop, []).append((waiting.deliver, outcome))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_deliver_here, pairs)
        except RuntimeError:  # the loop has closed: whoever waited is gone, and may ask again
            logger.debug("%s outcomes for a closed loop", len(pairs))


def _deliver_here(pairs: Sequence[tuple[Deliver, Outcome]]) -> None:
    for deliver, outcome in pairs:
        try:
            deliver(outcome)
        except Exception:
            logger.exception("An outcome could not be delivered")


_box: BallotBox | None = None
_box_lock = threading.Lock()


def get_box() -> BallotBox:
    """The box of this process."""
    global _box
    if (box := _box) is not None:
        return box
    with _box_lock:
        if _box is None:
            _box = BallotBox()
        return _box


def drop_box() -> None:
    """Drain the box of this process and forget it; the next cast makes another."""
    global _box
    with _box_lock:
        box, _box = _box, None
    if box is not None:
        box.drain()
