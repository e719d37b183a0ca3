"""Delete my answers, the privacy page, and results in a frame of another site: by keyboard, small, and without scripts."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import load_room
from tests.browser.rooms import DATABASE
from tests.browser.voting import vote
from tests.server_process import ServerProcess, prepare_server, serving

pytestmark = pytest.mark.browser

SMALL = {"width": 320, "height": 640}


def vote_once(page: Page) -> None:
    page.get_by_role("radio", name="SQLite").check()
    page.get_by_role("button", name="Send my vote").click()
    expect(page.locator(".stamp")).to_have_text("Counted")


@pytest.mark.parametrize("with_scripts", [True, False])
def test_one_deletes_ones_answers(load, visit, with_scripts):
    room = load(DATABASE)
    page = visit(room.url, java_script_enabled=with_scripts)
    vote_once(page)
    assert room.tally()["n_ballots"] == 1

    page.get_by_role("link", name="Delete my answers").click()
    page.get_by_role("button", name="Delete my answers for good").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Done.")
    assert room.tally()["n_ballots"] == 0
    page.get_by_role("link", name="Main Hall").click()
    expect(page.get_by_role("button", name="Send my vote")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_words_fit_a_small_phone_and_axe_is_content(load, visit, server, theme):
    room = load(DATABASE)
    page = visit(room.url, viewport=SMALL, color_scheme=theme)
    for url in (f"{room.url}/my-data", f"{server.url}/privacy"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
        assert findings(page) == ""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Another site: an empty page."""

    class Empty(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><html lang=en><title>News</title><main></main>")

        def log_message(self, *_said: object) -> None:
            pass

    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{served.server_address[1]}"
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture(scope="module")
def embedding(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = prepare_server(tmp_path_factory.mktemp("embedding"))
    server.environment["EMBED_ORIGINS"] = site
    with serving(server):
        yield server


def test_results_live_in_a_page_of_another_site(embedding, site, visit):
    room = load_room(embedding, DATABASE)
    page = visit(site)
    page.evaluate(
        "(url) => { const frame = document.createElement('iframe'); frame.title = 'Poll'; frame.src = url;"
        " document.querySelector('main').append(frame); }",
        f"{embedding.url}/embed/{room.join_code}",
    )
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_have_attribute("data-link", "live")

    vote(room, {"option": 2}, times=3)

    expect(frame.locator("#n-ballots")).to_have_text("3 votes")
    room.act("close", 0)
    expect(frame.locator("body")).to_have_attribute("data-mark", f"{room.polls[0]}.1.closed.shown")
    assert page.context.cookies(embedding.url) == []


def test_the_embedded_page_is_accessible_and_small(embedding, visit):
    room = load_room(embedding, DATABASE)
    page = visit(f"{embedding.url}/embed/{room.join_code}", viewport={"width": 320, "height": 400})
    expect(page.locator("body")).to_have_attribute("data-link", "live")

    assert findings(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
