"""What is too much or no message: forgiven now and then, by a clock that the tests turn, and never without end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest
import pytest_asyncio

from live_polls.consumers.base import Socket
from live_polls.live import commands
from live_polls.live.frames import Frame
from live_polls.live.limits import BURST, STRIKES
from tests.unit.live.wires import Wire

EIGHT_HOURS = 8 * 3600.0


class Mute(Socket):
    """Obeys nothing and answers nobody."""

    def answer(self, frame: Frame) -> None:
        pass

    def obey(self, message: commands.ClientMessage) -> None:
        pass


class Clock:
    """A loop that is asked for nothing but the time."""

    now = 1000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def socket(clock: Clock) -> Mute:
    made = Mute({}, cast("Any", Wire()))
    made._loop = cast("asyncio.AbstractEventLoop", clock)
    made._allowance = type(made._allowance)(clock.now)
    return made


def closed(socket: Socket) -> list[int]:
    return cast("Wire", socket.wire).closed


def say(socket: Socket, messages: Iterable[str]) -> None:
    for each in messages:
        socket.hear(each)


PING = '{"type":"ping"}'
BAD_MOMENTS = {"too fast": [PING] * (int(BURST) + 1), "nonsense": ["nonsense"]}


@pytest.mark.parametrize("moment", BAD_MOMENTS.values(), ids=BAD_MOMENTS)
async def test_a_bad_moment_now_and_then_in_eight_hours_is_forgiven(socket: Mute, clock: Clock, moment: list[str]):
    for _ in range(20 * STRIKES):
        clock.now += EIGHT_HOURS / (20 * STRIKES)
        say(socket, moment)

    assert closed(socket) == []


@pytest.mark.parametrize(
    ("moment", "code"), [(BAD_MOMENTS["too fast"], 4429), (BAD_MOMENTS["nonsense"], 4400)], ids=BAD_MOMENTS
)
async def test_who_keeps_at_it_is_let_go_also_when_they_go_slowly(
    socket: Mute, clock: Clock, moment: list[str], code: int
):
    for _ in range(2 * STRIKES):
        clock.now += 4.0
        say(socket, moment)

    assert set(closed(socket)) == {code}
