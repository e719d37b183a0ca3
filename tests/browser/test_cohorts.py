"""A flood of votes as people see it: a host is told, leaves it out of the count, everybody sees how much, and back."""

# ruff: noqa: F811 -- fixtures of another module are known by their names
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import PHONE, OpenPage, Room
from tests.browser.test_results import LAPTOP, SMALL_PHONE, hall, results, signed_in  # noqa: F401 -- fixtures, by name
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

N_OTHERS, N_FLOOD = 24, 8
ROOM = """
[room]
slug = "SLUG"
title = "General assembly"
[[polls]]
kind = "single_choice"
prompt = "Do we adopt the budget for the coming year?"
options = ["Yes", "No", "Not yet"]
state = "open"
"""
TOLD = "8 ballots with the same answer came from people who joined at one address within"
ASIDE = "8 ballots set aside by a host."

_opener = build_opener(ProxyHandler({}))


def vote_from(room: Room, address: str, option: int) -> None:
    """Somebody new at this address, which the proxy in front has seen."""
    base = f"{room.server.url}/api/v1/rooms/{room.join_code}"
    ballot = {"id": "1", "poll": room.polls[0], "round": 1, "seq": 1, "answer": {"option": option}}
    token = _post(f"{base}/join", {}, address)["token"]
    assert _post(f"{base}/ballots", ballot, address, token)["type"] == "ack"


def _post(url: str, body: dict[str, Any], address: str, token: str = "") -> dict[str, Any]:
    headers = {"content-type": "application/json", "x-forwarded-for": address}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    with _opener.open(Request(url, json.dumps(body).encode(), headers)) as response:
        return dict(json.load(response))


@pytest.fixture
def flooded(hall: ServerProcess) -> Room:
    """Open, with people from everywhere who say yes, and a few from one address who all say no at one moment."""
    loaded = hall.load_room(ROOM.replace("SLUG", os.urandom(4).hex()))
    room = Room(hall, loaded["join_code"], [poll["code"] for poll in loaded["polls"]], loaded["stage_token"])
    for n in range(N_OTHERS):
        vote_from(room, f"198.51.100.{n}", 1)
    for _ in range(N_FLOOD):
        vote_from(room, "203.0.113.7", 2)
    return room


def card(page: Page) -> Locator:
    return page.get_by_role("form", name="A burst of ballots")


def check(page: Page, name: str) -> None:
    """Nothing sticks out, axe finds nothing; and a picture, where somebody wants to look."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(page) == ""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_flood_is_told_set_aside_seen_by_everybody_and_taken_back(visit: OpenPage, flooded: Room, signed_in: Any):
    host = results(visit, flooded, signed_in)
    phone, stage = visit(flooded.url), visit(f"{flooded.server.url}/stage/{flooded.join_code}", viewport=LAPTOP)
    expect(host.get_by_text("32 votes").first).to_be_visible()
    flooded.act("stage", 0)
    flooded.act("close", 0)
    flooded.act("show", 0)

    # Without loading anew: the host keeps this page open during the talk.
    expect(card(host)).to_contain_text(TOLD)
    assert ASIDE not in phone.content() + stage.content()
    card(host).get_by_text("Set aside…").click()
    card(host).get_by_role("button", name="Set aside").click()

    expect(host.get_by_text("24 votes").first).to_be_visible()
    for page in (host, phone, stage):
        expect(page.get_by_text(ASIDE)).to_be_visible()
    check(phone, "cohort-everybody-phone")

    card(host).get_by_role("button", name="Take back in").click()

    expect(host.get_by_text("32 votes").first).to_be_visible()
    for page in (host, phone, stage):
        expect(page.get_by_text(ASIDE)).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_card_reads_well_on_every_screen(visit: OpenPage, flooded: Room, signed_in: Any, theme: str):
    flooded.act("close", 0)
    for viewport in (LAPTOP, PHONE, SMALL_PHONE):
        page = results(visit, flooded, signed_in, viewport=viewport, color_scheme=theme)
        expect(card(page)).to_contain_text(TOLD)
        name = f"cohort-{viewport['width']}-{theme}"
        check(page, f"{name}-told")
        card(page).get_by_text("Set aside…").click()
        check(page, f"{name}-asked")
        card(page).get_by_role("button", name="Set aside").click()
        expect(page.get_by_text(ASIDE)).to_be_visible()
        check(page, f"{name}-aside")
        card(page).get_by_role("button", name="Take back in").click()
        expect(page.get_by_text(ASIDE)).to_have_count(0)


def test_it_works_by_keyboard_and_without_scripts(visit: OpenPage, flooded: Room, signed_in: Any):
    flooded.act("close", 0)
    expect(card(results(visit, flooded, signed_in))).to_contain_text(TOLD)  # flagged by now
    page = results(visit, flooded, signed_in, java_script_enabled=False)

    card(page).get_by_text("Set aside…").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(ASIDE)).to_be_visible()

    card(page).get_by_role("button", name="Take back in").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(ASIDE)).to_have_count(0)


def test_on_paper_stands_how_many_were_set_aside_and_nothing_to_press(visit: OpenPage, flooded: Room, signed_in: Any):
    flooded.act("close", 0)
    page = results(visit, flooded, signed_in)
    card(page).get_by_text("Set aside…").click()
    card(page).get_by_role("button", name="Set aside").click()
    expect(page.get_by_text(ASIDE)).to_be_visible()

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(page.get_by_text(ASIDE)).to_be_visible()
    expect(page.get_by_text("Open link: one vote a device.")).to_be_visible()
    expect(card(page)).to_be_hidden()
