"""What may happen to servers, to lines and to people at once. Each comes back healed."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing

from tests.fault import crashing, narrow
from tests.fault.bad_line import bad_lines
from tests.fault.history import now
from tests.fault.node import CRASHABLE, NARROW, Node, Program
from tests.fault.phone import Phone
from tests.fault.run import Run
from tests.fault.stand import SqliteStand
from tests.stores.processes import send

DIES_WITHIN_S = 10.0
COME_BACK_WITHIN_S = 30.0
N_SNAPSHOTS = 8  # of this room: more than a narrow connection and its server keep


async def kill_node(run: Run, node: Node) -> None:
    """kill -9 of a server with all its processes, and a new start a little later."""
    await run.kill(f"kill {node.name}", node.kill)
    await asyncio.sleep(run.rng.uniform(0, 0.5))
    await asyncio.to_thread(node.start)


async def kill_any_node(run: Run) -> None:
    await kill_node(run, run.rng.choice(run.stand.nodes))


async def kill_worker(run: Run) -> None:
    """kill -9 of one of two workers; their supervisor starts another."""
    node = next(node for node in run.stand.nodes if node.workers > 1)
    pid = run.rng.choice(node.worker_pids())
    await run.kill("kill worker", lambda: send(pid, signal.SIGKILL))
    while len([worker for worker in node.worker_pids() if worker != pid]) < node.workers:
        await asyncio.sleep(0.1)


async def restart_nodes(run: Run) -> None:
    """SIGTERM and start, one server after the other, as an upgrade does; each ends within the promised time."""
    for node in run.stand.nodes:
        await run.ballots_on_the_way()
        run.note(f"end {node.name}")
        await asyncio.to_thread(node.end)
        await asyncio.to_thread(node.start)


async def pause_node(run: Run) -> None:
    """SIGSTOP in mid-air, locks held or not; and on as if nothing had been."""
    node = run.rng.choice(run.stand.nodes)
    await run.ballots_on_the_way()
    run.note(f"pause {node.name}")
    node.signal(signal.SIGSTOP)
    await asyncio.sleep(run.rng.uniform(0.5, 2.5))
    node.signal(signal.SIGCONT)


async def cut_everybody(run: Run) -> None:
    """The wireless network of the hall restarts."""
    await run.ballots_on_the_way()
    run.note("cut everybody")
    for phone in run.phones:
        phone.cut()
    await asyncio.sleep(0.5)


async def abandon_half(run: Run) -> None:
    """Half of the connections are half-open from now on."""
    await run.ballots_on_the_way()
    run.note("abandon half")
    for phone in run.phones[::2]:
        phone.abandon()
    await asyncio.sleep(0.5)


async def bad_network(run: Run) -> None:
    """Everybody comes back over lines that take 300 ms there and back, lose packets, and break."""
    await run.ballots_on_the_way()
    run.note("bad network")
    async with bad_lines(run.stand.addresses, run.rng) as urls:
        run.hall.addresses = urls
        for phone in run.phones:
            phone.cut()
        await asyncio.sleep(run.rng.uniform(2, 4))
        run.hall.addresses = run.stand.addresses


async def deafen_some(run: Run) -> None:
    """A third reads nothing for so long that what is newer is kept back from them; half of those for too long.

    The others do so again until the end of the burst: nothing comes later that would hide what they were not told.
    """
    node, deaf = run.stand.nodes[-1], run.phones[::3]
    await _restarted(node, NARROW)
    run.hall.addresses = [node.url]
    for phone in deaf:
        phone.is_narrow = True
        phone.cut()
    await asyncio.sleep(0.2)
    async with asyncio.timeout(COME_BACK_WITHIN_S):
        while not all(phone.is_gone or phone.is_connected for phone in deaf):
            await asyncio.sleep(0.05)
    run.hall.addresses = run.stand.addresses
    await run.ballots_on_the_way()
    run.note("deafen some")
    for phone in deaf:
        phone.is_narrow = False
    await _deafen(deaf)
    await asyncio.sleep(narrow.SLOW_SECONDS / 4)
    for phone in deaf[::2]:
        phone.is_deaf = False
    await asyncio.sleep(narrow.SLOW_SECONDS)
    for phone in deaf:
        phone.is_deaf = False
    await _deafen(deaf[::2])


async def _deafen(phones: Sequence[Phone]) -> None:
    """They read nothing from now on, and have asked for more than their lines hold."""
    for phone in phones:
        phone.is_deaf = True
    for _ in range(N_SNAPSHOTS):
        await asyncio.gather(*(phone.ask_for_everything() for phone in phones))
        await asyncio.sleep(0.1)  # those who ask while the room is being read are answered once


async def _restarted(node: Node, program: Program) -> None:
    """The node as this program, if it is not."""
    if node.program != program:
        await asyncio.to_thread(node.end)
        await asyncio.to_thread(node.start, program)


def crash_at(point: str) -> Callable[[Run], Awaitable[None]]:
    """Die at a line of the ballot's way."""

    async def crash(run: Run) -> None:
        node = run.stand.nodes[-1]
        await _restarted(node, CRASHABLE)
        await run.ballots_on_the_way()
        crashing.tell(point, node.server.folder)
        deadline = now() + DIES_WITHIN_S
        while node.process.poll() is None:
            assert now() < deadline, f"{node.name} did not come by {point}"
            await asyncio.sleep(0.001)
        run.note(f"crash {point}", kill=True)
        await asyncio.to_thread(node.start, CRASHABLE)

    return crash


async def lock_database(run: Run) -> None:
    """Another process holds the write lock of SQLite."""
    assert isinstance(run.stand, SqliteStand)
    await run.ballots_on_the_way()
    run.note("lock database")
    with closing(sqlite3.connect(run.stand.file, 20, isolation_level=None, check_same_thread=False)) as connection:
        await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
        await asyncio.sleep(run.rng.uniform(0.5, 4))
        connection.execute("ROLLBACK")


async def fill_disk(run: Run) -> None:
    """No file of the server may grow any more."""
    pid = run.stand.nodes[0].process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    await run.ballots_on_the_way()
    run.note("fill disk")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
    await asyncio.sleep(run.rng.uniform(0.5, 3))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


async def kill_postgresql(run: Run) -> None:
    """kill -9 of every process of PostgreSQL, and a new start on the same data."""
    postgresql = run.stand.postgresql
    assert postgresql is not None
    await run.kill("kill postgresql", postgresql.kill)
    await asyncio.sleep(run.rng.uniform(0, 0.5))
    await asyncio.to_thread(postgresql.start_server)


async def pause_postgresql(run: Run) -> None:
    postgresql = run.stand.postgresql
    assert postgresql is not None
    await run.ballots_on_the_way()
    run.note("pause postgresql")
    postgresql.pause()
    await asyncio.sleep(run.rng.uniform(0.5, 4))
    postgresql.resume()


async def end_database_sessions(run: Run) -> None:
    """The database throws everybody out, some in the middle of a transaction."""
    postgresql = run.stand.postgresql
    assert postgresql is not None
    for _ in range(3):
        await run.ballots_on_the_way()
        run.note("end sessions")
        query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        await asyncio.to_thread(postgresql.value, query)
        await asyncio.sleep(run.rng.uniform(0.05, 0.4))


async def read_only_postgresql(run: Run) -> None:
    """A failover: for a while the database answers and takes no writes."""
    postgresql = run.stand.postgresql
    assert postgresql is not None
    await run.ballots_on_the_way()
    run.note("read-only postgresql")
    with postgresql.taking_no_writes():
        await asyncio.sleep(run.rng.uniform(0.5, 4))


async def kill_redis(run: Run) -> None:
    redis = run.stand.redis
    assert redis is not None
    await run.kill("kill redis", redis.kill)
    await asyncio.sleep(run.rng.uniform(0, 2))
    await asyncio.to_thread(redis.start_server)


async def pause_redis(run: Run) -> None:
    redis = run.stand.redis
    assert redis is not None
    await run.ballots_on_the_way()
    run.note("pause redis")
    redis.pause()
    await asyncio.sleep(run.rng.uniform(0.5, 4))
    redis.resume()


async def change_password_of_redis(run: Run) -> None:
    """Every server is thrown out of Redis, and turned away when it comes back."""
    redis = run.stand.redis
    assert redis is not None
    await run.ballots_on_the_way()
    run.note("change password of redis")
    with redis.another_password():
        await asyncio.sleep(run.rng.uniform(0.5, 4))


async def flush_redis(run: Run) -> None:
    redis = run.stand.redis
    assert redis is not None
    await run.ballots_on_the_way()
    run.note("flush redis")
    with redis.client() as client:
        client.flushall()


async def cut_off_from_redis(run: Run) -> None:
    """One server alone loses Redis: its line is cut, or takes everything and passes on nothing."""
    line = run.stand.redis_line
    assert line is not None
    await run.ballots_on_the_way()
    cut = run.rng.random() < 0.5
    run.note("cut off from redis" if cut else "stall the line to redis")
    (line.cut if cut else line.stall)()
    await asyncio.sleep(run.rng.uniform(1, 4))
    line.heal()


EVERYWHERE = {
    "kill_node": kill_any_node,
    "restart_nodes": restart_nodes,
    "pause_node": pause_node,
    "cut_everybody": cut_everybody,
    "abandon_half": abandon_half,
    "bad_network": bad_network,
} | {f"crash_{point}": crash_at(point) for point in crashing.POINTS}
# What is kept back from whom has nothing to do with the store.
ON_SQLITE = EVERYWHERE | {"lock_database": lock_database, "fill_disk": fill_disk, "deafen_some": deafen_some}
ON_POSTGRESQL = EVERYWHERE | {
    "kill_worker": kill_worker,
    "kill_postgresql": kill_postgresql,
    "pause_postgresql": pause_postgresql,
    "end_database_sessions": end_database_sessions,
    "read_only_postgresql": read_only_postgresql,
    "kill_redis": kill_redis,
    "pause_redis": pause_redis,
    "flush_redis": flush_redis,
    "change_password_of_redis": change_password_of_redis,
    "cut_off_from_redis": cut_off_from_redis,
}
OF_STORE = {"sqlite": ON_SQLITE, "postgresql": ON_POSTGRESQL}


def together(*names: str) -> Callable[[Run], Awaitable[None]]:
    """Several faults at the same time."""

    async def strike(run: Run) -> None:
        await asyncio.gather(*(OF_STORE[run.stand.store][name](run) for name in names))

    return strike


def touches(name: str) -> str:
    """What a fault is done to. Two that are done to the same would get into each other's way."""
    for what in ("postgresql", "redis", "database"):
        if what in name:
            return "database" if what == "postgresql" else what
    return "people" if name in {"cut_everybody", "abandon_half", "bad_network"} else "nodes"
