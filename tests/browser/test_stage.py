"""The big screen as a speaker uses it: by keys, by clicker, by mouse, on whatever projector there is."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.axe import findings
from tests.browser.conftest import Room
from tests.browser.rooms import DATABASE, REPAIRS, TOOLS
from tests.browser.voting import vote

pytestmark = pytest.mark.browser

HALL = {"width": 1920, "height": 1080}
PROJECTORS = [HALL, {"width": 1280, "height": 720}, {"width": 1024, "height": 768}, {"width": 1440, "height": 900}]
LONG = "When a colleague proposes to rewrite the whole service in another language, what do you say?"
EIGHT = (
    "A single big machine",
    "Kubernetes",
    "SQLite",
    "Redis or Valkey",
    "RabbitMQ or Kafka",
    "Something on a laptop under a desk",
    "PostgreSQL",
    "Nothing, it is all serverless",
)


def poll(kind: str, prompt: str, *options: str) -> str:
    """A poll as it stands in a room file; its lists and texts are written as in JSON."""
    return f"kind = {json.dumps(kind)}\nprompt = {json.dumps(prompt)}\noptions = {json.dumps(options)}"


DECKS = {
    "two": poll("single_choice", "Tabs or spaces?", "Tabs", "Spaces"),
    "five long": poll("single_choice", LONG, *(f"Answer {n} that is {'rather ' * 8}long" for n in range(5))),
    "eight": poll("multiple_choice", LONG, *EIGHT),
    "twelve": poll("ranking", "Which month?", *(f"Month number {n}" for n in range(12))),
    "fifty": poll("single_choice", "Which country?", *(f"Country {n}" for n in range(50))),
}


def stage_url(room: Room, *, trusted: bool = True) -> str:
    return f"{room.server.url}/stage/{room.join_code}" + (f"#{room.stage_token}" if trusted else "")


def follows(page: Page) -> Page:
    expect(page.locator("body")).to_have_attribute("data-link", "live")
    return page


def shows(page: Page, scene: str) -> None:
    expect(page.locator("#stage")).to_have_attribute("data-scene", scene)


@pytest.fixture
def open_stage(visit):
    def opened(room: Room, *, trusted: bool = True, **settings) -> Page:
        return follows(visit(stage_url(room, trusted=trusted), **{"viewport": HALL, **settings}))

    return opened


# Votes


def test_bars_move_when_votes_arrive(load, open_stage):
    room = load(DATABASE)
    page = open_stage(room)
    rows = page.locator(".stage-poll .bars > li")

    vote(room, {"option": 1}, times=3)
    vote(room, {"option": 2})

    expect(rows.nth(0)).to_contain_text("75% 3")
    expect(rows.nth(1)).to_contain_text("25% 1")
    expect(page.locator("#n-ballots")).to_have_text("4 votes")
    lengths = page.locator(".bars .fill").evaluate_all("bars => bars.map(bar => bar.style.transform)")
    assert lengths == ["translateX(0%)", "translateX(-66.6667%)", "translateX(-100%)"]


def test_a_ranking_stands_in_order_of_points(load, open_stage):
    room = load(REPAIRS)
    page = open_stage(room)

    vote(room, {"options": [3, 1]})

    expect(page.locator(".bars .text [data-text]")).to_have_text(["The docs", "The build", "The tests"])
    expect(page.locator(".bars > li").first).to_contain_text("3 points")


def test_hidden_results_are_neither_in_the_page_nor_on_the_wire(load, phones):
    room = load(DATABASE, results="after_close")
    page = phones(viewport=HALL).new_page()
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    page.goto(stage_url(room))
    follows(page)

    vote(room, {"option": 2}, times=3)
    expect(page.locator(".votes-in")).to_have_text("3 votes in")
    expect(page.locator(".bars .track").first).to_be_hidden()
    assert frames
    assert not any('"counts"' in frame for frame in frames)
    assert "100%" not in (page.locator(".stage-poll").text_content() or "")

    room.act("close", 0)
    expect(page.locator(".bars > li").nth(1)).to_contain_text("100% 3")
    room.act("hide", 0)
    expect(page.locator(".votes-in")).to_be_visible()
    assert "100%" not in (page.locator(".stage-poll").text_content() or "")


def test_what_a_host_reveals_is_on_the_stage_of_the_house_only(load, open_stage):
    room = load(DATABASE, results="host")
    ours, theirs = open_stage(room), open_stage(room, trusted=False)
    vote(room, {"option": 1})

    room.act("show", 0)

    expect(ours.locator(".bars > li").first).to_contain_text("100% 1")
    expect(theirs.locator(".votes-in")).to_have_text("1 vote in")
    expect(theirs.locator(".bars .track").first).to_be_hidden()


def test_a_countdown_counts_down_gets_more_time_and_closes_the_poll(load, open_stage):
    room = load(poll("single_choice", "Now?", "Yes", "No") + "\nseconds = 5", is_open=False)
    page = open_stage(room)
    page.keyboard.press("PageDown")
    expect(page.locator("#countdown")).to_be_visible()
    expect(page.locator("#countdown")).to_have_text(re.compile(r"0:0\d"))

    page.keyboard.press("t")
    expect(page.locator("#countdown")).to_have_text(re.compile(r"0:(1\d|20)"))

    expect(page.locator("#countdown")).to_have_class(re.compile("last"), timeout=30_000)
    expect(page.locator("#state")).to_have_text("Voting closed")
    expect(page.locator("#countdown")).to_be_hidden()


def test_the_clock_is_stopped_by_a_key(load, open_stage):
    room = load(poll("single_choice", "Now?", "Yes", "No") + "\nseconds = 60")
    page = open_stage(room)
    expect(page.locator("#countdown")).to_be_visible()

    page.keyboard.press("Shift+T")

    expect(page.locator("#countdown")).to_be_hidden()
    expect(page.locator("#state")).to_have_text("Voting open")


# Keys


def test_a_clicker_runs_the_talk(load, open_stage):
    room = load(DATABASE, REPAIRS, is_open=False)
    page = open_stage(room)
    shows(page, "join")

    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="Which database")).to_be_visible()
    expect(page.locator("#state")).to_have_text("Voting open")
    expect(page.locator("#step")).to_have_text("1 / 2")
    page.keyboard.press("PageDown")
    expect(page.locator("#state")).to_have_text("Voting closed")
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="What would you repair")).to_be_visible()
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", name="Which database")).to_be_visible()
    expect(page.locator("#state")).to_have_text("Voting closed")
    page.keyboard.press(".")
    shows(page, "blank")
    page.keyboard.press("b")
    shows(page, "poll")


def test_next_brings_back_a_blank_screen_before_anything_else(load, open_stage):
    room = load(DATABASE)
    page = open_stage(room)
    page.keyboard.press("b")
    shows(page, "blank")

    page.keyboard.press("PageDown")

    shows(page, "poll")
    expect(page.locator("#state")).to_have_text("Voting open")


def test_a_key_that_is_held_makes_one_step(load, open_stage):
    room = load(DATABASE, REPAIRS, is_open=False)
    page = open_stage(room)

    for _ in range(5):
        page.keyboard.down("PageDown")
    page.keyboard.up("PageDown")

    expect(page.locator("#state")).to_have_text("Voting open")
    expect(page.get_by_role("heading", name="Which database")).to_be_visible()


def test_voting_is_closed_by_a_key_and_a_new_round_is_asked_for_twice(load, open_stage):
    room = load(DATABASE)
    page = open_stage(room)
    vote(room, {"option": 1})
    expect(page.locator("#n-ballots")).to_have_text("1 vote")

    page.keyboard.press("v")
    expect(page.locator("#state")).to_have_text("Voting closed")
    page.keyboard.press("v")
    expect(page.get_by_role("alert")).to_contain_text("Press again to start a new round.")
    expect(page.locator("#n-ballots")).to_have_text("1 vote")
    page.keyboard.press("v")

    expect(page.locator("#state")).to_have_text("Voting open")
    expect(page.locator("#n-ballots")).to_have_text("0 votes")


def test_results_are_hidden_and_shown_by_a_key(load, open_stage):
    room = load(DATABASE)
    page = open_stage(room)

    page.keyboard.press("r")
    expect(page.locator(".votes-in")).to_be_visible()
    page.keyboard.press("r")

    expect(page.locator(".votes-in")).to_be_hidden()


def test_a_digit_puts_that_poll_on_stage(load, open_stage):
    room = load(DATABASE, REPAIRS)
    page = open_stage(room)

    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="What would you repair")).to_be_visible()
    page.keyboard.press("9")

    expect(page.get_by_role("alert")).to_have_text("There is no such poll in this room.")


def test_letters_can_be_switched_off_and_stay_off(load, open_stage):
    room = load(DATABASE)
    page = open_stage(room)
    page.keyboard.press("?")
    page.get_by_label("Letters, digits and signs work as keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    follows(page)

    for key in ("v", "b", "d", "1", "."):
        page.keyboard.press(key)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("PageDown")

    expect(page.locator("#state")).to_have_text("Voting closed")
    shows(page, "poll")


def test_the_mouse_can_do_what_keys_do(load, open_stage):
    room = load(DATABASE, is_open=False)
    page = open_stage(room)

    page.get_by_role("button", name="Next").click()
    expect(page.locator("#state")).to_have_text("Voting open")
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table", name="Which database would you reach for first?")).to_be_visible()
    expect(page.locator(".bars")).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_controls_go_away_when_the_mouse_rests(load, open_stage):
    page = open_stage(load(DATABASE))
    page.mouse.move(300, 300)
    expect(page.locator("#strip")).to_have_css("opacity", "1")

    expect(page.locator("#strip")).to_have_css("opacity", "0")


# One room, several screens


def test_two_stages_of_a_room_show_the_same(load, open_stage):
    room = load(DATABASE)
    first, second = open_stage(room), open_stage(room)

    first.keyboard.press("j")
    shows(first, "join")
    shows(second, "join")
    second.keyboard.press("j")

    shows(first, "poll")


def test_two_presses_at_once_make_one_step(load, open_stage):
    room = load(DATABASE, REPAIRS, is_open=False)
    pages = open_stage(room), open_stage(room)

    # By the clock: one after the other, the second would have seen what came of the first.
    press = "at => setTimeout(() => dispatchEvent(new KeyboardEvent('keydown', { key: 'PageDown' })), at - Date.now())"
    at = pages[0].evaluate("Date.now() + 500")
    for page in pages:
        page.evaluate(press, at)

    for page in pages:
        expect(page.locator("#state")).to_have_text("Voting open")
        expect(page.get_by_role("heading", name="Which database")).to_be_visible()


def test_a_stage_of_anybody_only_watches(load, open_stage):
    room = load(DATABASE)
    ours, theirs = open_stage(room), open_stage(room, trusted=False)

    theirs.keyboard.press("PageDown")
    expect(theirs.get_by_role("alert")).to_contain_text("This stage only watches.")
    theirs.keyboard.press("b")
    shows(theirs, "blank")
    theirs.keyboard.press("d")
    expect(theirs.locator("html")).to_have_attribute("data-theme", "light")

    expect(ours.locator("#state")).to_have_text("Voting open")
    shows(ours, "poll")
    theirs.keyboard.press("Escape")
    shows(theirs, "poll")


def test_a_stage_link_that_is_no_good_still_watches(load, visit):
    room = load(DATABASE)
    page = visit(f"{stage_url(room, trusted=False)}#forged", viewport=HALL)

    expect(page.get_by_role("alert")).to_contain_text("The stage link has expired or was revoked.")
    follows(page)
    vote(room, {"option": 1})
    expect(page.locator("#n-ballots")).to_have_text("1 vote")


# Breaks


def test_f5_changes_nothing(load, open_stage):
    room = load(DATABASE)
    page = open_stage(room)
    vote(room, {"option": 1})
    for key in ("d", "+", "c"):
        page.keyboard.press(key)

    page.reload()
    follows(page)

    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.get_by_role("table")).to_contain_text("100%")
    assert page.evaluate("document.body.style.getPropertyValue('--zoom')") == "1.1"
    page.keyboard.press("v")
    expect(page.locator("#state")).to_have_text("Voting closed")


def test_the_token_of_the_link_leaves_the_address_bar(load, open_stage):
    room = load(DATABASE)
    page = open_stage(room)

    assert page.url == stage_url(room, trusted=False)
    assert room.stage_token not in page.content()


def test_a_lost_link_is_told_and_mends_itself(load, phones):
    room = load(DATABASE)
    page = phones(viewport=HALL).new_page()
    sockets: list[WebSocketRoute] = []
    is_down = False

    def pass_on(socket: WebSocketRoute) -> None:
        if is_down:
            socket.close(code=1001)
            return
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/ws/"), pass_on)
    page.route(re.compile("/api/"), lambda route: route.abort() if is_down else route.continue_())
    page.goto(stage_url(room))
    follows(page)

    is_down = True
    sockets[-1].close(code=1001)
    expect(page.locator("#lost")).to_be_visible()
    expect(page.locator("#lost")).to_have_text("Reconnecting… the picture may be old")
    expect(page.get_by_role("heading", name="Which database")).to_be_visible()
    vote(room, {"option": 3})
    is_down = False

    expect(page.locator(".bars > li").nth(2)).to_contain_text("100% 1", timeout=45_000)
    expect(page.locator("#lost")).to_be_hidden()


def test_the_first_picture_needs_no_script(load, visit):
    room = load(DATABASE)
    vote(room, {"option": 2})
    page = visit(stage_url(room, trusted=False), viewport=HALL, java_script_enabled=False)

    expect(page.get_by_role("heading", name="Which database")).to_be_visible()
    expect(page.locator(".bars > li").nth(1)).to_contain_text("100% 1")
    expect(page.get_by_role("img", name=re.compile("QR code")).filter(visible=True)).to_have_count(1)
    expect(page.locator(".code-chip")).to_contain_text(f"{room.join_code[:3]} {room.join_code[3:]}")
    expect(page.locator("#strip")).to_be_hidden()


# Projectors


BOXES = """() => [...document.querySelectorAll(
    '.join-line, .code-chip, .prompt, .bars > li, .scene-poll .qr, .foot')].map((element) => {
        const box = element.getBoundingClientRect();
        return [element.className, box.left, box.top, box.right, box.bottom];
    })"""


@pytest.mark.parametrize("deck", DECKS)
def test_everything_fits_on_every_projector(load, open_stage, deck):
    page = open_stage(load(DECKS[deck]))

    for size in PROJECTORS:
        page.set_viewport_size(size)
        expect(page.locator(".bars > li").last).to_be_in_viewport(ratio=1)
        boxes = page.evaluate(BOXES)
        for name, left, top, right, bottom in boxes:
            assert min(left, top) >= 0, (name, size)
            assert right <= size["width"] + 1, (name, size)
            assert bottom <= size["height"] + 1, (name, size)
        places = {name: (top, bottom) for name, _, top, _, bottom in boxes}
        assert max(bottom for name, *_, bottom in boxes if re.match(r"o\d", name)) <= places["foot"][0]
        assert page.evaluate("document.documentElement.scrollHeight") <= size["height"]


def test_the_back_row_can_read_it(load, open_stage):
    page = open_stage(load(DATABASE))

    for size in PROJECTORS:
        page.set_viewport_size(size)
        u = min(size["height"], size["width"] * 0.5625) / 100
        for selector, least in ((".join-line", 5.5), (".prompt", 7), (".bars .text", 5.5), (".foot", 4)):
            expect(page.locator(selector).first).to_be_in_viewport(ratio=1)
            assert font_size(page, selector) / u >= least - 0.01, (selector, size)
        assert page.locator(".scene-poll .qr").bounding_box()["width"] / u >= 32


def font_size(page: Page, selector: str) -> float:
    return float(page.locator(selector).first.evaluate("element => parseFloat(getComputedStyle(element).fontSize)"))


@pytest.mark.parametrize("key", ["+", "-"])
def test_text_grows_and_shrinks_and_still_fits(load, open_stage, key):
    page = open_stage(load(DECKS["eight"]))
    before = font_size(page, ".foot")

    page.keyboard.press(key)

    assert (font_size(page, ".foot") > before) == (key == "+")
    assert page.evaluate("document.querySelector('.stage-poll').scrollHeight <= innerHeight")


# For everybody


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(load, open_stage, theme):
    page = open_stage(load(TOOLS, is_open=False))
    if theme == "light":
        page.keyboard.press("d")
    shows(page, "join")
    assert findings(page) == ""

    page.keyboard.press("PageDown")
    shows(page, "poll")
    assert findings(page) == ""
    page.keyboard.press("c")
    expect(page.get_by_role("table")).to_be_visible()
    assert findings(page) == ""
    page.keyboard.press("r")
    expect(page.locator(".votes-in")).to_be_visible()
    assert findings(page) == ""
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings(page) == ""
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    shows(page, "blank")
    assert findings(page) == ""


def test_with_reduced_motion_nothing_moves(load, open_stage):
    room = load(DATABASE, REPAIRS, results="after_close")
    page = open_stage(room, reduced_motion="reduce")
    page.evaluate(
        "for (const sign of ['transitionrun', 'animationstart'])"
        " document.addEventListener(sign, () => { document.body.dataset.moved = 1; }, true)"
    )

    vote(room, {"option": 2})
    page.keyboard.press("PageDown")
    expect(page.locator(".bars > li").nth(1)).to_contain_text("100% 1")
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="What would you repair")).to_be_visible()

    assert page.evaluate("document.getAnimations().length") == 0
    expect(page.locator("body")).not_to_have_attribute("data-moved", "1")


def test_screen_readers_hear_of_opening_and_closing_at_once(load, open_stage):
    room = load(DATABASE, REPAIRS, is_open=False)
    page = open_stage(room)
    page.keyboard.press("PageDown")
    expect(page.locator("#state")).to_have_text("Voting open")

    page.keyboard.press("PageDown")

    expect(page.locator("#announcer")).to_have_text("Voting is closed: Which database would you reach for first?")


def test_the_controls_are_reached_by_tab(load, open_stage):
    page = open_stage(load(DATABASE))

    for _ in range(3):
        page.keyboard.press("Tab")

    expect(page.get_by_role("button", name="Next")).to_be_focused()
    expect(page.locator("#strip")).to_have_css("opacity", "1")
    page.keyboard.press("Space")
    expect(page.locator("#state")).to_have_text("Voting closed")


def test_the_address_of_the_qr_code_opens_the_audience_page(load, visit):
    room = load(DATABASE)

    page = visit(f"{room.server.url}/J/{room.join_code}")

    page.get_by_role("radio", name="SQLite").check()
    page.get_by_role("button", name="Send my vote").click()
    expect(page.get_by_text("Counted", exact=True)).to_be_visible()
