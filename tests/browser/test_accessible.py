"""What axe finds on each state of the pages that strangers see: nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import findings
from tests.browser.rooms import DATABASE, REPAIRS, TOOLS

pytestmark = pytest.mark.browser

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


@THEMES
def test_the_front_door(server, visit, theme):
    page = visit(f"{server.url}/", color_scheme=theme)
    assert findings(page) == ""

    page.get_by_label("The code on the screen").fill("22222")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert findings(page) == ""


@THEMES
def test_a_room_from_lobby_to_results(load, visit, theme):
    room = load(DATABASE, TOOLS, REPAIRS, is_open=False)
    page = visit(room.url, color_scheme=theme)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    assert findings(page) == ""

    for poll in range(3):
        room.act("open", poll)
    expect(page.get_by_role("article")).to_have_count(3)
    assert findings(page) == ""

    page.get_by_role("radio", name="SQLite").check()
    page.get_by_role("button", name="Send my vote").first.click()
    expect(page.locator(".bars .mine")).to_be_visible()
    page.get_by_text("The docs").first.click()
    page.get_by_role("checkbox", name="Redis").check()
    page.get_by_role("checkbox", name="Cron").check()
    assert findings(page) == ""

    for poll in range(3):
        room.act("close", poll)
    expect(page.get_by_role("button", name="Send my vote")).to_have_count(0)
    page.get_by_text("Show as table").first.click()
    assert findings(page) == ""


def test_a_room_without_javascript(load, visit):
    room = load(DATABASE, REPAIRS)
    page = visit(room.url, java_script_enabled=False)
    page.get_by_role("radio", name="SQLite").check()
    page.get_by_role("button", name="Send my vote").first.click()
    expect(page.locator(".stamp").first).to_have_text("Counted")

    # axe is a script itself: it looks at the same bytes in a browser that runs it.
    twin = visit("about:blank")
    twin.set_content(page.content())

    assert findings(twin) == ""
