"""Ratings, numbers and points in a browser: with scripts and without, by keys, on a narrow phone, on stage."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Room
from tests.browser.rooms import BUDGET, MOOD, RELEASE, SESSIONS
from tests.browser.test_accessible import THEMES
from tests.browser.voting import vote

pytestmark = pytest.mark.browser

POLLS = (SESSIONS, MOOD, RELEASE, BUDGET)
RATING, WHOLE, NUMBER, POINTS = range(4)


def card(page: Page, room: Room, poll: int) -> Locator:
    return page.locator(f'[data-poll="{room.polls[poll]}"]')


def send(page: Page, room: Room, poll: int) -> None:
    card(page, room, poll).get_by_role("button", name="Send my vote").click()


def is_counted(page: Page, room: Room, poll: int, mine: str) -> None:
    expect(card(page, room, poll).locator(".stamp")).to_have_text("Counted")
    expect(card(page, room, poll).locator("[data-yours]")).to_contain_text(mine)


def rate(page: Page, room: Room, item: str, value: str) -> None:
    group = card(page, room, RATING).get_by_role("radiogroup", name=item)
    group.get_by_role("radio", name=value).check()


@pytest.mark.parametrize("is_open", [True, False], ids=["open before", "opens later"])
def test_one_votes_on_a_phone(load, visit, is_open: bool):
    room = load(*POLLS, is_open=is_open)
    page = visit(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    for poll in range(len(POLLS)):
        room.act("open", poll)

    rate(page, room, "Keynote", "4 of 5")
    rate(page, room, "Lightning talks", "1 of 5")
    send(page, room, RATING)
    is_counted(page, room, RATING, "A 4/5, C 1/5")
    card(page, room, WHOLE).get_by_role("radio", name="10 of 10").check()
    send(page, room, WHOLE)
    is_counted(page, room, WHOLE, "10/10")
    card(page, room, NUMBER).get_by_role("textbox").fill("2004")
    send(page, room, NUMBER)
    is_counted(page, room, NUMBER, "2004")
    for _ in range(20):
        card(page, room, POINTS).get_by_role("button", name="More for Docs").click()
    send(page, room, POINTS)
    is_counted(page, room, POINTS, "B 100")

    assert room.tally(RATING)["averages"] == {"1": 4.0, "2": None, "3": 1.0}
    assert room.tally(WHOLE)["averages"] == {"0": 10.0}
    assert room.tally(NUMBER)["median"] == "2004"
    assert room.tally(POINTS)["counts"] == {"1": 0, "2": 100, "3": 0, "4": 0}
    expect(card(page, room, RATING).locator('.bars [data-figure="average"]').first).to_have_text("4.0")
    expect(card(page, room, NUMBER).locator("[data-median]")).to_have_text("2004")


def test_who_changes_a_vote_finds_it_in_the_form(load, visit):
    room = load(*POLLS)
    page = visit(room.url)
    rate(page, room, "Workshop", "2 of 5")
    send(page, room, RATING)
    is_counted(page, room, RATING, "B 2/5")

    page.reload()
    card(page, room, RATING).get_by_text("Change my vote").click()
    group = card(page, room, RATING).get_by_role("radiogroup", name="Workshop")
    expect(group.get_by_role("radio", name="2 of 5")).to_be_checked()
    group.get_by_role("radio", name="No rating").check()
    rate(page, room, "Keynote", "5 of 5")
    send(page, room, RATING)

    is_counted(page, room, RATING, "A 5/5")
    assert room.tally(RATING)["counts"] == {"1": 1, "2": 0, "3": 0}


def test_points_that_do_not_add_up_are_held_back_and_no_button_gives_too_many(load, visit):
    room = load(*POLLS)
    page = visit(room.url)
    points = card(page, room, POINTS)
    expect(points.locator("[data-rest]")).to_have_text("Left to give: 100")

    points.get_by_label("Speed", exact=True).fill("98")
    expect(points.locator("[data-rest]")).to_have_text("Left to give: 2")
    send(page, room, POINTS)
    expect(points.locator("[data-error]")).to_have_text("Give exactly 100 points in all; these are 98.")
    points.get_by_role("button", name="More for Docs").click()
    expect(points.get_by_label("Docs", exact=True)).to_have_value("2")
    expect(points.get_by_role("button", name="More for Docs")).to_be_disabled()
    send(page, room, POINTS)

    is_counted(page, room, POINTS, "A 98, B 2")


def test_a_number_that_is_none_or_out_of_range_is_held_back(load, visit):
    room = load(*POLLS)
    page = visit(room.url)
    number = card(page, room, NUMBER)

    for text, why in (("soon", "Write a number in digits."), ("1e3", "Write a number"), ("2525", "From 1991 to 2010.")):
        number.get_by_role("textbox").fill(text)
        send(page, room, NUMBER)
        expect(number.locator("[data-error]")).to_contain_text(why)
        expect(number.get_by_role("textbox")).to_be_focused()

    assert room.tally(NUMBER)["n_ballots"] == 0


def test_one_may_abstain_and_the_chart_says_how_many_did(load, visit):
    room = load(*POLLS)
    page = visit(room.url)

    expect(page.get_by_role("button", name="Abstain")).to_have_count(1)
    page.get_by_role("button", name="Abstain").click()

    is_counted(page, room, RATING, "abstained")
    expect(card(page, room, RATING).locator("[data-abstained]")).to_have_text("1 abstained")
    assert (room.tally(RATING)["n_ballots"], room.tally(RATING)["abstained"]) == (1, 1)


def test_what_is_right_is_nowhere_before_the_poll_is_closed(load, visit):
    room = load(*POLLS)
    heard: list[str] = []
    page = visit("about:blank")
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    page.goto(room.url)
    card(page, room, NUMBER).get_by_role("textbox").fill("1999")
    send(page, room, NUMBER)
    is_counted(page, room, NUMBER, "1999")

    assert "± 1" not in page.content()
    assert not card(page, room, NUMBER).locator("[data-right-value]").inner_text().strip("\N{EN DASH}")
    assert heard
    assert not any('"right"' in frame for frame in heard)
    room.act("close", NUMBER)
    expect(card(page, room, NUMBER).locator("[data-right-value]")).to_have_text("2005 (± 1)")


def test_without_javascript_everything_is_answered_and_a_mistake_keeps_what_was_typed(load, visit):
    room = load(*POLLS)
    page = visit(room.url, java_script_enabled=False)

    rate(page, room, "Keynote", "3 of 5")
    send(page, room, RATING)
    is_counted(page, room, RATING, "A 3/5")
    card(page, room, WHOLE).get_by_role("radio", name="7 of 10").check()
    send(page, room, WHOLE)
    is_counted(page, room, WHOLE, "7/10")

    card(page, room, NUMBER).get_by_role("textbox").fill("1789")
    send(page, room, NUMBER)
    expect(card(page, room, NUMBER).get_by_role("alert").first).to_have_text("The number must be at least 1991.")
    expect(card(page, room, NUMBER).get_by_role("textbox")).to_have_value("1789")
    card(page, room, NUMBER).get_by_role("textbox").fill("2005")
    send(page, room, NUMBER)
    is_counted(page, room, NUMBER, "2005")

    card(page, room, POINTS).get_by_label("Speed", exact=True).fill("60")
    send(page, room, POINTS)
    wrong = "Give exactly 100 points in all; these are 60."
    expect(card(page, room, POINTS).get_by_role("alert").first).to_have_text(wrong)
    expect(card(page, room, POINTS).get_by_label("Speed", exact=True)).to_have_value("60")
    card(page, room, POINTS).get_by_label("Sleep", exact=True).fill("40")
    send(page, room, POINTS)
    is_counted(page, room, POINTS, "A 60, D 40")

    card(page, room, RATING).get_by_text("Change my vote").click()
    card(page, room, RATING).get_by_role("button", name="Abstain").click()
    is_counted(page, room, RATING, "abstained")


def test_keys_alone_are_enough(load, visit):
    room = load(*POLLS)
    page = visit(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    card(page, room, RATING).get_by_role("radiogroup", name="Keynote").get_by_role("radio", name="No rating").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    is_counted(page, room, RATING, "A 5/5")
    card(page, room, POINTS).get_by_label("Speed", exact=True).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("99")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(card(page, room, POINTS).get_by_label("Docs", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(card(page, room, POINTS).locator("[data-rest]")).to_have_text("Left to give: 0")
    page.keyboard.press("Enter")

    is_counted(page, room, POINTS, "A 99, B 1")


@THEMES
def test_axe_finds_nothing_on_a_phone(load, visit, theme: str):
    room = load(*POLLS)
    page = visit(room.url, color_scheme=theme)
    expect(card(page, room, POINTS).locator("[data-rest]")).to_be_visible()
    assert findings(page) == ""

    cast_all(room)
    for poll in range(len(POLLS)):
        room.act("close", poll)
    expect(page.get_by_role("button", name="Send my vote")).to_have_count(0)
    for summary in page.get_by_text("Show as table").all():
        summary.click()
    assert findings(page) == ""


def test_a_narrow_phone_shows_everything_without_scrolling_sideways(load, visit):
    room = load(*POLLS)
    page = visit(room.url, viewport={"width": 320, "height": 640})
    expect(card(page, room, POINTS).locator("[data-rest]")).to_be_visible()
    widths = [page.evaluate("document.documentElement.scrollWidth")]

    cast_all(room)
    expect(card(page, room, NUMBER).locator(".columns")).to_be_visible()
    widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [320, 320]


@THEMES
def test_the_stage_draws_each_chart_and_its_table(load, visit, theme: str):
    room = load(*POLLS)
    cast_all(room)
    page = visit(
        f"{room.server.url}/stage/{room.join_code}#{room.stage_token}", viewport={"width": 1280, "height": 720}
    )
    if theme == "light":
        page.keyboard.press("d")

    for poll, sentence in (
        (RATING, "Keynote is rated highest, with 5.0 of 5."),
        (WHOLE, "The average is 8.0 of 10."),
        (NUMBER, "The middle answer is 2000, the average is 2000."),
        (POINTS, "Docs leads with 70.0."),
    ):
        room.act("stage", poll)
        expect(page.locator(f'#poll [data-poll="{room.polls[poll]}"]')).to_be_visible()
        expect(page.locator("#poll [data-lead]")).to_have_text(sentence)
        assert findings(page) == ""
        assert fits(page)


def cast_all(room: Room) -> None:
    answers: list[dict[str, Any]] = [
        {"values": {"1": 5, "3": 2}},
        {"value": 8},
        {"value": "2000"},
        {"points": {"1": 30, "2": 70}},
    ]
    for poll, answer in enumerate(answers):
        vote(room, answer, poll=poll, times=2)


def fits(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.querySelector('#poll').scrollHeight <= document.querySelector('#poll').clientHeight + 2"
        )
    )
