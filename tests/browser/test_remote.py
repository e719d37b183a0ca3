"""The remote as a host uses it: with a thumb, by keyboard alone, without scripts, and two at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Room, load_room
from tests.browser.rooms import DATABASE, REPAIRS
from tests.browser.voting import vote
from tests.server_process import ServerProcess, running_server

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 320, "height": 640}
COUNTDOWN = 'kind = "single_choice"\nprompt = "Now?"\noptions = ["Yes", "No"]\nseconds = 60'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of our own, because its first account is made here."""
    with running_server(tmp_path_factory.mktemp("remote")) as server:
        yield server


@pytest.fixture(scope="module")
def signed_in(house: ServerProcess, chromium: Browser) -> Any:
    """What the browser of the first host keeps. An operator may run every room."""
    link = re.search(r"http://\S+/welcome/\S+", (house.folder / "serve.log").read_text())
    assert link is not None
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto(link[0])
    page.get_by_label("Email").fill("ada@example.org")
    for field in page.locator("input[type=password]").all():
        field.fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def load(house: ServerProcess):
    return partial(load_room, house)


@pytest.fixture
def open_remote(visit, signed_in):
    def opened(room: Room, **settings: Any) -> Page:
        address = f"{room.server.url}/remote/{room.join_code}"
        page: Page = visit(address, **{"storage_state": signed_in, "viewport": PHONE, **settings})
        if settings.get("java_script_enabled", True):
            expect(page.locator("body")).to_have_attribute("data-link", "live")
        return page

    return opened


def next_button(page: Page):
    return page.locator("#next")


def test_a_talk_is_run_with_one_thumb(load, open_remote):
    room = load(DATABASE, REPAIRS, results="host", is_open=False)
    page = open_remote(room)
    said = []

    for words in (
        "Open the next poll",
        "Close voting",
        "Show results",
        "Open the next poll",
        "Close voting",
        "Show results",
    ):
        expect(next_button(page)).to_contain_text(words)
        said.append(page.locator(".now h2").inner_text())
        next_button(page).click()

    expect(next_button(page)).to_contain_text("That was the last poll")
    expect(page.get_by_text("2 / 2")).to_be_visible()
    assert said[0] == "Nothing is on stage"
    assert said[1:3] == ["Which database would you reach for first?"] * 2


def test_counts_and_presence_move_while_people_vote(load, open_remote, visit):
    room = load(DATABASE, results="host")
    page = open_remote(room)
    visit(room.url)
    expect(page.locator("#crowd")).to_have_text("1 here · 0 voted (0%)")

    vote(room, {"option": 2})

    expect(page.locator("#crowd")).to_have_text("1 here · 1 voted (100%)")
    expect(page.locator(".now .bars > li").nth(1)).to_contain_text("100% 1")
    expect(page.locator(".step [data-votes]")).to_have_text("1 vote")


def test_two_remotes_and_the_stage_agree(load, open_remote, visit):
    room = load(DATABASE)
    first, second = open_remote(room), open_remote(room, viewport=LAPTOP)
    stage = visit(f"{room.server.url}/stage/{room.join_code}#{room.stage_token}", viewport=LAPTOP)

    first.get_by_role("button", name="Hide results").click()
    expect(second.get_by_text("Results are hidden")).to_be_visible()
    expect(stage.locator(".votes-in")).to_be_visible()
    second.get_by_role("button", name="Blank").click()
    expect(first.get_by_role("button", name="Blank")).to_have_attribute("aria-pressed", "true")
    expect(stage.locator("#stage")).to_have_attribute("data-scene", "blank")
    expect(next_button(first)).to_contain_text("Back to the poll")
    next_button(first).click()

    expect(stage.locator("#stage")).to_have_attribute("data-scene", "poll")
    expect(next_button(second)).to_contain_text("Close voting")


def test_two_presses_at_once_make_one_step(load, open_remote):
    room = load(DATABASE, REPAIRS, is_open=False)
    pages = open_remote(room), open_remote(room)
    press = "at => setTimeout(() => document.getElementById('next').click(), at - Date.now())"
    at = pages[0].evaluate("Date.now() + 500")

    for page in pages:
        page.evaluate(press, at)

    for page in pages:
        expect(next_button(page)).to_contain_text("Close voting")
        expect(page.locator(".now h2")).to_contain_text("Which database")


def test_more_time_is_given_where_a_countdown_runs(load, open_remote):
    room = load(COUNTDOWN)
    page = open_remote(room)
    expect(page.locator(".now .countdown")).to_have_text(re.compile(r"(0:5\d|1:00)"))

    page.get_by_role("button", name="+15 s").click()

    expect(page.locator(".now .countdown")).to_have_text(re.compile(r"1:(0\d|1\d)"))


def test_a_new_round_is_asked_for_twice_and_the_count_begins_anew(load, open_remote):
    room = load(DATABASE)
    vote(room, {"option": 1})
    page = open_remote(room)

    page.get_by_text("Start again…").click()
    expect(page.get_by_text("Round 1 is kept with its 1 vote")).to_be_visible()
    page.get_by_role("button", name="Start a new round").click()

    expect(page.get_by_text("Round 2")).to_be_visible()
    expect(next_button(page)).to_contain_text("Open voting")
    next_button(page).click()
    expect(page.locator("#crowd")).to_contain_text("0 voted")


def test_any_poll_can_be_put_on_stage(load, open_remote):
    room = load(DATABASE, REPAIRS)
    page = open_remote(room)

    page.get_by_role("button", name="Put on stage: What would you repair first?").click()

    expect(page.locator(".now h2")).to_have_text("What would you repair first?")
    expect(page.locator(".step.current h3")).to_have_text("What would you repair first?")


def test_a_refusal_is_said_in_words(load, open_remote):
    room = load(COUNTDOWN)
    page = open_remote(room)
    page.route(re.compile("/ws/|/remote/"), lambda route: route.abort())
    button = page.get_by_role("button", name="+15 s")
    # The same page, a moment after another host has closed the poll.
    page.evaluate("document.querySelector('.deeds input[name=poll]').value = 'nosuchpo'")

    button.click()

    expect(page.get_by_role("alert").filter(has_text="There is no such poll in this room.")).to_be_visible()


def test_without_an_answer_the_remote_says_so(load, open_remote):
    page = open_remote(load(DATABASE))
    page.route(re.compile("/act$"), lambda route: route.abort())

    next_button(page).click()

    expect(page.get_by_role("alert").filter(has_text="No answer from the server.")).to_be_visible()
    expect(next_button(page)).to_contain_text("Close voting")


def test_buttons_work_while_the_link_is_down(load, phones, signed_in):
    room = load(DATABASE)
    page = phones(storage_state=signed_in).new_page()
    page.route_web_socket(re.compile("/ws/"), lambda socket: socket.close(code=1001))
    page.route(re.compile("/api/"), lambda route: route.abort())
    page.goto(f"{room.server.url}/remote/{room.join_code}")
    expect(page.locator("#banner")).to_contain_text("Reconnecting…")

    next_button(page).click()

    expect(page.locator(".now .badge")).to_have_text("Closed")


def test_everything_works_by_keyboard_alone(load, open_remote):
    room = load(DATABASE, REPAIRS, is_open=False)
    page = open_remote(room, viewport=LAPTOP)

    tab_to(page, "next")
    page.keyboard.press("Enter")
    expect(page.locator(".now .badge")).to_have_text("Open")
    expect(next_button(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".now .badge")).to_have_text("Closed")
    tab_to(page, "deed-results")
    page.keyboard.press("Space")
    expect(page.locator("#deed-results")).to_have_text("Show results")
    expect(page.locator("#deed-results")).to_be_focused()


def tab_to(page: Page, wanted: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            return
    raise AssertionError(f"The keyboard does not reach {wanted}")


def test_everything_works_without_scripts(load, open_remote):
    room = load(DATABASE, REPAIRS, is_open=False)
    page = open_remote(room, java_script_enabled=False)

    next_button(page).click()
    expect(page.locator(".now .badge")).to_have_text("Open")
    page.get_by_role("button", name="Hide results").click()
    expect(page.get_by_text("Results are hidden")).to_be_visible()
    page.get_by_text("Start again…").click()
    page.get_by_role("button", name="Start a new round").click()

    expect(page.get_by_text("Round 2")).to_be_visible()


def test_the_stage_link_can_be_copied_and_opens_a_trusted_stage(load, open_remote, visit):
    room = load(DATABASE)
    page = open_remote(room)
    page.get_by_role("button", name="Copy the stage link").click()
    expect(page.get_by_role("alert").filter(has_text="ink")).to_be_visible()
    link = page.locator("#stage-link").input_value()

    stage = visit(link, viewport=LAPTOP)
    expect(stage.locator("body")).to_have_attribute("data-link", "live")
    stage.keyboard.press("PageDown")

    expect(page.locator(".now .badge")).to_have_text("Closed")


def test_the_stage_of_a_signed_in_host_is_trusted_without_a_link(load, visit, signed_in):
    room = load(DATABASE, results="host")
    vote(room, {"option": 1})
    address = f"{room.server.url}/stage/{room.join_code}"
    stage = visit(address, storage_state=signed_in, viewport=LAPTOP)
    expect(stage.locator("body")).to_have_attribute("data-link", "live")

    stage.keyboard.press("PageDown")
    stage.keyboard.press("PageDown")
    stage.keyboard.press("r")

    expect(stage.locator(".bars > li").first).to_contain_text("100% 1")


def test_the_clock_is_stopped(load, open_remote):
    page = open_remote(load(COUNTDOWN))

    page.get_by_role("button", name="Stop the clock").click()

    expect(page.locator(".now .countdown")).to_have_count(0)
    expect(page.locator(".now .badge")).to_have_text("Open")


def test_a_page_that_is_too_old_says_so(load, open_remote):
    page = open_remote(load(DATABASE))
    page.evaluate("for (const field of document.querySelectorAll('[name=csrfmiddlewaretoken]')) field.value = 'x'")

    next_button(page).click()

    expect(page.get_by_role("alert").filter(has_text="This page is out of date.")).to_be_visible()


def test_what_is_unfolded_stays_so_when_the_room_changes(load, open_remote):
    room = load(DATABASE, REPAIRS)
    page = open_remote(room)
    page.get_by_text("Start again…").click()

    room.act("close", 1)

    expect(page.locator(".step .badge").nth(1)).to_have_text("Shown")
    expect(page.get_by_role("button", name="Start a new round")).to_be_visible()


def test_who_loses_the_right_sees_it_at_once(load, phones, signed_in):
    room = load(DATABASE)
    context = phones(storage_state=signed_in)
    page = context.new_page()
    page.goto(f"{room.server.url}/remote/{room.join_code}")
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    context.clear_cookies()

    room.act("close", 0)

    expect(page.get_by_label("Email")).to_be_visible()


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, LAPTOP], ids=lambda size: str(size["width"]))
def test_nothing_scrolls_sideways_and_the_thumb_finds_its_button(load, open_remote, size):
    page = open_remote(load(DATABASE, REPAIRS, COUNTDOWN), viewport=size)

    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    box = next_button(page).bounding_box()
    assert box is not None
    assert box["height"] >= 64
    assert box["y"] + box["height"] <= size["height"]
    small = page.locator("main button:visible, main a:visible, main summary:visible").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.textContent)"
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(load, open_remote, scheme):
    room = load(DATABASE, REPAIRS, is_open=False)
    page = open_remote(room, color_scheme=scheme)
    assert findings(page) == ""

    next_button(page).click()
    expect(next_button(page)).to_contain_text("Close voting")
    page.get_by_text("Start again…").click()

    assert findings(page) == ""
