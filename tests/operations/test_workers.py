"""`serve --workers 2` on PostgreSQL and Redis: one after the other replaced, one killed, and counted together."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.doors import PATIENCE_S, GuardedDoor
from tests.live.driver import Socket
from tests.operations.phones import Phone, right_counts
from tests.operations.rooms import join, load_room
from tests.operations.topology import ask
from tests.real_voters import read_state
from tests.server_process import prepare_server, serving
from tests.stores.processes import children

N_PHONES, N_BALLOTS = 16, 25


@pytest.fixture(scope="module")
def server(tmp_path_factory, store_addresses):
    return prepare_server(tmp_path_factory.mktemp("workers"), **store_addresses, METRICS_TOKEN="")


@pytest.fixture(scope="module")
def supervisor(server):
    with serving(server, "manage.py", "serve", "--workers", "2") as process:
        yield process


def workers(supervisor: subprocess.Popen[bytes]) -> set[int]:
    """The processes that serve; Python's own helper process for them is none."""
    return {pid for pid in children(supervisor.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


async def until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    for _ in range(round(6 * PATIENCE_S / 0.1)):
        if is_so():
            return
        with pytest.raises(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, 0.1)
    raise AssertionError("It did not come to pass")


async def vote_through(server, room, deed):
    """Phones vote all the while, and more when needed, until `deed` is done."""
    n_acks, enough = 0, asyncio.Event()

    def on_ack():
        nonlocal n_acks
        n_acks += 1
        if n_acks == N_PHONES:
            enough.set()

    door = GuardedDoor(server.url)
    phones = [Phone(door, room, join(server.url, room), 10**6, n, on_ack) for n in range(N_PHONES)]
    async with asyncio.timeout(12 * PATIENCE_S), asyncio.TaskGroup() as hall:
        for phone in phones:
            hall.create_task(phone.vote())
        await enough.wait()
        await deed()
        for phone in phones:
            phone.n_ballots = phone.seq + N_BALLOTS
    return phones


def assert_nothing_is_lost(server, room, phones):
    [poll] = read_state(server.url, room["join_code"])["polls"]
    assert poll["tally"] == {"n_ballots": N_PHONES, "counts": right_counts(phones)}
    recounted = server.manage("recount")
    assert (recounted.returncode, recounted.stdout) == (0, "Every tally is what its ballots say.\n")


async def test_sighup_replaces_one_worker_after_the_other_and_nothing_is_lost(server, supervisor):
    room, before = load_room(server), workers(supervisor)
    assert len(before) == 2

    async def restart():
        supervisor.send_signal(signal.SIGHUP)
        await until(lambda: not workers(supervisor) & before, supervisor)

    phones = await vote_through(server, room, restart)

    assert len(workers(supervisor)) == 2
    assert any(phone.n_lives > 1 for phone in phones)
    assert_nothing_is_lost(server, room, phones)


async def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost(server, supervisor):
    room, before = load_room(server), workers(supervisor)
    victim = min(before)

    async def kill():
        os.kill(victim, signal.SIGKILL)
        await until(lambda: victim not in workers(supervisor) and len(workers(supervisor)) == 2, supervisor)

    phones = await vote_through(server, room, kill)

    assert_nothing_is_lost(server, room, phones)


async def test_metrics_are_those_of_all_workers_that_live(server, supervisor):
    room, door, n_before = load_room(server), GuardedDoor(server.url), measured(server)
    lines = [await door.open(f"/ws/rooms/{room['join_code']}") for _ in range(12)]
    for line in lines:
        await Socket(line).hello(role="stage")

    await until(lambda: measured(server)["live_polls_sockets"] == 12, supervisor)
    now = measured(server)
    assert now["live_polls_joins_total"] - n_before.get("live_polls_joins_total", 0) == 12
    assert now["live_polls_hints_up"] == 1
    for line in lines:
        await line.hang_up()
    await until(lambda: measured(server)["live_polls_sockets"] == 0, supervisor)


async def test_what_was_counted_stays_counted_when_a_worker_goes_and_its_sockets_do_not(server, supervisor):
    acknowledged, n_before = "live_polls_ballots_acknowledged_total", measured(server)
    phones = await vote_through(server, load_room(server), deed=at_once)
    counted = measured(server)[acknowledged]
    assert counted - n_before.get(acknowledged, 0) >= sum(phone.seq for phone in phones)

    os.kill(victim := min(workers(supervisor)), signal.SIGKILL)
    await until(lambda: victim not in workers(supervisor) and len(workers(supervisor)) == 2, supervisor)

    assert measured(server)[acknowledged] == counted
    await until(lambda: measured(server)["live_polls_sockets"] == 0, supervisor)


async def at_once() -> None:
    """Nothing happens while they vote."""


def measured(server) -> dict[str, float]:
    """What /metrics says, by name and labels."""
    lines = ask(f"{server.url}/metrics").body.decode().splitlines()
    pairs = [line.rpartition(" ")[::2] for line in lines if not line.startswith("#")]
    return {name: float(value) for name, value in pairs}
