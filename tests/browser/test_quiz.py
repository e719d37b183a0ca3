"""The quiz in a real browser: a name, an answer, what it earned, and the board on the big screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.players import CAPITAL, PRIMES, Player, players_of
from tests.browser.rooms import DATABASE

pytestmark = pytest.mark.browser


def take_name(page: Page, name: str) -> None:
    page.get_by_label("Your name in the quiz").fill(name)
    page.get_by_role("button", name="Play").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_player_from_the_name_to_the_points(load, visit, theme):
    room = load(CAPITAL, PRIMES, is_open=False)
    page = visit(room.url, color_scheme=theme)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    assert findings(page) == ""

    take_name(page, "Hypatia")
    expect(page.locator("[data-name]")).to_have_text("Hypatia")
    room.act("open", 0)
    page.get_by_role("radio", name="Canberra").check()
    expect(page.get_by_text("hosts can see it")).to_be_visible()
    assert findings(page) == ""
    page.get_by_role("button", name="Send my vote").click()
    expect(page.locator("[data-standing=counted]")).to_be_visible()
    expect(page.locator("[data-points]")).to_have_text("0 points")

    room.act("close", 0)
    expect(page.locator("[data-points]")).to_have_text("1,000 points")
    expect(page.locator("[data-place]")).to_have_text("Place 1 of 1")
    expect(page.get_by_text("Sydney and Melbourne could not agree")).to_be_visible()
    assert findings(page) == ""

    page.reload()
    expect(page.locator("[data-points]")).to_have_text("1,000 points")


def test_a_name_that_is_taken_is_said_at_the_field(load, visit):
    room = load(CAPITAL, is_open=False)
    Player(room, "Ada")
    page = visit(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.get_by_label("Your name in the quiz").focus()
    page.keyboard.type("ADA")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="has this name already")).to_be_visible()
    expect(page.get_by_label("Your name in the quiz")).to_be_focused()
    page.get_by_label("Your name in the quiz").fill("Grace")
    page.keyboard.press("Enter")
    expect(page.locator("[data-name]")).to_have_text("Grace")


def test_one_plays_without_scripts(load, visit):
    room = load(CAPITAL)
    page = visit(room.url, java_script_enabled=False)
    take_name(page, "Ada")
    expect(page.locator("[data-name]")).to_have_text("Ada")
    page.get_by_role("radio", name="Canberra").check()
    page.get_by_role("button", name="Send my vote").click()
    room.act("close", 0)
    page.goto(room.url)
    expect(page.locator("[data-points]")).to_have_text("1,000 points")
    expect(page.locator("[data-gained]")).to_have_text("+1,000 for the last question")


def test_a_narrow_phone_shows_it_all(load, visit):
    room = load(CAPITAL)
    page = visit(room.url, viewport={"width": 320, "height": 640})
    take_name(page, "A name of 24 characters!")
    expect(page.locator("[data-name]")).to_be_visible()
    room.act("close", 0)
    expect(page.locator("[data-gained]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_stage_from_the_lobby_to_the_podium(load, visit, theme):
    room = load(CAPITAL, PRIMES, is_open=False)
    page = visit(
        f"{room.server.url}/stage/{room.join_code}#{room.stage_token}",
        viewport={"width": 1920, "height": 1080},
        reduced_motion="reduce",
    )
    if theme == "light":
        page.keyboard.press("d")
    players = players_of(room)
    expect(page.locator("#n-players")).to_have_text("11 players")
    expect(page.locator("#player-names")).to_contain_text("Hedy")
    assert findings(page) == ""

    room.act("open", 0)
    for number, player in enumerate(players):
        player.answer({"option": 2 if number < 3 else 1})
    room.act("close", 0)
    room.act("board")
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    expect(page.locator("#board-players li")).to_have_count(10)
    expect(page.locator("#board-players li").first).to_contain_text("1,000")
    assert findings(page) == ""

    room.act("open", 1)
    for number, player in enumerate(players):
        player.answer({"options": [1, 3] if number == 1 else [2]}, poll=1)
    room.act("close", 1)
    expect(page.get_by_role("heading", name="Final result")).to_be_visible()
    expect(page.locator("#board-players li").first).to_contain_text("Grace")
    assert findings(page) == ""
    overflow = (
        "document.querySelector('#board-players').scrollHeight - document.querySelector('#board-players').clientHeight"
    )
    assert page.evaluate(overflow) <= 1


def test_a_key_brings_the_leaderboard_and_takes_it_away(load, visit):
    room = load(CAPITAL)
    page = visit(f"{room.server.url}/stage/{room.join_code}#{room.stage_token}")
    expect(page.locator("#stage")).to_have_attribute("data-scene", "poll")
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator("#stage")).to_have_attribute("data-scene", "poll")
    page.mouse.move(200, 200)
    page.get_by_role("button", name="Leaderboard").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()


def test_where_nobody_plays_the_key_does_nothing(load, visit):
    room = load(DATABASE)
    page = visit(f"{room.server.url}/stage/{room.join_code}#{room.stage_token}")
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.keyboard.press("l")
    page.keyboard.press("j")
    expect(page.locator("#stage")).to_have_attribute("data-scene", "join")
    expect(page.locator("#to-board")).to_be_hidden()


def test_a_hall_that_takes_names_by_keyboard_alone(load, visit):
    room = load(CAPITAL)
    page = visit(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.id") != "player-name":
        page.keyboard.press("Tab")
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    expect(page.locator("[data-name]")).to_have_text("Ada")
    while page.evaluate("document.activeElement.type") != "radio":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-standing=counted]")).to_be_visible()
