"""SIGTERM: what was acknowledged is there, everybody is told to come back, and nobody can hold the server up."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
import time
from dataclasses import dataclass, field
from subprocess import Popen
from urllib.parse import urlsplit

from live_polls.domain.participants import new_token
from live_polls.models import Poll, Room
from tests.live.doors import PATIENCE_S, ClosedError, GuardedDoor
from tests.live.driver import Message, Socket, ballot, joined
from tests.live.installations import Installation, await_end
from tests.live.raw import raw_socket, text
from tests.server_process import ServerProcess, serving

EXIT_WITHIN_S = 12.0  # what the product promises, whatever peers do
N_VOTERS = 20


@dataclass(slots=True)
class Voter:
    """Changes a ballot as fast as it is acknowledged, until the server is gone."""

    token: str
    acked: int = 0
    sent: int = 0
    farewell: Message = field(default_factory=dict)
    code: int = 0

    async def vote(self, door: GuardedDoor, room: Room, poll: Poll, enough: asyncio.Event) -> None:
        async with joined(door, room, token=self.token) as socket:
            try:
                while True:
                    self.sent += 1
                    answer = await socket.cast(poll, {"option": 1 + self.sent % 3}, seq=self.sent)
                    if answer["type"] == "ack":
                        self.acked = self.sent
                    else:
                        assert answer["code"] in {"busy", "rate_limited"}, answer
                        await asyncio.sleep(answer["retry_ms"] / 1000)  # as told
                    if self.sent == 25:
                        enough.set()
            except ClosedError as closed:
                self.code = closed.code
            self.farewell = next((message for message in map(json.loads, socket.heard) if message["type"] == "bye"), {})


async def test_what_was_acknowledged_is_there_and_everybody_is_told_when_to_come_back(installation: Installation):
    voters = [Voter(new_token(installation.room.pk)) for _ in range(N_VOTERS)]
    enough = asyncio.Event()
    with serving(installation.server) as process:
        votes = asyncio.gather(
            *(voter.vote(installation.door, installation.room, installation.poll, enough) for voter in voters)
        )
        await enough.wait()
        seconds = await _terminate(process)
        await votes

    assert seconds < EXIT_WITHIN_S
    assert {voter.code for voter in voters} == {1012}
    assert all(500 <= voter.farewell["retry_ms"] <= 5000 for voter in voters)
    assert len({voter.farewell["retry_ms"] for voter in voters}) > N_VOTERS / 2
    stored = installation.ballots()
    for voter in voters:
        seq, answer = stored[installation.ballot_key(voter.token)]
        assert voter.acked <= seq <= voter.sent
        assert answer == f'{{"option":{1 + seq % 3}}}'
    recounted = installation.server.manage("recount")
    assert recounted.returncode == 0, recounted.stdout


async def test_casts_are_refused_as_busy_while_the_box_is_emptied(installation: Installation):
    room, poll = installation.room, installation.poll
    with serving(installation.server) as process:
        async with joined(installation.door, room) as early, joined(installation.door, room) as late:
            with installation.locked():
                await early.send(ballot(poll, {"option": 1}, id="early"))
                await early.fence()  # it is in the box now, and cannot be written
                process.send_signal(signal.SIGTERM)
                await _nobody_listens(installation.server)
                refused, seq = await _first_refusal(late, poll)
            ack = await early.answer("early")
            await late.next("bye")
            assert await late.closed() == 1012
            await asyncio.to_thread(await_end, process, EXIT_WITHIN_S)

    assert (refused["code"], refused["retry_ms"] > 0) == ("busy", True)
    assert ack["type"] == "ack"
    seqs = sorted(seq for seq, _ in installation.ballots().values())
    assert seqs[0] == 1
    assert len(seqs) <= 2
    assert seqs[-1] <= max(1, seq - 1)  # nothing was written for the one that was refused


async def test_a_ballot_that_waits_for_a_database_that_is_held_is_not_lost_and_not_falsely_acknowledged(
    installation: Installation,
):
    """Longer than the server may take to end: it goes without an answer, and the phone sends the ballot again."""
    room, poll, token = installation.room, installation.poll, new_token(installation.room.pk)
    with serving(installation.server) as process, installation.locked():
        async with joined(installation.door, room, token=token) as voter:
            await voter.send(ballot(poll, {"option": 1}, id="mine"))
            await voter.fence()
            seconds = await _terminate(process)
            assert await voter.closed() == 1012
            assert '"ack"' not in "".join(voter.heard)
        assert seconds < EXIT_WITHIN_S

    assert installation.ballots() == {}
    with serving(installation.server):
        async with joined(installation.door, room, token=token) as again:
            assert (await again.cast(poll, {"option": 1}))["type"] == "ack"


async def test_peers_that_never_read_hold_nobody_up(installation: Installation):
    room, patient = installation.wide, "live.guarded_protocol.SLOW_SECONDS=3600"
    with serving(installation.server, "-m", "tests.live.hasty", patient, "serve") as process:
        async with (
            joined(installation.door, room) as reader,
            raw_socket(installation.server.url, f"/ws/rooms/{room.join_code}", receive_buffer=4096) as deaf,
            raw_socket(installation.server.url, f"/ws/rooms/{room.join_code}", receive_buffer=4096) as mute,
        ):
            for socket in (deaf, mute):
                await socket.send(text({"type": "hello", "token": new_token(room.pk)}))
            await reader.next("presence.changed", where=lambda message: message["presence"] == 3)
            seconds = await _terminate(process)
            assert await reader.closed() == 1012

    assert seconds < EXIT_WITHIN_S
    assert "timeout graceful shutdown exceeded" not in installation.server.said


async def test_long_polls_are_answered_when_the_server_goes(installation: Installation):
    with serving(installation.server) as process:
        async with joined(installation.door, installation.room) as audience:
            since = f"{audience.snapshot['epoch']}.{audience.snapshot['version']}"
            path = f"/api/v1/rooms/{installation.room.join_code}/state?since={since}"
            waiting = asyncio.create_task(installation.door.request("GET", path))
            for _ in range(3):  # requests that come later and are answered at once: the first waits by now
                await installation.door.request("GET", path.partition("=")[0] + "=unknown.0")
            seconds = await _terminate(process)
            answer = await waiting

    assert answer.status == 200
    assert answer.json["version"] == audience.snapshot["version"]
    assert seconds < EXIT_WITHIN_S


async def _nobody_listens(server: ServerProcess) -> None:
    """Return when the server takes no new connections: it is on its way down."""
    port = urlsplit(server.url).port
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return
        writer.transport.abort()
        await asyncio.sleep(0.01)


async def _first_refusal(socket: Socket, poll: Poll) -> tuple[Message, int]:
    """Cast until that is refused; the refusal, and the `seq` that got it."""
    for seq in itertools.count(1):
        await socket.send(ballot(poll, {"option": 2}, id=f"late {seq}", seq=seq))
        for message in await socket.fence():
            if message["type"] == "error":
                return message, seq
    raise AssertionError("unreachable")


async def _terminate(process: Popen[bytes]) -> float:
    """End it with SIGTERM; how many seconds it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(await_end, process, EXIT_WITHIN_S + PATIENCE_S)
    return time.monotonic() - began
