"""How the page keeps its link to the room, whatever networks and servers do to it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Phones
from tests.browser.rooms import DATABASE

pytestmark = pytest.mark.browser

SOCKETS = "**/ws/**"
# Once there is a link, a pause of about a second lasts until the test says so.
HOLD_PAUSES = """
    const later = window.setTimeout;
    window.held = [];
    window.setTimeout = (deed, ms = 0, ...more) =>
        document.body?.dataset.link === 'live' && ms >= 500 && ms <= 1500 ? held.push(deed) : later(deed, ms, ...more);
"""


def closing(page: Page, *codes: int) -> list[int]:
    """Close the page's first sockets with these codes, then let them through; what was closed so far."""
    closed: list[int] = []

    def handle(socket: WebSocketRoute) -> None:
        if len(closed) < len(codes):
            closed.append(codes[len(closed)])
            socket.close(code=closed[-1])
        else:
            socket.connect_to_server()

    page.route_web_socket(SOCKETS, handle)
    return closed


@pytest.fixture
def page(phones: Phones) -> Page:
    return phones().new_page()


def test_a_broken_link_is_mended_without_a_word(load, page):
    closed = closing(page, 1012, 1013)

    page.goto(load(DATABASE).url)

    expect(page.locator("body")).to_have_attribute("data-link", "live")
    expect(page.locator("#banner")).to_be_hidden()
    assert closed == [1012, 1013]


def test_an_unknown_identity_joins_anew_once(load, page):
    closed = closing(page, 4401)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type) if "/j/" in request.url else None)

    page.goto(load(DATABASE).url)

    expect(page.locator("body")).to_have_attribute("data-link", "live")
    assert closed == [4401]
    assert asked == ["document", "fetch"]


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ((4401, 4401), "The server does not take this page any more."),
        ((4404,), "This room does not exist any more."),
        ((4409,), "This room is open in too many tabs."),
        ((4400,), "The server does not take this page any more."),
    ],
)
def test_a_final_refusal_is_said_and_ends_the_trying(load, page, codes, words):
    closing(page, *codes)

    page.goto(load(DATABASE).url)

    expect(page.locator("#banner")).to_contain_text(words)
    expect(page.locator("body")).to_have_attribute("data-link", "over")


def test_where_sockets_are_killed_one_votes_by_plain_requests(load, page, visit):
    room = load(DATABASE)
    page.route_web_socket(SOCKETS, lambda socket: socket.close(code=1011))
    page.goto(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    page.get_by_role("radio", name="SQLite").check()
    page.get_by_role("button", name="Send my vote").click()
    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
    expect(page.locator(".bars .mine")).to_contain_text("SQLite")
    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}

    room.act("close", 0)
    expect(page.get_by_text("Voting is closed. Your vote counted.")).to_be_visible()


def test_a_vote_between_two_requests_shows_its_results_without_waiting_for_another(load, page):
    room = load(DATABASE)
    page.route_web_socket(SOCKETS, lambda socket: socket.close(code=1011))
    page.add_init_script(HOLD_PAUSES)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/state?" in request.url else None)
    page.goto(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.get_by_role("radio", name="SQLite").check()
    page.get_by_role("button", name="Send my vote").click()
    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
    assert len(asked) == 1

    page.evaluate("() => { for (const deed of held.splice(0)) deed(); }")

    expect(page.locator(".bars .mine")).to_contain_text("SQLite")
    expect(page.get_by_text("1 vote", exact=True)).to_be_visible()
    assert len(asked) == 2


def test_a_page_without_a_network_says_so_and_recovers(load, page):
    page.goto(load(DATABASE).url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('online'))")  # the phone changes networks: the link is probed, in vain
    expect(page.locator("#banner")).to_have_text("Reconnecting… your vote is kept.")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator("body")).to_have_attribute("data-link", "live")
    expect(page.locator("#banner")).to_be_hidden()


def test_a_tab_that_missed_a_vote_is_told_and_shows_what_counts(load, phones):
    room = load(DATABASE)
    phone = phones()
    first, second = phone.new_page(), phone.new_page()

    def keep_from_it_what_is_mine(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda said: None if "me.changed" in str(said) else socket.send(said))

    second.route_web_socket(SOCKETS, keep_from_it_what_is_mine)
    for page, option in ((first, "SQLite"), (second, "MySQL")):
        page.goto(room.url)
        expect(page.locator("body")).to_have_attribute("data-link", "live")
        page.get_by_role("radio", name=option).check()
    first.get_by_role("button", name="Send my vote").click()
    expect(first.get_by_text("Counted", exact=True)).to_be_visible()

    second.get_by_role("button", name="Send my vote").click()

    expect(second.get_by_role("alert")).to_contain_text("You voted elsewhere in the meantime.")
    expect(second.locator(".bars .mine")).to_contain_text("SQLite")
    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}


def test_a_vote_refused_as_busy_is_sent_again(load, page):
    room = load(DATABASE)
    refused: list[str] = []

    def refuse_the_first(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def hear(said: str | bytes) -> None:
            if refused or "ballot.cast" not in str(said):
                server.send(said)
            else:
                refused.append(json.loads(said)["id"])
                error = {"type": "error", "id": refused[0], "code": "busy", "message": "", "retry_ms": 50}
                socket.send(json.dumps(error))

        socket.on_message(hear)

    page.route_web_socket(SOCKETS, refuse_the_first)
    page.goto(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.get_by_role("radio", name="MySQL").check()
    page.get_by_role("button", name="Send my vote").click()

    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
    assert len(refused) == 1
    assert room.tally()["counts"] == {"1": 0, "2": 0, "3": 1}
