"""The audience's top questions on the big screen, on whatever projector there is."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Room
from tests.browser.people import Person
from tests.browser.rooms import DATABASE
from tests.server_process import ServerProcess

pytestmark = pytest.mark.browser

HALL = {"width": 1920, "height": 1080}
PROJECTORS = [HALL, {"width": 1280, "height": 720}, {"width": 1024, "height": 768}, {"width": 1080, "height": 1920}]
LONG = "What would you say to a colleague who " + "has read all of it twice and still " * 12 + "disagrees?"
WIDE = "なぜですか" * 100
# In the order of their votes.
ASKED = (
    ("How do you keep a tally exact when two servers count at once, and one of them is killed?", "Ada"),
    ("Is Redis needed at all?", ""),
    ("What would you do differently if you started today?", "Grace"),
    ("Will the slides be online?", "Linus"),
    *((f"And what about topic number {number}?", "") for number in range(1, 17)),
)
# How far every line that begins in the list's own column reaches beyond the list, and how many of those there are.
EDGES = """() => {
    const list = document.querySelector('#top-questions').getBoundingClientRect();
    const seen = [...document.querySelectorAll('.top-line')].map((line) => line.getBoundingClientRect())
        .filter(({ left }) => left < list.right - 1);
    const texts = [...document.querySelectorAll('.top-text')].filter((text) => text.scrollHeight > text.clientHeight + 1);
    return { n: seen.length, over: Math.max(0, ...seen.map(({ bottom }) => bottom - list.bottom)), cut: texts.length };
}"""


@pytest.fixture
def load(server: ServerProcess) -> Any:
    return partial(load_asked, server)


def load_asked(server: ServerProcess, *asked: tuple[str, str], asking: str = "open") -> Room:
    """A room with these questions, most votes first, and a poll that is open."""
    lines = f'slug = "{os.urandom(4).hex()}"\ntitle = "Main Hall"\nasking = "{asking}"'
    loaded = server.load_room(f'[room]\n{lines}\n[[polls]]\n{DATABASE}\nstate = "open"\n')
    room = Room(server, loaded["join_code"], [poll["code"] for poll in loaded["polls"]], loaded["stage_token"])
    people = [Person(room) for _ in asked]
    codes = [person.ask(text, name=name) for person, (text, name) in zip(people, asked, strict=True)]
    for place, code in enumerate(codes):
        for person in [one for one in people if one is not people[place]][place:]:
            person.upvote(code)
    return room


@pytest.fixture
def stage(visit: Any) -> Any:
    def opened(room: Room, *, trusted: bool = True, **settings: Any) -> Page:
        token = f"#{room.stage_token}" if trusted else ""
        page: Page = visit(f"{room.server.url}/stage/{room.join_code}{token}", **{"viewport": HALL, **settings})
        expect(page.locator("body")).to_have_attribute("data-link", "live")
        return page

    return opened


def shows(page: Page, scene: str) -> None:
    expect(page.locator("#stage")).to_have_attribute("data-scene", scene)


def says(page: Page, *texts: str) -> None:
    expect(page.locator("#top-questions [data-text]")).to_have_text(list(texts))


def still(page: Page) -> None:
    page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => null)")


def dark_or_light(page: Page, theme: str) -> None:
    if theme == "light":
        page.keyboard.press("d")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_key_brings_the_list_its_votes_move_it_and_the_key_takes_it_away(load, stage, theme):
    room = load(*ASKED[:4])
    page = stage(room)
    dark_or_light(page, theme)
    page.keyboard.press("q")
    shows(page, "questions")
    expect(page.get_by_role("heading", name="Questions from the audience")).to_contain_text("4")
    says(page, *(text for text, _ in ASKED[:4]))
    expect(page.locator(".top-line").first).to_contain_text("Ada")
    expect(page.locator(".top-line [data-n]")).to_have_text(["3", "2", "1", "0"])
    assert findings(page) == ""
    code = page.locator(".top-line").nth(3).get_attribute("data-question")
    for _ in range(4):
        Person(room).upvote(str(code))
    expect(page.locator(".top-line").first).to_contain_text("Will the slides be online?")
    expect(page.locator(".top-line [data-n]").first).to_have_text("4")
    page.keyboard.press("q")
    shows(page, "poll")


@pytest.mark.parametrize("viewport", PROJECTORS, ids=lambda size: f"{size['width']}x{size['height']}")
def test_as_many_as_fit_and_none_is_cut_off(load, stage, viewport):
    room = load((LONG, "Ada"), *ASKED)
    room.act("questions")
    page = stage(room, viewport=viewport)
    shows(page, "questions")
    still(page)
    edges = page.evaluate(EDGES)
    assert edges["over"] <= 0.5
    assert edges["cut"] == 0
    assert edges["n"] >= 3
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")


@pytest.mark.parametrize("viewport", PROJECTORS, ids=lambda size: f"{size['width']}x{size['height']}")
def test_five_hundred_wide_signs_stay_inside(load, stage, viewport):
    room = load((WIDE, ""), ("Short?", ""))
    room.act("questions")
    page = stage(room, viewport=viewport)
    shows(page, "questions")
    assert page.evaluate(EDGES)["over"] <= 0.5


def test_before_scripts_the_server_draws_the_same_list(load, visit):
    room = load(*ASKED[:4])
    room.act("questions")
    page = visit(f"{room.server.url}/stage/{room.join_code}", viewport=HALL, java_script_enabled=False)
    shows(page, "questions")
    says(page, *(text for text, _ in ASKED[:4]))
    expect(page.locator(".top-line [data-n]")).to_have_text(["3", "2", "1", "0"])
    expect(page.locator(".top-line").first).to_be_visible()


def test_a_stage_that_only_watches_looks_at_it_by_itself(load, stage):
    room = load(*ASKED[:2])
    own, other = stage(room, trusted=False), stage(room)
    own.mouse.move(200, 200)
    own.get_by_role("button", name="Questions").click()
    shows(own, "questions")
    shows(other, "poll")
    own.keyboard.press("Escape")
    shows(own, "poll")


def test_where_nobody_may_ask_there_is_no_list(load, stage):
    room = load(asking="off")
    page = stage(room)
    page.keyboard.press("q")
    page.keyboard.press("j")
    shows(page, "join")
    expect(page.locator("#to-questions")).to_be_hidden()


def test_before_anybody_asks_it_says_how(load, stage):
    room = load()
    room.act("questions")
    page = stage(room)
    expect(page.get_by_text("Nobody has asked yet. Ask on your phone.")).to_be_visible()
    Person(room).ask("Why?")
    expect(page.locator(".top-line")).to_contain_text("Why?")
    expect(page.locator("#top-none")).to_be_hidden()
