"""Taps on a phone, bubbles on the wall, the pulse on the remote."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Room
from tests.browser.rooms import DATABASE

pytestmark = pytest.mark.browser


def ready(page: Page) -> Page:
    """A tap before scripts have taken the form over goes its plain way."""
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    return page


def stage_of(room: Room) -> str:
    return f"{room.server.url}/stage/{room.join_code}#{room.stage_token}"


def test_a_tap_rises_on_the_stage_and_is_said_to_who_cannot_see_it(load, visit):
    room = load(DATABASE)
    phone, stage = ready(visit(room.url)), visit(stage_of(room))
    expect(stage.locator("body")).to_have_attribute("data-link", "live")

    phone.get_by_role("button", name="Applause").click()

    expect(stage.locator(".bubble")).to_contain_text("👏")
    expect(phone.locator("#announcer")).to_have_text("Sent: Applause")
    expect(stage.locator(".bubble")).to_have_count(0)  # and is gone again


def test_where_things_stand_still_only_counts_are_shown(load, visit):
    room = load(DATABASE)
    phone, stage = ready(visit(room.url)), visit(stage_of(room), reduced_motion="reduce")
    expect(stage.locator("body")).to_have_attribute("data-link", "live")

    phone.get_by_role("button", name="Love it").click()

    bubble = stage.locator(".bubble")
    expect(bubble).to_be_visible()
    assert bubble.evaluate("(bubble) => bubble.getAnimations().length") == 0


def test_by_keyboard_one_tells_the_pace_and_it_stands(load, visit):
    page = ready(visit(load(DATABASE).url))

    page.get_by_role("button", name="Slower, please").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Slower, please")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="I am lost")).to_have_attribute("aria-pressed", "false")


def test_without_javascript_the_pace_is_told_by_a_form(load, visit):
    page = visit(load(DATABASE).url, java_script_enabled=False)

    page.get_by_role("button", name="I am lost").click()

    expect(page.get_by_role("status").filter(has_text="Sent: I am lost")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_small_phone_it_fits_and_axe_is_content(load, visit, theme):
    room = load(DATABASE)
    page = ready(visit(room.url, viewport={"width": 320, "height": 640}, color_scheme=theme))

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert findings(page) == ""
    # What one may do with one's data stands at the foot, and not over the room.
    foot, title = page.locator(".room-foot").bounding_box(), page.locator("#room-title").bounding_box()
    assert foot is not None
    assert title is not None
    assert foot["y"] > title["y"]
    for button in page.locator(".tap").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
