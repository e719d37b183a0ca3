"""The audience page as people use it: with scripts, with a finger, with keys alone, on a narrow screen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Room
from tests.browser.rooms import DATABASE, REPAIRS, TOOLS

pytestmark = pytest.mark.browser


def send(page: Page | Locator) -> None:
    page.get_by_role("button", name="Send my vote").click()


def live(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-link", "live")


def voted(load: Any, visit: Any) -> tuple[Room, Page]:
    """A room, and a phone in it whose vote for SQLite is counted."""
    room = load(DATABASE)
    page = visit(room.url)
    live(page)
    page.get_by_role("radio", name="SQLite").check()
    send(page)
    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
    return room, page


def test_a_vote_is_counted_changed_and_taken_back(load, visit):
    room, page = voted(load, visit)
    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}

    page.get_by_text("Change my vote").click()
    page.get_by_role("radio", name="MySQL").check()
    send(page)
    expect(page.locator(".bars .mine")).to_contain_text("MySQL")
    assert room.tally()["counts"] == {"1": 0, "2": 0, "3": 1}

    page.get_by_text("Change my vote").click()
    page.get_by_role("button", name="Take my vote back").click()
    expect(page.get_by_text("Counted", exact=True)).to_be_hidden()
    assert room.tally()["n_ballots"] == 0


def test_who_is_quicker_than_the_script_keeps_what_they_have_opened_and_chosen(load, visit):
    _, page = voted(load, visit)

    held: list[Route] = []
    has_chosen = False
    page.route("**/js/**", lambda script: script.continue_() if has_chosen else held.append(script))
    page.reload(wait_until="commit")
    page.get_by_text("Change my vote").click()
    page.get_by_role("radio", name="MySQL").check()
    has_chosen = True
    assert held
    for script in held:
        script.continue_()
    live(page)

    expect(page.get_by_role("radio", name="MySQL")).to_be_checked()
    send(page)
    expect(page.locator(".bars .mine")).to_contain_text("MySQL")


def test_results_move_while_others_vote(load, visit):
    room = load(DATABASE)
    watcher, voter = visit(room.url), visit(room.url)
    live(watcher)

    voter.get_by_role("radio", name="Postgres").check()
    send(voter)

    expect(watcher.locator(".bars > li").first).to_contain_text("100% 1")
    expect(watcher.get_by_text("1 vote", exact=True)).to_be_visible()


@pytest.mark.parametrize("poll", [DATABASE, TOOLS, REPAIRS], ids=["single", "multiple", "ranking"])
def test_a_poll_that_opens_later_can_be_voted_in_without_a_reload(load, visit, poll):
    room = load(poll, is_open=False)
    page = visit(room.url)
    expect(page.get_by_text("You are in.")).to_be_visible()
    live(page)

    room.act("open", 0)
    page.locator(".option").first.click()
    send(page)

    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
    assert room.tally()["n_ballots"] == 1
    room.act("close", 0)
    expect(page.get_by_text("Voting is closed. Your vote counted.")).to_be_visible()


def test_several_polls_are_open_at_once(load, visit):
    room = load(DATABASE, TOOLS)
    page = visit(room.url)
    live(page)
    second = page.get_by_role("article", name="Which of these do you use every week?")

    second.get_by_role("checkbox", name="Kafka").check()
    send(second)

    expect(second.get_by_text("Counted", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Send my vote")).to_have_count(1)
    assert (room.tally(0)["n_ballots"], room.tally(1)["n_ballots"]) == (0, 1)


def test_no_more_can_be_ticked_than_the_poll_allows(load, visit):
    page = visit(load(TOOLS).url)
    live(page)

    page.get_by_role("checkbox", name="Redis").check()
    page.get_by_role("checkbox", name="Cron").check()

    expect(page.get_by_role("checkbox", name="Kafka")).to_be_disabled()
    page.get_by_role("checkbox", name="Cron").uncheck()
    expect(page.get_by_role("checkbox", name="Kafka")).to_be_enabled()


def test_a_vote_without_a_choice_is_asked_for_one(load, visit):
    room = load(DATABASE)
    page = visit(room.url)
    live(page)

    send(page)

    expect(page.get_by_role("alert").filter(has_text="Choose at least 1.")).to_be_visible()
    expect(page.get_by_role("radio", name="Postgres")).to_be_focused()
    assert room.tally()["n_ballots"] == 0


def test_a_ranking_is_made_by_tapping_and_mended_by_arrows(load, visit):
    room = load(REPAIRS)
    page = visit(room.url)
    live(page)

    page.get_by_text("The docs").first.click()
    page.get_by_text("The build").first.click()
    page.get_by_role("button", name="Move The build up").click()
    expect(page.locator(".ranked .text")).to_have_text(["The build", "The docs", "The tests"])
    send(page)

    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
    assert room.tally() == {
        "n_ballots": 1,
        "counts": {"1": 3, "2": 0, "3": 2},
        "first": {"1": 1, "2": 0, "3": 0},
    }


def test_everything_works_by_keyboard_alone(load, visit):
    room = load(DATABASE)
    page = visit(room.url)
    live(page)

    for key in ("Tab", "Tab", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
    expect(page.locator("summary", has_text="Change my vote")).to_be_focused()
    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}

    for key in ("Enter", "Tab", "ArrowDown", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".bars .mine")).to_contain_text("MySQL")


def test_a_second_tab_of_the_same_person_shows_the_same_vote(load, phones):
    room = load(DATABASE, results="after_vote")
    phone = phones()
    first, second = phone.new_page(), phone.new_page()
    for page in (first, second):
        page.goto(room.url)
        live(page)

    first.get_by_role("radio", name="MySQL").check()
    send(first)

    expect(second.get_by_text("Counted", exact=True)).to_be_visible()
    expect(second.locator(".bars .mine")).to_contain_text("MySQL")


def test_hidden_results_are_not_on_the_page(load, visit):
    room = load(DATABASE, results="after_close")
    page = visit(room.url)
    live(page)
    page.get_by_role("radio", name="MySQL").check()
    send(page)
    expect(page.get_by_text("Results are shown when voting closes.")).to_be_visible()
    expect(page.locator(".chart")).to_be_hidden()

    room.act("close", 0)

    expect(page.locator(".chart")).to_be_visible()
    expect(page.locator(".bars .mine")).to_contain_text("MySQL")


def test_a_closed_poll_takes_the_form_away(load, visit):
    room = load(DATABASE)
    page = visit(room.url)
    live(page)

    room.act("close", 0)

    expect(page.get_by_text("Voting is closed.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Send my vote")).to_have_count(0)
    expect(page.get_by_text("The next question will appear here by itself.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways(load, visit, width):
    room = load(DATABASE, TOOLS, REPAIRS)
    page = visit(room.url, viewport={"width": width, "height": 700})
    live(page)
    for text in ("The docs", "The tests", "The build"):
        page.get_by_text(text).first.click()

    assert page.evaluate("document.documentElement.scrollWidth") == width
    send(page.get_by_role("article", name="What would you repair first?"))
    page.get_by_text("Show as table").last.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_with_reduced_motion_nothing_moves(load, visit):
    room = load(DATABASE)
    page = visit(room.url, reduced_motion="reduce")
    live(page)
    page.evaluate("document.addEventListener('transitionrun', () => { document.body.dataset.moved = 1; }, true)")

    page.get_by_role("radio", name="SQLite").check()
    send(page)

    expect(page.locator(".bars .mine")).to_contain_text("100%")
    assert page.evaluate("document.getAnimations().length") == 0
    expect(page.locator("body")).not_to_have_attribute("data-moved", "1")


def test_a_new_round_asks_everybody_again(load, visit):
    room, page = voted(load, visit)

    room.act("close", 0)
    room.act("open", 0)

    expect(page.get_by_role("radio", name="SQLite")).not_to_be_checked()
    expect(page.get_by_role("button", name="Send my vote")).to_be_visible()
    expect(page.get_by_text("No votes yet.", exact=True).first).to_be_visible()


def test_a_countdown_runs_and_closes_the_poll(load, visit):
    room = load(f"{DATABASE}seconds = 6")
    page = visit(room.url)
    live(page)

    expect(page.get_by_role("timer")).to_have_text(re.compile("0:0[1-5]"))
    expect(page.get_by_text("Voting is closed.", exact=True)).to_be_visible()


def test_screen_readers_hear_what_happens(load, visit):
    room = load(DATABASE, is_open=False)
    page = visit(room.url)
    announced = page.locator("#announcer")
    live(page)

    room.act("open", 0)
    expect(announced).to_have_text("Voting is open: Which database would you reach for first?")
    page.get_by_role("radio", name="SQLite").check()
    send(page)
    expect(announced).to_have_text("Your vote is counted.")
    room.act("close", 0)
    expect(announced).to_have_text("Voting is closed: Which database would you reach for first?")
    expect(announced).to_have_text("SQLite leads with 100%.")


def test_what_became_of_a_vote_is_in_view_however_far_one_had_scrolled(load, visit):
    room = load(REPAIRS, DATABASE)
    page = visit(room.url, viewport={"width": 320, "height": 480})
    live(page)
    poll = page.get_by_role("article", name="What would you repair first?")
    poll.get_by_text("The docs").first.click()

    poll.get_by_role("button", name="Send my vote").evaluate("button => button.scrollIntoView({ block: 'start' })")
    send(poll)

    expect(poll.get_by_text("Counted", exact=True)).to_be_in_viewport()
