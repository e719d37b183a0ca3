"""Invitations from the desk to the ballot without JavaScript, and the pages of trust at 320 px, under axe."""

# ruff: noqa: F811 -- fixtures of another module are known by their names
from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import OpenPage
from tests.browser.test_desk import SMALL_PHONE, desk, signed_in  # noqa: F401 -- fixtures, by name
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

ROOM = """
[room]
slug = "members"
title = "General assembly"
[[polls]]
kind = "single_choice"
prompt = "Do we adopt the budget?"
options = ["Yes", "No"]
"""


@pytest.fixture(scope="module")
def code(desk: ServerProcess) -> str:
    return str(desk.load_room(ROOM)["join_code"])


def checked(page: Page, name: str) -> None:
    """Nothing sticks out, axe finds nothing; and a picture, where somebody wants to look."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == ""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_card_from_the_desk_lets_one_phone_vote_without_javascript(
    desk: ServerProcess,
    signed_in: Any,
    code: str,
    visit: OpenPage,
):
    host = visit(f"{desk.url}/rooms/{code}/entry", **signed_in)
    host.get_by_label("Those with a one-time invitation").check()
    host.get_by_role("button", name="Save").click()
    host.get_by_label("How many cards").fill("4")
    checked(host, "entry")
    host.get_by_role("button", name="Make cards to print").click()
    expect(host.get_by_role("listitem").filter(has=host.locator(".invitation-code"))).to_have_count(4)
    checked(host, "cards")
    card = host.locator(".invitation-code").first.inner_text()
    host.goto(f"{desk.url}/rooms/{code}/edit")
    host.goto(f"{desk.url}/remote/{code}")
    host.get_by_role("button", name=re.compile("Open")).first.click()

    phone = visit(f"{desk.url}/j/{code}?i={card.replace('-', '')}", java_script_enabled=False)
    expect(phone.get_by_label("Code of your card")).to_have_value(card)
    phone.get_by_role("button", name="Use my invitation").click()
    expect(phone.get_by_label("Code of your card")).to_have_count(0)
    phone.get_by_role("radio", name="Yes").check()
    phone.get_by_role("button", name="Send my vote").click()
    expect(phone.get_by_text("Counted")).to_be_visible()
    expect(phone.get_by_text("By one-time invitation")).to_be_visible()

    other = visit(f"{desk.url}/j/{code}", viewport=SMALL_PHONE)
    checked(other, "invitation-320")
    other.get_by_label("Code of your card").fill(card.lower())
    other.get_by_role("button", name="Use my invitation").click()
    expect(other.get_by_role("alert").filter(has_text="another phone")).to_be_visible()
    checked(other, "invitation-used-320")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_record_reads_well_on_every_screen(
    desk: ServerProcess,
    signed_in: Any,
    code: str,
    visit: OpenPage,
    scheme: str,
):
    for viewport in (signed_in["viewport"], SMALL_PHONE):
        page = visit(f"{desk.url}/rooms/{code}/records", **{**signed_in, "viewport": viewport, "color_scheme": scheme})
        expect(page.get_by_role("heading", name="Record")).to_be_visible()
        checked(page, f"records-{viewport['width']}-{scheme}")


def test_a_locked_room_and_a_passcode_say_so(
    desk: ServerProcess,
    signed_in: Any,
    code: str,
    visit: OpenPage,
):
    host = visit(f"{desk.url}/rooms/{code}/entry", **signed_in)
    host.get_by_label("Passcode").fill("tulip")
    host.get_by_role("button", name="Save").click()
    phone = visit(f"{desk.url}/j/{code}", viewport=SMALL_PHONE, java_script_enabled=False)
    phone.get_by_label("Passcode").fill("rose")
    phone.get_by_role("button", name="Come in").click()
    expect(phone.get_by_text("This passcode is not right.")).to_be_visible()
    phone.get_by_label("Passcode").fill("Tulip")
    phone.get_by_role("button", name="Come in").click()
    expect(phone.get_by_role("heading", name="General assembly")).to_be_visible()

    host.get_by_role("button", name="Lock the room").click()
    late = visit(f"{desk.url}/j/{code}", viewport=SMALL_PHONE)
    expect(late.get_by_role("heading", name="This room is locked")).to_be_visible()
    checked(late, "locked-320")
