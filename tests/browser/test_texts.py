"""Words, answers on a wall and "other" in a browser: with scripts and without, by keys, on a narrow phone, on stage."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Room
from tests.browser.rooms import CLOUD, EDITOR, WALL
from tests.browser.test_accessible import THEMES
from tests.browser.test_scales_and_numbers import fits
from tests.browser.voting import vote

pytestmark = pytest.mark.browser

POLLS = (CLOUD, WALL, EDITOR)
WORDS, ANSWERS, CHOICE = range(3)
LONG = "Donaudampfschifffahrtsgesellsc"
HELD = "Not shown yet, somebody reads it first: "


def card(page: Page, room: Room, poll: int) -> Locator:
    return page.locator(f'[data-poll="{room.polls[poll]}"]')


def send(page: Page, room: Room, poll: int) -> None:
    card(page, room, poll).get_by_role("button", name="Send my vote").click()


def is_counted(page: Page, room: Room, poll: int, mine: str) -> None:
    expect(card(page, room, poll).locator(".stamp")).to_have_text("Counted")
    expect(card(page, room, poll).locator("[data-yours]")).to_contain_text(mine)


def write_words(page: Page, room: Room, *words: str) -> None:
    for n, word in enumerate(words, start=1):
        card(page, room, WORDS).get_by_label(f"Word {n}", exact=True).fill(word)


def name_another(page: Page, room: Room, text: str) -> None:
    card(page, room, CHOICE).get_by_role("radio", name="Other").check()
    card(page, room, CHOICE).get_by_role("textbox", name="Other, namely…").fill(text)


@pytest.mark.parametrize("is_open", [True, False], ids=["open before", "opens later"])
def test_one_writes_on_a_phone(load, visit, is_open: bool):
    room = load(*POLLS, is_open=is_open)
    page = visit(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    for poll in range(len(POLLS)):
        room.act("open", poll)

    write_words(page, room, "People", "coffee")
    send(page, room, WORDS)
    is_counted(page, room, WORDS, "People, coffee")
    card(page, room, ANSWERS).get_by_role("textbox").fill("More time to talk")
    send(page, room, ANSWERS)
    is_counted(page, room, ANSWERS, "More time to talk")
    name_another(page, room, "Nano")
    send(page, room, CHOICE)
    is_counted(page, room, CHOICE, "Nano")

    assert room.tally(WORDS)["counts"] == {"People": 1, "coffee": 1}
    assert (room.tally(ANSWERS)["texts"], room.tally(ANSWERS)["n_held"]) == ([], 1)
    assert room.tally(CHOICE)["other"] == 1
    expect(card(page, room, WORDS).locator(".cloud .word")).to_have_count(2)
    expect(card(page, room, ANSWERS).locator("[data-not-shown=held]")).to_have_text(f"{HELD}More time to talk")
    other = card(page, room, CHOICE).locator('.bars [data-row="0"]')
    expect(other).to_contain_text("Other")
    expect(other.locator('[data-figure="share"]')).to_have_text("100%")
    expect(other).to_have_class("o0 other mine")
    expect(card(page, room, CHOICE).locator("[data-other-texts]")).to_have_text("Nano")


def test_who_changes_words_finds_them_in_the_form_and_gets_fields_as_they_are_needed(load, visit):
    room = load(CLOUD.replace("abstain = true", "max_words = 5"))
    page = visit(room.url)
    expect(card(page, room, WORDS).get_by_role("textbox")).to_have_count(3)
    write_words(page, room, "one", "two", "three", "four")
    send(page, room, WORDS)
    is_counted(page, room, WORDS, "one, two, three, four")

    page.reload()
    card(page, room, WORDS).get_by_text("Change my vote").click()
    expect(card(page, room, WORDS).get_by_label("Word 4")).to_have_value("four")
    card(page, room, WORDS).get_by_label("Word 4").fill("")
    send(page, room, WORDS)

    is_counted(page, room, WORDS, "one, two, three")
    assert "four" not in room.tally(WORDS)["counts"]


def test_nothing_written_is_held_back_with_a_sentence(load, visit):
    room = load(*POLLS)
    page = visit(room.url)

    send(page, room, WORDS)
    expect(card(page, room, WORDS).locator("[data-error]")).to_have_text("Write at least one word.")
    expect(card(page, room, WORDS).get_by_label("Word 1")).to_be_focused()
    card(page, room, CHOICE).get_by_role("radio", name="Other").check()
    send(page, room, CHOICE)
    expect(card(page, room, CHOICE).locator("[data-error]")).to_be_visible()

    assert [room.tally(poll)["n_ballots"] for poll in (WORDS, CHOICE)] == [0, 0]


def test_without_javascript_one_writes_and_hears_that_it_waits(load, visit):
    room = load(*POLLS)
    page = visit(room.url, java_script_enabled=False)

    write_words(page, room, "People", "coffee")
    send(page, room, WORDS)
    is_counted(page, room, WORDS, "People, coffee")
    expect(card(page, room, WORDS).locator(".cloud .word")).to_have_count(2)
    card(page, room, ANSWERS).get_by_role("textbox").fill("More time to talk")
    send(page, room, ANSWERS)
    is_counted(page, room, ANSWERS, "More time to talk")
    expect(card(page, room, ANSWERS).locator("[data-not-shown=held]")).to_have_text(f"{HELD}More time to talk")
    name_another(page, room, "Nano")
    send(page, room, CHOICE)
    is_counted(page, room, CHOICE, "Nano")
    expect(card(page, room, CHOICE).locator('.bars [data-row="0"]')).to_contain_text("100%")


def test_keys_alone_are_enough(load, visit):
    room = load(*POLLS)
    page = visit(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    card(page, room, WORDS).get_by_label("Word 1").focus()
    page.keyboard.type("People")
    page.keyboard.press("Tab")
    page.keyboard.type("coffee")
    page.keyboard.press("Enter")
    is_counted(page, room, WORDS, "People, coffee")
    card(page, room, CHOICE).get_by_role("radio", name="Vim").focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Nano")
    page.keyboard.press("Enter")

    is_counted(page, room, CHOICE, "Nano")


@THEMES
def test_axe_finds_nothing_on_a_phone(load, visit, theme: str):
    room = load(*POLLS)
    page = visit(room.url, color_scheme=theme)
    expect(card(page, room, WORDS).get_by_role("textbox")).to_have_count(3)
    assert findings(page) == ""

    card(page, room, ANSWERS).get_by_role("textbox").fill("More time to talk")
    send(page, room, ANSWERS)
    is_counted(page, room, ANSWERS, "More time to talk")
    write_all(room)
    for poll in range(len(POLLS)):
        room.act("close", poll)
    expect(page.get_by_role("button", name="Send my vote")).to_have_count(0)
    for summary in page.get_by_text("Show as table").all():
        summary.click()
    assert findings(page) == ""


def test_a_narrow_phone_shows_everything_without_scrolling_sideways(load, visit):
    room = load(*POLLS)
    page = visit(room.url, viewport={"width": 320, "height": 640})
    expect(card(page, room, WORDS).get_by_role("textbox")).to_have_count(3)
    widths = [page.evaluate("document.documentElement.scrollWidth")]

    write_words(page, room, LONG)
    send(page, room, WORDS)
    is_counted(page, room, WORDS, LONG)
    card(page, room, ANSWERS).get_by_role("textbox").fill(LONG * 6)
    send(page, room, ANSWERS)
    is_counted(page, room, ANSWERS, LONG)
    write_all(room)
    expect(card(page, room, WORDS).locator(".cloud .word")).to_have_count(4)
    widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [320, 320]


@THEMES
def test_the_stage_draws_each_chart(load, visit, theme: str):
    room = load(CLOUD, WALL.replace("hold = true", ""), EDITOR)
    write_all(room)
    page = visit(
        f"{room.server.url}/stage/{room.join_code}#{room.stage_token}", viewport={"width": 1280, "height": 720}
    )
    if theme == "light":
        page.keyboard.press("d")

    for poll, sentence in (
        (WORDS, "People leads with 100%."),
        (ANSWERS, "2 votes"),
        (CHOICE, "Other leads with 67%."),
    ):
        room.act("stage", poll)
        expect(page.locator(f'#poll [data-poll="{room.polls[poll]}"]')).to_be_visible()
        expect(page.locator("#poll [data-lead]")).to_have_text(sentence)
        assert findings(page) == ""
        assert fits(page)


def write_all(room: Room) -> None:
    vote(room, {"texts": ["People", "coffee"]}, poll=WORDS, times=2)
    vote(room, {"texts": ["People", "talks"]}, poll=WORDS)
    vote(room, {"texts": ["Shorter queues for coffee, please"]}, poll=ANSWERS, times=2)
    vote(room, {"other": "Nano"}, poll=CHOICE, times=2)
    vote(room, {"option": 1}, poll=CHOICE)
