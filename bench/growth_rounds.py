"""People who have not voted vote in a poll that others have filled: what one such ballot costs the server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter

from bench.crowd import Crowd, CrowdError
from bench.phone import Phone
from bench.target import Target
from bench.wire import Poll

ACK_SECONDS = 20.0
# The last tally is on its way when the last acknowledgement has come.
SETTLE_SECONDS = 0.3


async def cast_first_ballots(
    target: Target, crowd: Crowd, phones: Sequence[Phone], poll: Poll, *, n_options: int
) -> float:
    """Let some of the crowd vote at once with all screens listening; return the CPU µs a ballot."""
    n_missing, done = len(phones), asyncio.Event()

    def on_ack(phone: Phone, payload: bytes) -> None:
        nonlocal n_missing
        phone.acknowledge()
        n_missing -= 1
        if not n_missing:
            done.set()

    crowd.on_ack = on_ack
    cpu, now = target.process.cpu_seconds(), perf_counter()
    for phone in phones:
        phone.cast(poll.code.encode(), round_=poll.round, option=phone.number % n_options + 1, at=now)
    try:
        await asyncio.wait_for(done.wait(), ACK_SECONDS)
    except TimeoutError:
        raise CrowdError(
            f"{n_missing} of {len(phones)} ballots were not acknowledged, {dict(crowd.refusals)}"
        ) from None
    finally:
        crowd.on_ack = None
    await asyncio.sleep(SETTLE_SECONDS)
    return (target.process.cpu_seconds() - cpu) / len(phones) * 1e6
