"""More time, rounds compared, one poll at a time: on phones, stage and remote."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Room
from tests.browser.rooms import DATABASE, TOOLS
from tests.browser.voting import Voters

pytestmark = pytest.mark.browser

ONE, TWO, THREE = {"option": 1}, {"option": 2}, {"option": 3}
TIMED = f"{DATABASE}seconds = 60"
Load = Callable[..., Room]


@pytest.fixture
def compared(load: Load) -> Load:
    """A room whose stages compare two rounds of its first poll."""

    def make(*polls: str, **settings: Any) -> Room:
        room = load(*polls, **settings)
        voters = Voters(room, 14)
        voters.vote_twice([ONE] * 8 + [TWO] * 6, [ONE] * 4 + [TWO] * 4 + [TWO] * 3 + [THREE] * 3)
        room.act("rounds", 0)
        return room

    return make


def test_who_needs_more_time_asks_for_it_on_the_phone(load: Load, visit: OpenPage) -> None:
    room = load(TIMED)
    phone, other = visit(room.url), visit(room.url)
    countdown = phone.get_by_role("timer")
    expect(countdown).to_have_text(re.compile(r"^(1:00|0:\d\d)$"))

    phone.get_by_role("button", name="I need more time").click()

    expect(countdown).to_have_text(re.compile(r"^1:[0-3]\d$"))
    expect(other.get_by_role("timer")).to_have_text(re.compile(r"^(1:00|0:\d\d)$"))
    phone.get_by_role("button", name="I need more time").click()
    expect(phone.get_by_role("button", name="I need more time")).to_be_hidden()
    expect(countdown).to_have_text(re.compile(r"^(2:00|1:\d\d)$"))
    phone.reload()
    expect(countdown).to_have_text(re.compile(r"^(2:00|1:[3-5]\d)$"))
    expect(phone.get_by_role("button", name="I need more time")).to_be_hidden()


def test_another_tab_hears_of_the_extra_time_at_once(load: Load, visit: OpenPage) -> None:
    room = load(TIMED)
    phone = visit(room.url)
    tab = phone.context.new_page()
    tab.goto(room.url)
    expect(tab.locator("body")).to_have_attribute("data-link", "live")

    phone.get_by_role("button", name="I need more time").click()

    expect(tab.get_by_role("timer")).to_have_text(re.compile(r"^1:[0-3]\d$"))


def test_a_stage_at_zero_says_that_some_have_more_time(load: Load, visit: OpenPage) -> None:
    room = load(f"{DATABASE}seconds = 5")
    stage, phone = visit(f"{room.server.url}/stage/{room.join_code}"), visit(room.url)
    expect(stage.locator("#state")).to_have_text("Voting open")

    phone.get_by_role("button", name="I need more time").click()

    expect(stage.locator("#state")).to_have_text("Some have more time")
    expect(stage.get_by_role("timer")).to_have_text("0:00")
    phone.get_by_role("radio").first.check()
    phone.get_by_role("button", name="Send my vote").click()
    expect(phone.get_by_text("Counted").first).to_be_visible()


def test_more_time_can_be_asked_for_without_scripts(load: Load, visit: OpenPage) -> None:
    room = load(TIMED)
    phone = visit(room.url, java_script_enabled=False)

    phone.get_by_role("button", name="I need more time").press("Enter")

    expect(phone.get_by_role("timer")).to_have_text(re.compile(r"^1:[0-3]\d$"))
    phone.get_by_role("button", name="I need more time").press("Enter")
    expect(phone.get_by_role("button", name="I need more time")).to_have_count(0)


def test_without_a_countdown_nobody_is_offered_more_time(load: Load, visit: OpenPage) -> None:
    phone = visit(load(DATABASE).url)

    expect(phone.get_by_role("button", name="Send my vote")).to_be_visible()
    expect(phone.get_by_role("button", name="I need more time")).to_be_hidden()


def test_the_clock_of_a_phone_is_not_asked(load: Load, visit: OpenPage) -> None:
    room = load(TIMED)
    phone = visit(room.url)
    phone.clock.install(time=1_000_000)
    phone.reload()
    phone.clock.resume()

    expect(phone.get_by_role("timer")).to_have_text(re.compile(r"^(1:00|0:[3-5]\d)$"))
    phone.get_by_role("radio").first.check()
    phone.get_by_role("button", name="Send my vote").click()
    expect(phone.get_by_text("Counted").first).to_be_visible()


def test_a_stage_compares_rounds_when_the_host_shows_them(visit: OpenPage, compared: Load) -> None:
    room = compared(DATABASE)
    stage = visit(
        f"{room.server.url}/stage/{room.join_code}#{room.stage_token}", viewport={"width": 1920, "height": 1080}
    )

    expect(stage.get_by_role("heading", name="Rounds side by side")).to_be_visible()
    expect(stage.get_by_role("heading", name=re.compile("Who moved where"))).to_be_visible()
    assert stage.evaluate("document.documentElement.scrollWidth <= innerWidth")
    room.act("content")
    expect(stage.get_by_role("heading", name="Rounds side by side")).to_be_hidden()


def test_a_screen_without_rights_sees_no_more_than_the_audience(visit: OpenPage, compared: Load) -> None:
    room = compared(DATABASE, results="host")
    stage = visit(f"{room.server.url}/stage/{room.join_code}")

    expect(stage.get_by_role("heading", name="Which database")).to_be_visible()
    expect(stage.get_by_role("heading", name="Rounds side by side")).to_be_hidden()


def test_voters_keep_their_keys_through_rounds(load: Load) -> None:
    room = load(TOOLS)
    voters = Voters(room, 2)

    voters.vote([{"options": [1]}, {"options": [2]}])

    assert room.tally()["n_ballots"] == 2
