"""Five times what one process can write: it says so, gives up what is missed least, and is well again afterwards."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from live_polls.domain.participants import new_token
from live_polls.live.load import Shed
from tests.live.doors import PATIENCE_S
from tests.live.driver import Message, Socket, ballot, joined
from tests.live.installations import Installation
from tests.memory import rss_mb
from tests.server_process import serving

# At most 5 ballots each 50 ms are written, and at most 200 wait: 2 s of work.
SLOW_DISK = ("0.05", "live.ballot_box.MAX_BATCH=5", "live.ballot_box.MAX_WAITING=200")
N_PHONES = 50
N_CASTS = 40  # of each, one each 100 ms: 500 ballots a second
PAUSE_S = 0.1
MOST_GROWTH_MB = 60


@dataclass(slots=True)
class Phone:
    """Casts one ballot after the other without waiting for answers."""

    socket: Socket
    participant: str
    answers: dict[int, Message] = field(default_factory=dict)

    async def cast(self, installation: Installation) -> None:
        for seq in range(1, N_CASTS + 1):
            await self.socket.send(ballot(installation.poll, {"option": 1 + seq % 3}, seq=seq, id=str(seq)))
            await asyncio.sleep(PAUSE_S)
        for seq in range(1, N_CASTS + 1):
            self.answers[seq] = await self.socket.answer(str(seq))

    @property
    def acked(self) -> list[int]:
        return [seq for seq, answer in self.answers.items() if answer["type"] == "ack"]

    def refused(self, code: str) -> list[Message]:
        return [answer for answer in self.answers.values() if answer.get("code") == code]


@asynccontextmanager
async def phones(installation: Installation) -> AsyncIterator[list[Phone]]:
    async with AsyncExitStack() as people:
        seated = []
        for _ in range(N_PHONES):
            token = new_token(installation.room.pk)
            socket = await people.enter_async_context(joined(installation.door, installation.room, token=token))
            seated.append(Phone(socket, installation.ballot_key(token)))
        yield seated


async def shed(installation: Installation) -> int:
    """What the server gives up now, as /metrics says it."""
    text = (await installation.door.request("GET", "/metrics")).body.decode()
    found = re.search(r"^live_polls_shed (\S+)$", text, re.MULTILINE)
    assert found is not None
    return int(float(found[1]))


async def test_five_times_too_much_is_refused_politely_and_leaves_nothing_behind(installation: Installation):
    with serving(installation.server, "-m", "tests.live.slow_disk", *SLOW_DISK, "serve") as process:
        async with phones(installation) as crowd, joined(installation.door, installation.room) as watcher:
            before = rss_mb(process.pid)
            storm = asyncio.gather(*(phone.cast(installation) for phone in crowd))
            levels, has_come = [], False
            while not storm.done():
                levels.append(await shed(installation))
                if levels[-1] >= Shed.PRESENCE and not has_come:
                    await somebody_comes(installation)
                    has_come = True
                await asyncio.wait({storm}, timeout=0.1)
            await storm
            grown = rss_mb(process.pid) - before

            # It recovers by itself: screens are right, nothing is given up any more, and a vote counts at once.
            counted = installation.ballots()
            counts = Counter(str(json.loads(answer)["option"]) for _, answer in counted.values())
            await watcher.next("tally.changed", where=lambda message: +Counter(message["tally"]["counts"]) == counts)
            async with asyncio.timeout(PATIENCE_S):
                while await shed(installation):
                    await asyncio.sleep(0.05)
            again = await crowd[0].socket.cast(installation.poll, {"option": 1}, seq=N_CASTS + 1)

    stored = installation.ballots()
    for phone in crowd:
        seq, answer = stored[phone.participant]
        assert seq >= max(phone.acked)
        assert phone is crowd[0] or json.loads(answer) == {"option": 1 + seq % 3}
        assert phone is crowd[0] or phone.answers[seq]["type"] == "ack"  # what was answered busy was not written
    busy = [answer["retry_ms"] for phone in crowd for answer in phone.refused("busy")]
    assert len(busy) > N_PHONES
    assert max(busy) > 1500  # the more are refused, the later they come back
    assert {answer["code"] for phone in crowd for answer in phone.answers.values() if answer["type"] == "error"} <= {
        "busy", "stale", "rate_limited",
    }  # fmt: skip
    assert max(levels) >= Shed.PRESENCE
    assert again["type"] == "ack"
    assert grown < MOST_GROWTH_MB


async def somebody_comes(installation: Installation) -> None:
    """In the middle of it; who gets a snapshot all the same."""
    async with joined(installation.door, installation.room) as late:
        assert late.snapshot["polls"]
