"""Two nodes on PostgreSQL and Redis behind the shipped proxy, as people meet them."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from tests.live.doors import PATIENCE_S, GuardedDoor, RefusedError
from tests.live.driver import Socket
from tests.operations.phones import Phone, right_counts
from tests.operations.rooms import join, load_room
from tests.operations.topology import Proxy, ask, running_house
from tests.real_voters import await_state, read_state

EXIT_WITHIN_S = 12


@pytest.fixture(scope="module")
def house(tmp_path_factory, store_addresses):
    with running_house(tmp_path_factory.mktemp("house"), **store_addresses) as house:
        yield house


@pytest.fixture
def proxy(house):
    return house.proxy


@pytest.fixture(scope="module")
def room(house):
    """One that nobody votes in."""
    return load_room(house.nodes[0])


@dataclass(frozen=True, slots=True)
class NarrowDoor:
    """To the same house through a network that kills sockets."""

    proxy: Proxy

    async def open(self, path, headers=()):
        return await self.proxy.open(path, headers, url=self.proxy.narrow_url)


async def test_the_page_comes_by_https_and_its_cookie_stays_there(house, proxy, room):
    path = f"/j/{room['join_code']}"

    page = proxy.ask(path)
    assert page.status == 200
    assert "; Secure" in page.headers["set-cookie"]
    assert page.headers["strict-transport-security"].startswith("max-age=")
    assert room["polls"][0]["code"].encode() in page.body

    plain = ask(house.nodes[0].url + path)
    assert "; Secure" not in plain.headers["set-cookie"]
    assert "strict-transport-security" not in plain.headers


async def test_plain_http_is_led_to_https(proxy, room):
    answer = ask(f"http://localhost:{proxy.http_port}/j/{room['join_code']}")

    assert answer.status == 308
    assert answer.headers["location"].startswith("https://localhost")


async def test_what_visitors_claim_of_themselves_does_not_pass_the_proxy(proxy, room):
    lies = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "127.0.0.1"}

    assert "; Secure" in proxy.ask(f"/j/{room['join_code']}", headers=lies).headers["set-cookie"]
    assert proxy.ask("/metrics", headers=lies).status == 404


async def test_a_socket_opens_from_the_public_address_and_no_other(proxy, room):
    path = f"/ws/rooms/{room['join_code']}"
    for origin in (proxy.url, proxy.narrow_url):
        line = await proxy.open(path, [("Origin", origin)])
        await line.hang_up()
    for origin in (f"http://localhost:{proxy.port}", "https://localhost", f"{proxy.url}.evil.example", "null"):
        with pytest.raises(RefusedError) as refused:
            await proxy.open(path, [("Origin", origin)])
        assert refused.value.status == 403


async def test_a_ballot_on_one_node_is_seen_on_the_other(house, proxy):
    room = load_room(house.nodes[0])
    doors = [proxy, *(GuardedDoor(node.url) for node in house.nodes)]
    poll = room["polls"][0]["code"]
    async with AsyncExitStack() as lines:
        sockets = []
        for door in doors:
            line = await door.open(f"/ws/rooms/{room['join_code']}")
            lines.push_async_callback(line.hang_up)
            sockets.append(Socket(line))
            await sockets[-1].hello(token=join(proxy.url, room, tls=proxy.tls()))
        for n, voter in enumerate(sockets, start=1):
            await voter.say("ballot.cast", id="x", poll=poll, round=1, seq=1, answer={"option": n})
            assert (await voter.answer("x"))["type"] == "ack"
        counts = {"1": 1, "2": 1, "3": 1}
        for watcher in sockets:
            await watcher.next("tally.changed", where=lambda message: message["tally"].get("counts") == counts)


async def test_a_node_that_is_taken_away_takes_nothing_with_it(house, proxy):
    room = load_room(house.nodes[0])
    n_acks, enough = 0, asyncio.Event()

    def on_ack():
        nonlocal n_acks
        n_acks += 1
        if n_acks == 100:
            enough.set()

    phones = [Phone(proxy, room, join(proxy.url, room, tls=proxy.tls()), 20, n, on_ack) for n in range(24)]
    async with asyncio.timeout(6 * PATIENCE_S), asyncio.TaskGroup() as hall:
        for phone in phones:
            hall.create_task(phone.vote())
        await enough.wait()
        n_before = n_acks
        house.processes[0].send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(house.processes[0].wait, EXIT_WITHIN_S) == 0

    assert n_before < n_acks == 24 * 20  # it was in the middle of it
    assert any(phone.n_lives > 1 for phone in phones)
    [poll] = read_state(house.nodes[1].url, room["join_code"])["polls"]
    assert poll["tally"] == {"n_ballots": 24, "counts": right_counts(phones)}
    recounted = house.nodes[1].manage("recount")
    assert (recounted.returncode, recounted.stdout) == (0, "Every tally is what its ballots say.\n")
    house.start(0)
    assert read_state(house.nodes[0].url, room["join_code"])["polls"] == [poll]


async def test_where_sockets_are_killed_the_same_room_works_by_requests(house, proxy):
    room = load_room(house.nodes[0])
    with pytest.raises(RefusedError):
        await NarrowDoor(proxy).open(f"/ws/rooms/{room['join_code']}")

    tls, rooms = proxy.tls(), f"{proxy.narrow_url}/api/v1/rooms/{room['join_code']}"
    token = {"Authorization": f"Bearer {join(proxy.narrow_url, room, tls=tls)}"}
    seen = json.loads(ask(f"{rooms}/state", headers=token, tls=tls).body)
    since = f"{seen['epoch']}.{seen['version']}"
    waiting = asyncio.create_task(asyncio.to_thread(ask, f"{rooms}/state?since={since}", headers=token, tls=tls))
    ballot = {"poll": room["polls"][0]["code"], "round": 1, "seq": 1, "answer": {"option": 2}, "id": "a"}
    as_json = token | {"Content-Type": "application/json"}
    cast = await asyncio.to_thread(ask, f"{rooms}/ballots", headers=as_json, data=json.dumps(ballot).encode(), tls=tls)

    assert json.loads(cast.body)["type"] == "ack"
    news = json.loads((await waiting).body)
    assert news["polls"][0]["tally"]["counts"] == {"1": 0, "2": 1, "3": 0}
    assert news["me"]["ballots"][0]["answer"] == {"option": 2}
    await_state(house.nodes[0].url, room["join_code"], lambda state: state["version"] >= news["version"])


async def test_who_never_ends_a_header_is_let_go_and_holds_nobody_up(proxy):
    tls, slow = proxy.tls(), []
    for _ in range(20):
        raw = socket.create_connection(("localhost", proxy.port), timeout=PATIENCE_S)
        slow.append(tls.wrap_socket(raw, server_hostname="localhost"))
        slow[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")

    assert proxy.ask("/healthz").status == 200
    for one in slow:
        with one:
            assert one.recv(1024) in {
                b"",
                b"HTTP/1.1 408 Request Timeout\r\nContent-Type: text/plain; charset=utf-8\r\n",
            }


async def test_a_body_that_no_form_of_ours_has_is_refused(proxy):
    too_much = b"x" * 1_100_000

    assert proxy.ask("/", data=b"join_code=" + too_much).status == 413


async def test_what_the_proxy_says_of_trouble_names_nobody(proxy):
    lost = proxy.ask("/?name=canary", url=proxy.broken_url, headers={"Cookie": "lp_ABCDEF=canary"})
    assert lost.status == 502

    [line] = [line for line in proxy.log.read_text("utf-8").splitlines() if '"request"' in line]
    request = json.loads(line)["request"]
    assert request["uri"] == "/?…"
    assert request["remote_ip"] in {"127.0.0.0", "::"}
    assert "canary" not in line
