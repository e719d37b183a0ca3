"""Pictures beside options, on polls and on slides; and what is right, once it is shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Room
from tests.pictures import make_picture

pytestmark = pytest.mark.browser

TREES = """
kind = "single_choice"
prompt = "Which tree?"
explanation = "It grows on poor soil."
options = [
  {text = "A lime tree", picture = "lime.png"},
  {text = "A birch", picture = "birch.png", right = true},
  {text = "An oak", picture = "oak.png"},
]
"""
SEEN = """
kind = "multiple_choice"
prompt = "What do you see?"
picture = "lime.png"
picture_alt = "A tree on a hill"
options = ["A tree", "A hill"]
"""
ORDER = """
kind = "ranking"
prompt = "Which first?"
options = [{text = "The lime", picture = "lime.png"}, {text = "The birch", picture = "birch.png"}]
"""
WELCOME = """
kind = "slide"
prompt = "Welcome"
picture = "oak.png"
text = \"\"\"
Good that you are here.

- Look
- Vote\"\"\"
"""


@pytest.fixture
def trees(server, load):
    """Load polls with pictures in the folder of their file."""

    def loaded(*polls: str, **settings) -> Room:
        for name, colour in (("lime", "#3d8b40"), ("birch", "#8a8a8a"), ("oak", "#7a4a1e")):
            (server.folder / f"{name}.png").write_bytes(make_picture(900, 600, colour=colour))
        room: Room = load(*polls, **settings)
        return room

    return loaded


def all_loaded(page: Page) -> bool:
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    return bool(page.evaluate("[...document.images].length > 0 && [...document.images].every((i) => i.naturalWidth)"))


def is_narrow_enough(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_from_asking_to_what_was_right(trees, visit, theme):
    room = trees(TREES, SEEN, ORDER)
    page = visit(room.url, color_scheme=theme, viewport={"width": 320, "height": 640})
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    assert all_loaded(page)
    assert is_narrow_enough(page)
    assert findings(page) == ""
    expect(page.get_by_role("img", name="A tree on a hill")).to_be_visible()

    page.get_by_role("radio", name="A birch").check()
    page.get_by_role("button", name="Send my vote").first.click()
    expect(page.locator(".bars .mine").first).to_contain_text("A birch")
    expect(page.locator("[data-right]:visible")).to_have_count(0)
    room.act("close", 0)
    expect(page.locator(".bars .right")).to_contain_text("✓ Right")
    expect(page.locator(".bars .right")).to_contain_text("A birch")
    expect(page.get_by_text("It grows on poor soil.")).to_be_visible()
    assert is_narrow_enough(page)
    assert findings(page) == ""


def test_a_picture_is_chosen_by_keyboard(trees, visit):
    room = trees(TREES)
    page = visit(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.get_by_role("radio", name="A lime tree").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".stamp")).to_have_text("Counted")
    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}


def test_a_picture_is_chosen_without_javascript(trees, visit):
    room = trees(TREES)
    page = visit(room.url, java_script_enabled=False)
    page.get_by_role("radio", name="An oak").check()
    page.get_by_role("button", name="Send my vote").click()

    expect(page.locator(".stamp")).to_have_text("Counted")
    room.act("close", 0)
    page.get_by_role("link", name="Show what is new").click()
    expect(page.locator(".bars .right")).to_contain_text("A birch")


def test_a_poll_with_pictures_that_opens_later_looks_like_one_that_was_there(trees, visit):
    room = trees(TREES, SEEN, is_open=False)
    early = visit(room.url)
    expect(early.locator("body")).to_have_attribute("data-link", "live")
    for poll in (0, 1):
        room.act("open", poll)
    late = visit(room.url)
    for page in (early, late):
        expect(page.get_by_role("article")).to_have_count(2)
        assert all_loaded(page)
    sources = "[...document.querySelectorAll('article img')].map((i) => [i.src, i.width, i.height, i.alt])"
    assert sorted(early.evaluate(sources)) == sorted(late.evaluate(sources))


def test_the_stage_shows_pictures_and_marks_what_is_right(trees, visit):
    room = trees(TREES)
    hall = {"width": 1920, "height": 1080}
    page = visit(f"{room.server.url}/stage/{room.join_code}#{room.stage_token}", viewport=hall)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    assert all_loaded(page)
    expect(page.locator(".right-mark:visible")).to_have_count(0)
    room.act("close", 0)
    expect(page.locator(".bars .right")).to_contain_text("A birch")
    expect(page.locator(".stage-poll .explanation")).to_be_visible()
    slot, poll = page.locator("#poll").bounding_box(), page.locator(".stage-poll .explanation").bounding_box()
    assert slot is not None
    assert poll is not None
    assert poll["y"] + poll["height"] <= slot["y"] + slot["height"] + 2
    assert findings(page) == ""


def test_a_slide_is_there_while_it_is_on_stage(trees, visit):
    room = trees(WELCOME, SEEN, is_open=False)
    phone = visit(room.url)
    hall = {"width": 1920, "height": 1080}
    stage = visit(f"{room.server.url}/stage/{room.join_code}#{room.stage_token}", viewport=hall)
    for page in (phone, stage):
        expect(page.locator("body")).to_have_attribute("data-link", "live")
    stage.keyboard.press("Space")
    for page in (phone, stage):
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
        expect(page.get_by_role("listitem").filter(has_text="Look")).to_be_visible()
        expect(page.get_by_text("Voting closed").or_(page.get_by_text("No votes yet"))).to_be_hidden()
        assert all_loaded(page)
        assert findings(page) == ""
    expect(stage.locator("#step")).to_have_text("1 / 2")
    plain = visit(room.url, java_script_enabled=False)
    expect(plain.get_by_text("Good that you are here.")).to_be_visible()

    stage.keyboard.press("Space")
    for page in (phone, stage):
        expect(page.get_by_role("heading", name="What do you see?")).to_be_visible()
        expect(page.get_by_role("heading", name="Welcome")).to_have_count(0)
    expect(stage.locator("#step")).to_have_text("2 / 2")
