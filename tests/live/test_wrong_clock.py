"""The clock of the server's machine is set while people vote: what counts is the database's."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.live.driver import joined
from tests.live.installations import Installation
from tests.server_process import serving

HOUR = 3600
SECONDS = 5
GRACE_SECONDS = 2
HURRY = f"""
[room]
slug = "hurry"
title = "Hurry"
[[polls]]
kind = "single_choice"
prompt = "Before the time runs out?"
options = ["Yes", "No", "Later"]
seconds = {SECONDS}
state = "open"
"""


def set_clock(file: Path, seconds: int) -> None:
    """In one step, so that nobody reads half of it."""
    written = file.with_suffix(".new")
    written.write_text(str(seconds))
    written.replace(file)


async def test_a_countdown_ends_when_it_should_though_the_clock_of_the_server_is_set_twice(
    installation: Installation, tmp_path: Path
):
    file, door = tmp_path / "clock", installation.door
    set_clock(file, 0)
    with serving(installation.server, "-m", "tests.live.wrong_clock", str(file), "serve"):
        room, poll = await asyncio.to_thread(installation.load, HURRY)
        async with joined(door, room) as voter:
            answers, told = [], []
            for seq, jump in enumerate((3 * HOUR, -3 * HOUR), start=1):
                set_clock(file, jump)
                answers.append(await voter.cast(poll, {"option": seq}, seq=seq))
                told.append((await voter.hello())["now"] - time.time())
            deadline = voter.snapshot["polls"][0]["deadline"]
            await voter.next("poll.changed", where=lambda message: message["poll"]["state"] == "closed")
            late_by = time.time() - deadline - GRACE_SECONDS
            late = await voter.cast(poll, {"option": 3}, seq=3)
            final = await voter.hello()

    assert [answer["type"] for answer in answers] == ["ack", "ack"], answers
    assert max(map(abs, told)) < 1
    assert 0 < late_by < 5
    assert late["code"] == "closed"
    assert final["polls"][0]["tally"]["counts"] == {"1": 0, "2": 1, "3": 0}
