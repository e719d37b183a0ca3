"""Questions from the audience in a real browser: two phones, the stage and the remote."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import partial
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from live_polls.domain import clock
from live_polls.domain.asked import QuestionView
from live_polls.views.question_order import ORDERS, in_order
from tests.browser.axe import findings
from tests.browser.conftest import PHONE, Room
from tests.browser.rooms import DATABASE
from tests.server_process import ServerProcess, prepare_server, serving

pytestmark = pytest.mark.browser

STAGE = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of our own, because its first account is made here."""
    server = prepare_server(tmp_path_factory.mktemp("asking"))
    with serving(server):
        yield server


@pytest.fixture(scope="module")
def signed_in(house: ServerProcess, chromium: Browser) -> Any:
    link = re.search(r"http://\S+/welcome/\S+", house.said)
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
def load(house: ServerProcess) -> Any:
    return partial(load_asking, house)


def load_asking(house: ServerProcess, **settings: str) -> Room:
    """A room that takes questions, with a poll that is open."""
    said = {"asking": '"open"'} | settings
    lines = "\n".join(f"{name} = {value}" for name, value in said.items())
    loaded = house.load_room(
        f'[room]\nslug = "hall-{monotonic()}"\ntitle = "Main Hall"\n{lines}\n[[polls]]\n{DATABASE}\nstate = "open"\n'.replace(
            ".", "-", 1
        )
    )
    return Room(house, loaded["join_code"], [poll["code"] for poll in loaded["polls"]], loaded["stage_token"])


@pytest.fixture
def remote(visit: Any, signed_in: Any) -> Any:
    def opened(room: Room) -> Page:
        page: Page = visit(f"{room.server.url}/remote/{room.join_code}", storage_state=signed_in, viewport=PHONE)
        expect(page.locator("body")).to_have_attribute("data-link", "live")
        return page

    return opened


def live(page: Page) -> Page:
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    return page


def ask(page: Page, text: str) -> None:
    page.get_by_label("Your question to the speakers").fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()


def card(page: Page, text: str) -> Any:
    return page.locator("#question-list > li").filter(has_text=text)


def on_remote(page: Page, text: str) -> Any:
    return page.locator(".asked-list li").filter(has_text=text)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_question_from_one_phone_by_the_votes_of_another_to_the_stage(load, visit, remote, theme):
    room = load()
    ada, bob = (live(visit(room.url, color_scheme=theme)) for _ in range(2))
    stage = live(visit(f"{room.server.url}/stage/{room.join_code}", viewport=STAGE))
    host = remote(room)
    ada.locator("#ask-name").fill("Ada")
    ask(ada, "Why not Redis?")
    expect(ada.get_by_text("Sent. Everybody can see it now.").first).to_be_visible()
    expect(card(ada, "Why not Redis?").get_by_text("Yours")).to_be_visible()
    card(bob, "Why not Redis?").locator(".upvote").click()
    expect(card(ada, "Why not Redis?").locator("[data-n]")).to_have_text("1")
    assert findings(ada) == ""
    on_remote(host, "Why not Redis?").get_by_role("button", name="Put on stage").click()
    expect(stage.locator("#asked-text")).to_have_text("Why not Redis?")
    expect(stage.locator("#asked-name")).to_have_text("Ada")
    expect(stage.locator("#asked-n")).to_have_text("1 vote")
    expect(stage.locator("#asked-text")).to_be_visible()
    assert findings(stage) == ""
    assert findings(host) == ""
    on_remote(host, "Why not Redis?").get_by_role("button", name="Answered").click()
    expect(card(bob, "Why not Redis?").get_by_text("Answered")).to_be_visible()
    card(ada, "Why not Redis?").get_by_role("button", name="Take back").click()
    expect(card(bob, "Why not Redis?")).to_have_count(0)
    expect(stage.locator("#asked")).to_be_hidden()


def test_a_hidden_question_leaves_every_screen_within_two_seconds_and_never_comes_back(load, visit, remote):
    room = load()
    ada, bob = (live(visit(room.url)) for _ in range(2))
    stage = live(visit(f"{room.server.url}/stage/{room.join_code}", viewport=STAGE))
    host = remote(room)
    ask(ada, "Something rude?")
    on_remote(host, "Something rude?").get_by_role("button", name="Put on stage").click()
    expect(stage.locator("#asked-text")).to_have_text("Something rude?")
    expect(card(bob, "Something rude?")).to_be_visible()
    on_remote(host, "Something rude?").get_by_role("button", name="Hide it").click()
    began = monotonic()
    expect(card(bob, "Something rude?")).to_have_count(0, timeout=2_000)
    expect(stage.get_by_text("Something rude?")).to_have_count(0, timeout=2_000)
    assert monotonic() - began < 4  # two looks, one after the other
    expect(card(ada, "Something rude?").get_by_text("a moderator has hidden it")).to_be_visible()
    for page in (bob, stage):
        page.context.set_offline(True)
        page.context.set_offline(False)
        page.reload()
        live(page)
        assert "Something rude?" not in page.content()


def test_what_waits_is_said_to_its_author_alone_until_it_is_approved(load, visit, remote):
    room = load(hold_questions="true")
    ada, bob, host = live(visit(room.url)), live(visit(room.url)), remote(room)
    expect(ada.get_by_text("A moderator reads it first.")).to_be_visible()
    ask(ada, "May I?")
    expect(card(ada, "May I?").get_by_text("Waiting for a moderator")).to_be_visible()
    on_remote(host, "May I?").get_by_role("button", name="Show it").click()
    expect(card(bob, "May I?")).to_be_visible()
    expect(card(ada, "May I?").get_by_text("Waiting for a moderator")).to_be_hidden()


def test_by_keyboard_alone(load, visit):
    room = load()
    ada, bob = (live(visit(room.url)) for _ in range(2))
    ada.get_by_role("link", name="Questions").focus()
    ada.keyboard.press("Enter")
    ada.keyboard.press("Tab")
    ada.keyboard.type("Keys only?")
    ada.keyboard.press("Tab")
    ada.keyboard.press("Tab")
    ada.keyboard.press("Enter")
    button = card(bob, "Keys only?").locator(".upvote")
    button.focus()
    bob.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    bob.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_without_scripts_on_a_narrow_phone(load, visit):
    room = load(names='"required"')
    page = visit(room.url, java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.get_by_role("link", name="Questions").click()
    page.get_by_label("Your question to the speakers").fill("Plain and https://example.org/" + "long" * 20 + "?")
    page.locator("#ask-name").fill("Grace")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(card(page, "Plain")).to_be_visible()
    expect(card(page, "Plain").get_by_text("Grace")).to_be_visible()
    other = visit(room.url, java_script_enabled=False)
    card(other, "Plain").locator(".upvote").click()
    expect(card(other, "Plain").locator(".upvote")).to_have_attribute("aria-pressed", "true")
    page.goto(room.url)
    expect(card(page, "Plain").locator("[data-n]")).to_have_text("1")
    script = visit(room.url, viewport={"width": 320, "height": 640})
    assert live(script).evaluate("document.documentElement.scrollWidth") <= 320
    card(page, "Plain").get_by_role("button", name="Take back").click()
    expect(card(page, "Plain")).to_have_count(0)


def test_a_poll_takes_the_stage_back_and_next_goes_on_where_the_talk_was(load, visit, remote):
    room = load()
    ada, host = live(visit(room.url)), remote(room)
    stage = live(visit(f"{room.server.url}/stage/{room.join_code}", viewport=STAGE))
    ask(ada, "One moment?")
    on_remote(host, "One moment?").get_by_role("button", name="Put on stage").click()
    expect(stage.locator("#asked")).to_be_visible()
    expect(host.locator("#now")).to_have_text("One moment?")
    host.locator("#next").click()
    expect(stage.locator("#question")).to_have_text("Which database would you reach for first?")
    expect(stage.locator("#asked")).to_be_hidden()


def texts_on(page: Page) -> list[str]:
    return page.locator("#question-list [data-text]").all_inner_texts()


def ask_three(page: Page) -> None:
    for text in ("First?", "Second?", "Third?"):
        ask(page, text)
        expect(card(page, text)).to_be_visible()


def test_links_sort_without_scripts(load, visit):
    room = load()
    page = visit(room.url, java_script_enabled=False)
    ask_three(page)
    other = visit(room.url, java_script_enabled=False)
    card(other, "Second?").locator(".upvote").click()
    other.get_by_role("link", name="Newest").click()
    assert texts_on(other) == ["Third?", "Second?", "First?"]
    expect(other.get_by_role("link", name="Newest")).to_have_attribute("aria-current", "true")
    card(other, "Third?").locator(".upvote").click()
    assert texts_on(other) == ["Third?", "Second?", "First?"]
    other.get_by_role("link", name="Most votes").click()
    assert texts_on(other) == ["Second?", "Third?", "First?"]


def test_with_scripts_the_same_links_sort_at_once_and_a_reload_keeps_the_order(load, visit):
    room = load()
    page = live(visit(room.url))
    ask_three(page)
    page.get_by_label("Your question to the speakers").fill("Half a thought")
    page.get_by_role("link", name="Newest").click()
    expect(page.locator("#question-list [data-text]").first).to_have_text("Third?")
    assert texts_on(page) == ["Third?", "Second?", "First?"]
    expect(page.locator("#question-order [aria-current]")).to_have_text("Newest")
    expect(page.get_by_label("Your question to the speakers")).to_have_value("Half a thought")
    assert findings(page) == ""
    page.reload()
    live(page)
    expect(page.locator("#question-order [aria-current]")).to_have_text("Newest")
    assert texts_on(page) == ["Third?", "Second?", "First?"]


@pytest.mark.parametrize("order", ORDERS)
def test_scripts_and_server_sort_alike(load, visit, monkeypatch, order):
    page, dice = live(visit(load().url)), random.Random(7)
    monkeypatch.setattr(clock, "now", lambda: 10_000.0)
    questions = [asked(dice, number) for number in range(200)]
    script = """async ([questions, how]) =>
        (await import('live_polls/question_order')).inOrder(questions, how).map(({ code }) => code)"""
    sent = [{name: getattr(each, name) for name in ("code", "n_upvotes", "asked_at", "answered")} for each in questions]
    by_script = page.evaluate(script, [sent, {"order": order, "now": 10_000.0, "onStage": "7"}])
    assert by_script == [each.code for each in in_order(questions, order, on_stage="7")]


def asked(dice: random.Random, number: int) -> QuestionView:
    """Ties, and clocks that are a little ahead, are among them."""
    return QuestionView(
        id=number,
        code=str(number),
        name="",
        text="Why?",
        is_edited=False,
        reply="",
        state="shown",
        hint="",
        answered=dice.random() < 0.2,
        merged_into=None,
        n_upvotes=dice.randrange(8),
        version=1,
        asked_at=dice.uniform(0, 10_100),
    )
