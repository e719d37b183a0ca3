"""The audience page where less is there: no JavaScript, no loopback, no network for a while, hardly any bytes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import HALL, load_room
from tests.browser.rooms import DATABASE, REPAIRS, TOOLS
from tests.server_process import prepare_server, serving

pytestmark = pytest.mark.browser

MAX_BYTES = 45 * 1024
MAX_REQUESTS = 5


def send(page: Page) -> None:
    page.get_by_role("button", name="Send my vote").click()


def test_without_javascript_one_votes_changes_and_sees_results(load, visit):
    room = load(DATABASE)
    page = visit(room.url, java_script_enabled=False)

    page.get_by_role("radio", name="SQLite").check()
    send(page)
    expect(page.locator(".stamp")).to_have_text("Counted")
    expect(page.locator(".bars .mine")).to_contain_text(re.compile(r"SQLite\s+You\s+100%\s+1"), use_inner_text=True)

    page.get_by_text("Change my vote").click()
    expect(page.get_by_role("radio", name="SQLite")).to_be_checked()
    page.get_by_role("radio", name="MySQL").check()
    send(page)
    expect(page.locator(".bars .mine")).to_contain_text("MySQL")
    assert room.tally() == {"n_ballots": 1, "counts": {"1": 0, "2": 0, "3": 1}}

    page.get_by_text("Change my vote").click()
    page.get_by_role("button", name="Take my vote back").click()
    expect(page.get_by_role("radio", name="MySQL")).not_to_be_checked()
    assert room.tally()["n_ballots"] == 0


def test_without_javascript_a_reload_does_not_vote_again(load, visit):
    room = load(DATABASE)
    page = visit(room.url, java_script_enabled=False)
    page.get_by_role("radio", name="SQLite").check()
    send(page)
    # A reload while the answer to the form is on its way would end this page, not load it again.
    expect(page.locator(".stamp")).to_have_text("Counted")

    page.reload()
    page.go_back()
    page.reload()

    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}


def test_without_javascript_one_ranks_by_numbers(load, visit):
    room = load(REPAIRS)
    page = visit(room.url, java_script_enabled=False)

    page.get_by_label("Place of The docs").select_option("1")
    page.get_by_label("Place of The build").select_option("1")
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("does not fit")
    assert room.tally()["n_ballots"] == 0

    page.get_by_label("Place of The docs").select_option("1")
    page.get_by_label("Place of The build").select_option("2")
    send(page)
    expect(page.locator(".yours")).to_have_text("You: C A")
    assert room.tally()["first"] == {"1": 0, "2": 0, "3": 1}


def test_a_form_left_behind_in_another_tab_is_stale_and_shows_what_counts(load, phones):
    room = load(DATABASE)
    phone = phones(java_script_enabled=False)
    first, second = phone.new_page(), phone.new_page()
    for page in (first, second):
        page.goto(room.url)

    first.get_by_role("radio", name="SQLite").check()
    send(first)
    second.get_by_role("radio", name="MySQL").check()
    send(second)

    expect(second.get_by_role("alert")).to_contain_text("You voted elsewhere in the meantime.")
    expect(second.locator(".bars .mine")).to_contain_text("SQLite")
    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}


def test_the_page_votes_before_any_script_arrives(load, phones):
    room = load(TOOLS)
    page = phones().new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto(room.url)

    page.get_by_role("checkbox", name="Kafka").check()
    send(page)

    expect(page.locator(".stamp")).to_have_text("Counted")
    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0, "4": 0}


@pytest.mark.parametrize("polls", [[], [DATABASE, TOOLS, REPAIRS]], ids=["lobby", "three polls"])
def test_the_page_is_light(load, phones, polls):
    room = load(*polls)
    page = phones().new_page()
    devtools = page.context.new_cdp_session(page)
    sizes: list[float] = []
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))

    page.goto(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    assert len(sizes) <= MAX_REQUESTS
    assert sum(sizes) <= MAX_BYTES


def test_a_phone_on_plain_http_votes_live(load, visit):
    room = load(DATABASE)
    page = visit(room.url.replace("127.0.0.1", HALL))
    assert page.evaluate("[isSecureContext, 'wakeLock' in navigator, 'randomUUID' in crypto]") == [False, False, False]
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    page.get_by_role("radio", name="SQLite").check()
    send(page)

    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
    assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}


def test_a_phone_on_plain_http_votes_without_javascript(load, visit):
    room = load(DATABASE)
    page = visit(room.url.replace("127.0.0.1", HALL), java_script_enabled=False)

    page.get_by_role("radio", name="SQLite").check()
    send(page)

    expect(page.locator(".stamp")).to_have_text("Counted")


def test_a_vote_sent_while_the_server_is_away_is_kept_and_counted(visit, tmp_path):
    server = prepare_server(tmp_path)
    with serving(server):
        room = load_room(server, DATABASE)
        page = visit(room.url)
        expect(page.locator("body")).to_have_attribute("data-link", "live")

    expect(page.get_by_text("Reconnecting… your vote is kept.")).to_be_visible()
    page.get_by_role("radio", name="SQLite").check()
    send(page)
    expect(page.get_by_text("Waiting for the network.")).to_be_visible()

    with serving(server):
        expect(page.get_by_text("Counted", exact=True)).to_be_visible(timeout=40_000)
        expect(page.get_by_text("Reconnecting")).to_be_hidden()
        assert room.tally()["counts"] == {"1": 0, "2": 1, "3": 0}


def test_a_vote_that_was_lost_on_the_way_goes_out_again_after_a_reload(load, phones):
    room = load(DATABASE)
    page = phones().new_page()
    lost: list[str | bytes] = []

    def lose_the_first(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        socket.on_message(
            lambda said: lost.append(said) if not lost and "ballot.cast" in str(said) else server.send(said)
        )

    page.route_web_socket("**/ws/**", lose_the_first)
    page.goto(room.url)
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    page.get_by_role("radio", name="MySQL").check()
    send(page)
    expect(page.locator(".stamp")).to_have_text("Sending…")
    assert len(lost) == 1

    page.reload()

    expect(page.locator(".bars .mine")).to_contain_text("MySQL")
    assert room.tally()["counts"] == {"1": 0, "2": 0, "3": 1}
