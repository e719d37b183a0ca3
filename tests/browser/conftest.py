"""A real server process and a real Chromium. Nothing here touches the database: what happens, happens by HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.server_process import ServerProcess, prepare_server, serving

BROWSERS = (
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
)
HALL = "hall.example"  # a name that only this browser knows: no loopback, so no secure context
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules=MAP {HALL} 127.0.0.1",
)
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 15_000  # for a machine that is busy with other things
expect.set_options(timeout=PATIENCE_MS)


@dataclass(slots=True)
class Room:
    """A loaded room, and a host who runs it through the one door, by the stage link's token."""

    server: ServerProcess
    join_code: str
    polls: list[str]
    stage_token: str
    _opener: OpenerDirector = field(
        default_factory=lambda: build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
    )

    @property
    def url(self) -> str:
        return f"{self.server.url}/j/{self.join_code}"

    def act(self, verb: str, poll: int | None = None) -> None:
        """Run the room: open, close, show, hide …; `poll` counts from 0."""
        page = self._opener.open(f"{self.server.url}/stage/{self.join_code}").read().decode()
        form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert form is not None
        fields = {"verb": verb, "csrfmiddlewaretoken": form[1]} | ({} if poll is None else {"poll": self.polls[poll]})
        headers = {"X-Stage-Token": self.stage_token, "Origin": self.server.url, "Accept": "application/json"}
        address = f"{self.server.url}/rooms/{self.join_code}/act"
        with self._opener.open(Request(address, urlencode(fields).encode(), headers)) as response:
            assert response.status == 204

    def tally(self, poll: int = 0) -> dict[str, Any]:
        """What everybody may see of a poll's tally."""
        with self._opener.open(f"{self.server.url}/api/v1/rooms/{self.join_code}/state") as response:
            polls = {each["code"]: each for each in json.load(response)["polls"]}
        return dict(polls[self.polls[poll]]["tally"])


OpenPage = Callable[..., Page]
Phones = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = prepare_server(tmp_path_factory.mktemp("server"), ALLOWED_HOSTS=HALL)
    server.environment["ALLOWED_ORIGINS"] = server.url.replace("127.0.0.1", HALL)
    with serving(server):
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module; not one a session, because its event loop would be in the way of asynchronous tests."""
    path = os.environ.get("CHROMIUM_PATH") or next(filter(shutil.which, BROWSERS), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def phones(chromium: Browser) -> Iterator[Phones]:
    """Make phones: each is a participant of its own, with its own cookies and settings."""
    made: list[BrowserContext] = []
    yield partial(_new_phone, chromium, made)
    for context in made:
        context.close()


def _new_phone(browser: Browser, made: list[BrowserContext], **settings: Any) -> BrowserContext:
    context = browser.new_context(**{"viewport": PHONE, "locale": "en", **settings})
    context.set_default_timeout(PATIENCE_MS)
    made.append(context)
    return context


@pytest.fixture
def visit(phones: Phones) -> Iterator[OpenPage]:
    """Open a page on a new phone; errors of its scripts fail the test."""
    errors: list[str] = []

    def open_page(url: str, **settings: Any) -> Page:
        page = phones(**settings).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(url)
        return page

    yield open_page
    assert errors == []


@pytest.fixture
def load(server: ServerProcess) -> Callable[..., Room]:
    """Load a room with these polls, each the lines of its table in a room file; by default open."""

    return partial(load_room, server)


def load_room(server: ServerProcess, *polls: str, results: str = "live", is_open: bool = True) -> Room:
    slug = os.urandom(4).hex()
    state = '\nstate = "open"' if is_open else ""
    tables = "".join(f"[[polls]]\n{lines}{state}\n" for lines in polls)
    loaded = server.load_room(f'[room]\nslug = "{slug}"\ntitle = "Main Hall"\nresults = "{results}"\n{tables}')
    return Room(server, loaded["join_code"], [poll["code"] for poll in loaded["polls"]], loaded["stage_token"])
