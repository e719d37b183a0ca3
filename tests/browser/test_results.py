from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import OpenPage, Room
from tests.server_process import ServerProcess, running_server

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1280, "height": 860}
SMALL_PHONE = {"width": 320, "height": 640}
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
ATTACK = "<img src=x onerror=document.title='owned'>"
ROOM = f"""
[room]
slug = "SLUG"
title = "Main Hall"
[[polls]]
kind = "single_choice"
prompt = "Tabs or spaces?"
options = ["Tabs", "Spaces", "{ATTACK}"]
state = "open"
[[polls]]
kind = "ranking"
prompt = "Which of these rather long-winded databases would you rank first?"
options = ["Redis", "Averyveryverylongdatabasenamewithoutanyspacesinit"]
[[polls]]
kind = "slide"
prompt = "Thank you"
text = "Good bye."
"""


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of our own, because its first account is made here."""
    with running_server(tmp_path_factory.mktemp("results")) as server:
        yield server


@pytest.fixture(scope="module")
def signed_in(hall: ServerProcess, chromium: Browser) -> Any:
    link = re.search(r"http://\S+/welcome/\S+", (hall.folder / "serve.log").read_text())
    assert link is not None
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto(link[0])
    for words, key in ((EMAIL, "Tab"), (PASSWORD, "Tab"), (PASSWORD, "Enter")):
        page.keyboard.type(words)
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    state = context.storage_state()
    context.close()
    return {"storage_state": state, "viewport": LAPTOP}


@pytest.fixture
def room(hall: ServerProcess) -> Room:
    loaded = hall.load_room(ROOM.replace("SLUG", os.urandom(4).hex()))
    return Room(hall, loaded["join_code"], [poll["code"] for poll in loaded["polls"]], loaded["stage_token"])


def results(visit: OpenPage, room: Room, signed_in: Any, **settings: Any) -> Page:
    page = visit(f"{room.server.url}/rooms/{room.join_code}/results", **(signed_in | settings))
    expect(page.get_by_role("heading", name="Results", exact=True)).to_be_visible()
    return page


def vote(visit: OpenPage, room: Room, name: str) -> None:
    phone = visit(room.url)
    phone.get_by_role("radio", name=name).check()
    phone.get_by_role("button", name="Send my vote").click()
    expect(phone.locator(".stamp").first).to_have_text("Counted")


def test_what_is_new_during_the_talk_appears_and_an_open_table_stays_open(visit, room, signed_in):
    vote(visit, room, "Tabs")
    page = results(visit, room, signed_in)
    article = page.get_by_role("article", name="Tabs or spaces?")
    expect(article.get_by_text("1 vote", exact=True)).to_be_visible()
    article.get_by_text("Show as table").click()

    vote(visit, room, "Spaces")

    expect(article.get_by_text("2 votes", exact=True)).to_be_visible()
    expect(article.get_by_role("table")).to_be_visible()
    expect(page).not_to_have_title("owned")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(visit, room, signed_in, theme):
    vote(visit, room, "Tabs")
    page = results(visit, room, signed_in, color_scheme=theme)
    page.get_by_text("Show as table").first.click()

    assert findings(page) == ""


def test_a_small_phone_scrolls_one_way_only(visit, room, signed_in):
    vote(visit, room, "Tabs")
    page = results(visit, room, signed_in, viewport=SMALL_PHONE)
    page.get_by_text("Show as table").first.click()

    assert page.evaluate("document.documentElement.scrollWidth") == SMALL_PHONE["width"]


def test_files_come_by_keyboard_and_without_javascript(visit, room, signed_in):
    page = results(visit, room, signed_in, java_script_enabled=False, accept_downloads=True)
    page.get_by_role("link", name="CSV").focus()

    with page.expect_download() as download:
        page.keyboard.press("Enter")

    assert download.value.suggested_filename.endswith(".csv")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()


def test_paper_has_tables_and_nothing_to_press(visit, room, signed_in):
    vote(visit, room, "Tabs")
    page = results(visit, room, signed_in, color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(page.get_by_role("table").first).to_be_visible()
    expect(page.get_by_role("link", name="CSV")).to_be_hidden()
    expect(page.locator(".desk-head")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    breaks = page.locator("article").evaluate_all("all => all.map((one) => getComputedStyle(one).breakBefore)")
    assert breaks == ["auto", "page", "page"]
