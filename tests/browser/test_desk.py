from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.axe import findings
from tests.browser.conftest import OpenPage, load_room
from tests.browser.rooms import DATABASE, TOOLS
from tests.browser.voting import Voters
from tests.pictures import make_picture
from tests.server_process import ServerProcess, running_server

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1280, "height": 860}
SMALL_PHONE: ViewportSize = {"width": 320, "height": 640}
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
ROOM = """
[room]
slug = "desk"
title = "Main Hall"
[[polls]]
kind = "single_choice"
prompt = "Tabs or spaces?"
options = ["Tabs", "Spaces"]
state = "open"
[[polls]]
kind = "multiple_choice"
prompt = "Which of these rather long-winded databases would you reach for first in a new project?"
options = ["Redis", "PostgreSQL", "SQLite", "Averyveryverylongdatabasenamewithoutanyspacesinit"]
max_choices = 2
[[polls]]
kind = "ranking"
prompt = "Rank the talks"
options = ["Keynote", "Typing", "Async"]
seconds = 30
"""

Visit = OpenPage


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of our own, because its first account is made here."""
    with running_server(tmp_path_factory.mktemp("desk")) as server:
        yield server


@pytest.fixture(scope="module")
def signed_in(desk: ServerProcess, chromium: Browser) -> Any:
    """The first host, made by the link that the server printed, and by keyboard; as browser settings."""
    link = re.search(r"http://\S+/welcome/\S+", (desk.folder / "serve.log").read_text())
    assert link is not None
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto(link[0])
    expect(page.get_by_label("Email")).to_be_focused()
    for words, key in ((EMAIL, "Tab"), (PASSWORD, "Tab"), (PASSWORD, "Enter")):
        page.keyboard.type(words)
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    state = context.storage_state()
    context.close()
    return {"storage_state": state, "viewport": LAPTOP}


@pytest.fixture(scope="module")
def room_url(desk: ServerProcess) -> str:
    return f"{desk.url}/rooms/{desk.load_room(ROOM)['join_code']}"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the thing with this name has the focus."""
    wanted = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name))
    wanted = wanted.or_(page.get_by_role("textbox", name=name)).first
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"The keyboard does not reach {name}")


def write_poll(page: Page, *, kind: int, prompt: str, options: list[str]) -> None:
    """On the page of a new poll; `kind` counts from 0."""
    expect(page.get_by_label("Question")).to_be_focused()
    page.keyboard.type(prompt)
    page.keyboard.press("Tab")
    for _ in range(kind):
        page.keyboard.press("ArrowDown")
    tab_to(page, "Option A")
    for number, text in enumerate(options):
        expect(page.get_by_label(f"Option {'ABCDE'[number]}", exact=True)).to_be_focused()
        page.keyboard.type(text)
        if text is not options[-1]:
            page.keyboard.press("Enter")
    tab_to(page, "Add poll")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Poll added.")


def test_a_room_with_three_polls_is_made_by_keyboard_alone(desk: ServerProcess, signed_in: Any, visit: Visit):
    page = visit(f"{desk.url}/rooms/new", **signed_in)
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("Keynote")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keynote")).to_be_visible()

    tab_to(page, "Add the first poll")
    page.keyboard.press("Enter")
    write_poll(page, kind=0, prompt="Tabs or spaces?", options=["Tabs", "Spaces"])
    tab_to(page, "Add a poll")
    page.keyboard.press("Enter")
    write_poll(page, kind=1, prompt="Which do you use?", options=["Redis", "PostgreSQL", "SQLite", "None", "All"])
    tab_to(page, "Add a poll")
    page.keyboard.press("Enter")
    write_poll(page, kind=2, prompt="Rank them", options=["A", "B", "C"])

    polls = page.locator(".polls > li")
    expect(polls).to_have_count(3)
    expect(polls.nth(1)).to_contain_text("Multiple choice")
    expect(polls.nth(1)).to_contain_text("5 options")
    tab_to(page, "Move down: Tabs or spaces?")
    page.keyboard.press("Enter")
    expect(polls.nth(1)).to_contain_text("Tabs or spaces?")
    expect(page.get_by_role("button", name="Move down: Tabs or spaces?")).to_be_focused()


def pages_of_the_desk(desk: ServerProcess, room_url: str, page: Page) -> Iterator[str]:
    """Go to every page, one after the other; its name each time."""
    for path in ("/rooms/", "/rooms/new", "/accounts/password/change/", "/accounts/logout/", "/nope", "/welcome/x"):
        page.goto(desk.url + path)
        yield path
    for path in ("/edit", "/end", "/delete", "/polls/new"):
        page.goto(room_url + path)
        yield path
    page.get_by_role("button", name="Add poll").click()
    expect(page.get_by_text("Write the question.")).to_be_visible()
    yield "mistakes"
    page.goto(f"{room_url}/edit")
    page.get_by_role("link", name="Which of these").first.click()
    yield "poll"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(desk: ServerProcess, room_url: str, signed_in: Any, visit: Visit, scheme: str):
    page = visit(f"{desk.url}/rooms/", **signed_in, color_scheme=scheme)

    for name in pages_of_the_desk(desk, room_url, page):
        assert (name, findings(page)) == (name, "")


def test_axe_finds_nothing_at_the_door(desk: ServerProcess, visit: Visit):
    page = visit(f"{desk.url}/accounts/login/")

    assert findings(page) == ""


def test_nothing_is_wider_than_a_small_phone(desk: ServerProcess, room_url: str, signed_in: Any, visit: Visit):
    page = visit(f"{desk.url}/rooms/", **signed_in | {"viewport": SMALL_PHONE})

    for name in pages_of_the_desk(desk, room_url, page):
        assert (name, page.evaluate("document.documentElement.scrollWidth")) == (name, SMALL_PHONE["width"])


def test_a_poll_is_written_without_scripts(room_url: str, signed_in: Any, visit: Visit):
    page = visit(f"{room_url}/polls/new", **signed_in, java_script_enabled=False)
    options = page.get_by_role("textbox", name="Option")

    page.get_by_label("Question").fill("Without scripts?")
    page.get_by_role("button", name="Add an option").click()
    expect(options).to_have_count(5)
    for number, text in enumerate(["One", "Two", "Three", "Four", "Five"]):
        options.nth(number).fill(text)
    page.get_by_role("button", name="Move option E up").click()
    page.get_by_role("button", name="Remove option A").click()
    expect(page.locator("#preview")).to_contain_text("Without scripts?")
    assert [options.nth(number).input_value() for number in range(4)] == ["Two", "Three", "Five", "Four"]
    page.get_by_role("button", name="Add poll").click()

    expect(page.get_by_role("status")).to_contain_text("Poll added.")
    page.get_by_role("link", name="Delete : Without scripts?").click()
    page.get_by_role("button", name="Delete poll").click()
    expect(page.get_by_text("Without scripts?")).to_have_count(0)


def test_scripts_rearrange_options_without_leaving_the_page(room_url: str, signed_in: Any, visit: Visit):
    page = visit(f"{room_url}/polls/new", **signed_in)
    options = page.get_by_role("textbox", name="Option")
    page.get_by_label("Question").fill("Where is my text?")
    for number, text in enumerate(["One", "Two", "Three", "Four"]):
        options.nth(number).fill(text)
    page.evaluate("window.stayed = true")

    options.nth(3).press("Enter")
    expect(options).to_have_count(5)
    expect(options.nth(4)).to_be_focused()
    page.get_by_role("button", name="Move option A down").click()
    expect(options.nth(1)).to_have_value("One")

    expect(options.nth(1)).to_be_focused()
    expect(page.get_by_label("Question")).to_have_value("Where is my text?")
    assert page.evaluate("window.stayed")


def test_the_preview_follows_what_is_typed(room_url: str, signed_in: Any, visit: Visit):
    page = visit(f"{room_url}/polls/new", **signed_in)

    page.get_by_label("Question").fill("Does it follow?")
    page.get_by_label("Ranking").check()
    page.get_by_role("textbox", name="Option A").fill("Of course")

    preview = page.locator("#preview")
    expect(preview).to_contain_text("Does it follow?")
    expect(preview).to_contain_text("in order, 1 is best")
    expect(preview).to_contain_text("Of course")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mistake_puts_the_keyboard_on_its_field(room_url: str, signed_in: Any, visit: Visit, scripts: bool):
    page = visit(f"{room_url}/polls/new", **signed_in, java_script_enabled=scripts)
    page.get_by_label("Question").fill("How long?")
    for letter in "AB":
        page.get_by_role("textbox", name=f"Option {letter}").fill(letter)
    page.get_by_label("Countdown").fill("1")

    page.get_by_label("Countdown").press("Enter")

    field = page.get_by_label("Countdown")
    expect(field).to_have_accessible_description(re.compile("A countdown takes 5 to 3600 seconds."))
    expect(field).to_be_focused()


def test_the_menu_closes_by_escape_and_signs_out(desk: ServerProcess, visit: Visit, signed_in: Any):
    page = visit(f"{desk.url}/accounts/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    menu = page.get_by_text(EMAIL)

    menu.click()
    expect(page.get_by_role("link", name="Admin")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Admin")).to_be_hidden()
    menu.click()
    page.get_by_role("button", name="Sign out").click()

    page.goto(f"{desk.url}/rooms/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_picture_is_uploaded_as_soon_as_it_is_chosen(visit, signed_in, room_url):
    page = visit(f"{room_url}/polls/new", **signed_in)
    page.get_by_label("Question").fill("Which colour?")
    page.get_by_role("button", name="Yes / No").click()
    expect(page.get_by_role("textbox", name="Option A")).to_have_value("Yes")
    red, blue = (
        {"name": "x.png", "mimeType": "image/png", "buffer": make_picture(colour=colour)} for colour in ("red", "blue")
    )
    page.get_by_label("Picture: Option A").set_input_files(red)
    expect(page.get_by_role("button", name=re.compile("Remove picture ?: Option A"))).to_be_focused()
    page.locator("#id_picture_file").set_input_files(blue)
    expect(page.get_by_role("button", name="Remove the picture")).to_be_visible()
    expect(page.locator("#preview img")).to_have_count(2)
    page.get_by_label("Right: Option B").check()
    page.get_by_role("button", name="Move option A down").click()
    expect(page.get_by_role("button", name=re.compile("Remove picture ?: Option B"))).to_be_visible()
    expect(page.get_by_label("Right: Option A")).to_be_checked()
    page.get_by_role("button", name="Add poll").click()

    page.get_by_role("link", name="Which colour?", exact=True).click()
    expect(page.locator("#preview img")).to_have_count(2)
    expect(page.get_by_label("Right: Option A")).to_be_checked()


def test_what_is_no_picture_is_said_at_once(visit, signed_in, room_url):
    page = visit(f"{room_url}/polls/new", **signed_in)
    drawing = {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    page.get_by_label("Picture: Option B").set_input_files(drawing)

    expect(page.get_by_text("This is no picture that can be read.")).to_be_visible()
    assert findings(page) == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rounds_are_compared_by_keyboard_on_any_screen(desk: ServerProcess, signed_in: Any, visit: Visit, scheme: str):
    room = load_room(desk, DATABASE)
    Voters(room, 14).vote_twice([{"option": 1}] * 9 + [{"option": 2}] * 5, [{"option": 1}] * 4 + [{"option": 3}] * 10)
    page = visit(f"{desk.url}/rooms/{room.join_code}/edit", **signed_in, color_scheme=scheme)
    tab_to(page, "Rounds : Which database")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Who moved where")).to_be_visible()
    assert findings(page) == ""
    page.set_viewport_size(SMALL_PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"]
    tab_to(page, "Show on stage")
    page.keyboard.press("Enter")
    stage = visit(f"{desk.url}/stage/{room.join_code}")
    expect(stage.get_by_role("heading", name="Rounds side by side")).to_be_visible()


def test_a_poll_is_duplicated_by_keyboard_and_the_copy_is_where_one_is(
    desk: ServerProcess, signed_in: Any, visit: Visit
):
    room = load_room(desk, DATABASE, TOOLS)
    page = visit(f"{desk.url}/rooms/{room.join_code}/edit", **signed_in)
    tab_to(page, "Duplicate : Which database")
    page.keyboard.press("Enter")
    polls = page.locator(".polls > li")
    expect(polls).to_have_count(3)
    expect(polls.nth(1)).to_contain_text("Which database")
    expect(polls.nth(1)).to_contain_text("Draft")
    assert page.url.endswith(f"#{polls.nth(1).get_attribute('id')}")


def test_ready_made_polls_are_one_press_away(desk: ServerProcess, signed_in: Any, visit: Visit):
    page = visit(f"{desk.url}/rooms/new", **signed_in)
    page.keyboard.type("Lecture")
    page.keyboard.press("Enter")
    tab_to(page, "Lecture check")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Added as drafts.")
    expect(page.locator(".polls > li").first).to_be_visible()
