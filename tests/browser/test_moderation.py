"""The moderation desk as two moderators use it at once: live, by keyboard, with a thumb, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any
from urllib.request import ProxyHandler, build_opener
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from live_polls.views.results import FILES
from tests.browser.axe import findings
from tests.browser.conftest import Room, load_room
from tests.browser.people import Person
from tests.browser.players import Player
from tests.pictures import make_picture
from tests.server_process import ServerProcess, running_server

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1280, "height": 800}
SMALL_PHONE = {"width": 320, "height": 640}
AT_ONCE_MS = 2_000
QUIZ = """
kind = "single_choice"
prompt = "Which tree?"
options = [{text = "A lime tree", picture = "lime.png"}, {text = "A birch", right = true}]
points = 100
"""
WALL = 'kind = "open_text"\nprompt = "What next?"'
HOSTILE = (
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)><script>alert(1)</script>',
    "javascript:alert(1)",
    "{{ 7*7 }}{% debug %}${7*7}",
    "Z" + "\u0301\u0323" * 60 + "algo?",
    "abc\u202etxt.exe\u202c",
    "a" + "\u200d" * 200 + "b",
    "👩\u200d💻" * 120,
)  # fmt: skip
PEOPLE = """
from live_polls.models import Account, Membership, Room
from live_polls.domain.asking import edit_asking
from live_polls.enums import Asking
room = Room.objects.get(join_code="{code}")
edit_asking(room, asking=Asking.OPEN)
for name, role in (("mia", "moderator"), ("max", "moderator"), ("ann", "co_host")):
    account = Account.objects.filter(email=name + "@example.org").first()
    account = account or Account.objects.create_user(name + "@example.org", "correct horse battery")
    Membership.objects.get_or_create(room=room, account=account, defaults={{"role": role}})
"""
DEMOTE = (
    'from live_polls.models import Membership; Membership.objects.filter(account__email="max@example.org").delete()'
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("moderation")) as server:
        yield server


@pytest.fixture
def load(house: ServerProcess) -> Callable[..., Room]:
    def loaded(*polls: str) -> Room:
        room = load_room(house, *polls)
        done = house.manage("shell", "-c", PEOPLE.format(code=room.join_code))
        assert done.returncode == 0, done.stderr
        return room

    return loaded


@pytest.fixture(scope="module")
def states(house: ServerProcess, chromium: Browser) -> dict[str, Any]:
    """What the browsers of Mia and Max keep, once they have signed in."""
    return {}


def sign_in(chromium: Browser, room: Room, who: str) -> Any:
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto(f"{room.server.url}/accounts/login/")
    page.get_by_label("Email").fill(f"{who}@example.org")
    page.locator("input[type=password]").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Rooms")).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_desk(visit, chromium, states):
    def opened(room: Room, who: str = "mia", query: str = "", **settings: Any) -> Page:
        if who not in states:
            states[who] = sign_in(chromium, room, who)
        address = f"{room.server.url}/rooms/{room.join_code}/moderation{query}"
        page: Page = visit(address, storage_state=states[who], viewport=LAPTOP, **settings)
        if settings.get("java_script_enabled", True):
            expect(page.locator("body")).to_have_attribute("data-link", "live")
        return page

    return opened


def entry(page: Page, text: str) -> Any:
    return page.locator(".contribution").filter(has=page.locator(".text", has_text=text))


def press(page: Page, text: str, button: str) -> None:
    entry(page, text).get_by_role("button", name=re.compile(f"^{button}")).click()


def test_fifty_ask_and_vote_while_two_moderate_and_what_is_hidden_is_gone_for_good(load_talk, open_desk, visit):
    room = load_talk()
    moderate_a_talk(room, room, open_desk, visit)


@pytest.fixture
def load_talk(house, load):
    """A room with all that people may write in, and a picture in its file."""

    def loaded() -> Room:
        (house.folder / "lime.png").write_bytes(make_picture())
        room: Room = load(WALL, QUIZ)
        return room

    return loaded


def moderate_a_talk(room: Room, elsewhere: Room, open_desk: Callable[..., Page], visit: Callable[..., Page]) -> None:
    """The room at one server and, if there are two, at the other: half of the people are there."""
    mia, max_ = open_desk(room), open_desk(elsewhere, "max", "?show=all")
    phone, stage = visit(room.url), visit(f"{elsewhere.server.url}/stage/{room.join_code}")
    with ThreadPoolExecutor(8) as pool:
        people = list(pool.map(lambda n: Person((room, elsewhere)[n % 2]), range(50)))
        codes = list(pool.map(lambda n: people[n].ask(f"Is answer {n:02} right?"), range(50)))
        list(pool.map(lambda n: people[n].upvote(codes[(n + 1) % 50]), range(50)))
        people[0].write(room, "a text nobody needs")
    Player(room, "Rude Name").answer({"option": 1}, poll=1)
    Player(room, "Ada").answer({"option": 2}, poll=1)
    swearing = Person(room).ask("What the fuck?")
    assert swearing
    expect(max_.locator(".contribution")).to_have_count(54)
    expect(mia.locator(".contribution")).to_have_count(1)

    press(max_, "answer 07", "To the stage")
    expect(stage.get_by_text("Is answer 07 right?").first).to_be_visible()
    press(max_, "answer 07", "Hide")
    for screen in (phone, stage):
        expect(screen.get_by_text("Is answer 07 right?")).to_have_count(0, timeout=AT_ONCE_MS)
    press(max_, "a text nobody needs", "Hide")
    expect(entry(max_, "a text nobody needs")).to_have_attribute("data-state", "hidden", timeout=AT_ONCE_MS)
    press(max_, "Rude Name", "Hide")
    expect(entry(max_, "Rude Name")).to_have_attribute("data-state", "hidden", timeout=AT_ONCE_MS)
    press(mia, "What the", "Hide")
    expect(entry(max_, "What the")).to_have_attribute("data-state", "hidden", timeout=AT_ONCE_MS)

    assert room.server.manage("shell", "-c", DEMOTE).returncode == 0
    expect(max_.locator(".contribution")).to_have_count(0)
    expect(max_.locator("#banner")).to_be_visible()
    answer = max_.request.post(max_.url, form={"verb": "approve", "id": f"question-{swearing}"})
    assert answer.status == 403

    phone.reload()
    stage.reload()
    expect(phone.locator("body")).to_have_attribute("data-link", "live")
    with build_opener(ProxyHandler({})).open(f"{elsewhere.server.url}/api/v1/rooms/{room.join_code}/state") as state:
        pages = {"phone": phone.content(), "stage": stage.content(), "state": state.read().decode()}
    pages |= every_export(open_desk(room, "ann"), room)
    for name in ("phone", "results.questions.csv", "results.json", "results.xlsx"):
        assert "Is answer 08 right?" in pages[name], "nothing is missing but what is hidden"
    assert "hid" in pages["records.csv"]
    gone = ("answer 07", "nobody needs", "What the fuck", "Rude Name")
    assert [(name, words) for name, page in pages.items() for words in gone if words in page] == []


def every_export(desk: Page, room: Room) -> dict[str, str]:
    """{name: all that it says} of each file that a room gives away."""
    names = [*(f"results.{name}" for name in FILES), "records.csv", "records.json"]
    said = {}
    for name in names:
        answer = desk.request.get(f"{room.server.url}/rooms/{room.join_code}/{name}")
        assert answer.ok, name
        body = answer.body()
        said[name] = text_of_archive(body) if body.startswith(b"PK") else body.decode()
    assert "A birch" in said["results.toml"], "a room with pictures comes as an archive with its file"
    return said


def text_of_archive(body: bytes) -> str:
    """A workbook, or a room file with its pictures."""
    with ZipFile(BytesIO(body)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".toml")))


def test_two_moderators_see_each_other_at_once_and_undo(load, open_desk):
    room = load()
    Person(room).ask("Fuck the first?")
    mia, max_ = open_desk(room), open_desk(room, "max")
    press(mia, "the first", "Approve")
    expect(entry(max_, "the first")).to_have_attribute("data-state", "shown", timeout=AT_ONCE_MS)
    mia.locator("#undo").get_by_role("button").click()
    expect(entry(max_, "the first")).to_have_attribute("data-state", "held", timeout=AT_ONCE_MS)
    entry(max_, "the first").locator("summary").click()
    entry(max_, "the first").locator("[data-part=edit]").fill("Bless the first?")
    entry(max_, "the first").get_by_role("button", name="Change the text").click()
    expect(entry(mia, "Bless the first?").locator("[data-part=edited]")).to_be_visible(timeout=AT_ONCE_MS)


def test_the_list_never_moves_under_the_pointer(load, open_desk):
    room = load()
    for n in range(4):
        Person(room).ask(f"Fuck number {n}?")
    mia, max_ = open_desk(room), open_desk(room, "max")
    second = entry(mia, "number 1")
    second.locator(".text").hover()
    assert mia.evaluate("scrollY") == 0
    before = second.bounding_box()
    press(max_, "number 0", "Approve")
    press(max_, "number 2", "Hide")
    Person(room).ask("Fuck the newest?")
    expect(entry(mia, "number 2")).to_have_class(re.compile("settled"))
    expect(entry(mia, "the newest")).to_be_visible()
    assert second.bounding_box() == before
    mia.get_by_role("button", name="Clear 2 decided").click()
    expect(mia.locator(".contribution")).to_have_count(3)


def test_what_is_new_waits_behind_a_button_where_it_would_push_others_away(load, open_desk):
    room = load()
    Person(room).ask("Fuck the first?")
    mia = open_desk(room, query="?order=newest")
    expect(mia.locator(".contribution")).to_have_count(1)
    for n in range(3):
        Person(room).ask(f"Fuck again {n}?")
    mia.get_by_role("button", name="3 new").click()
    expect(mia.locator(".contribution .text").first).to_have_text("Fuck again 2?")


def test_a_queue_is_read_by_keyboard_alone(load, open_desk):
    room = load()
    for n in range(4):
        Person(room).ask(f"Fuck number {n}?")
    page = open_desk(room)
    for key in "jah":
        page.keyboard.press(key)
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
    expect(entry(page, "number 0")).to_have_attribute("data-state", "shown")
    expect(entry(page, "number 1")).to_have_attribute("data-state", "hidden")
    page.keyboard.press("u")
    expect(entry(page, "number 1")).to_have_attribute("data-state", "held")
    expect(entry(page, "number 2")).to_be_focused()
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type("Ahem, number 2?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(entry(page, "Ahem, number 2?").locator("[data-part=edited]")).to_be_visible()
    for key in ("x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("#selected")).to_have_text("2 selected")
    page.locator("#bulk").get_by_role("button", name="Approve").press("Enter")
    expect(page.locator("#waiting")).to_have_text("1 waits")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Keys work on this page").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_has_no_known_barriers(load, open_desk, scheme):
    room = load(WALL)
    for n, text in enumerate(("When is lunch?", "Fuck the second?", "Shall we?")):
        Person(room).ask(text, name=f"Person {n}")
    Person(room).write(room, "sh1t happens")
    page = open_desk(room, query="?show=all", color_scheme=scheme)
    press(page, "When is lunch?", "To the stage")
    entry(page, "second").locator("summary").click()
    page.locator("#room > summary").click()
    page.locator("#room-words > summary").click()
    entry(page, "Shall we?").locator("[data-part=pick]").check()
    assert findings(page) == ""


def test_the_desk_fits_a_small_phone(load, open_desk):
    room = load()
    Person(room).ask("Fuck " + "and so on " * 30)
    page = open_desk(room, query="?show=all")
    page.set_viewport_size(SMALL_PHONE)
    page.locator(".contribution summary").click()
    page.locator("#room > summary").click()
    page.locator("#room-words > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL_PHONE["width"]
    small = "b => b.offsetParent && Math.min(b.offsetWidth, b.offsetHeight) < 44 ? b.textContent : ''"
    assert [name for b in page.locator("main button, main summary").all() if (name := b.evaluate(small))] == []


def test_the_desk_works_without_scripts(load, open_desk):
    room = load()
    Person(room).ask("Fuck the first?")
    Person(room).ask("Fuck the second?")
    page = open_desk(room, java_script_enabled=False)
    press(page, "the first", "Approve")
    expect(page.locator(".contribution")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".contribution")).to_have_count(2)
    for box in page.locator("[data-part=pick]").all():
        box.check()
    page.locator("#bulk").get_by_role("button", name="Hide").click()
    expect(page.get_by_text("Nothing here.")).to_be_visible()
    page.get_by_label("Hidden").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".contribution")).to_have_count(2)


def test_hostile_words_are_words_on_the_desk_the_stage_and_the_phone(house, load, open_desk, visit):
    room = load(WALL)
    desk = open_desk(room, query="?show=all")
    phone, stage = visit(room.url), visit(f"{house.url}/stage/{room.join_code}")
    dialogs: list[str] = []

    def heard(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    for page in (desk, phone, stage):
        page.on("dialog", heard)
    for text in HOSTILE:
        person = Person(room)
        person.write(room, text[:140])
        code = person.ask(text)
        desk.request.post(desk.url, form=reply_to(desk, code, text))
    expect(desk.locator(".contribution")).to_have_count(2 * len(HOSTILE))
    expect(desk.locator(".text", has_text="<img src=x onerror=alert(1)>").first).to_be_visible()
    width = desk.evaluate("document.documentElement.scrollWidth")
    for page in (desk, phone, stage):
        page.reload()
        expect(page.locator("body")).to_have_attribute("data-link", "live")
        assert page.locator("img[src=x], svg[onload], [onerror], a[href^=javascript]").count() == 0
        assert "49" not in page.locator("main").inner_text().replace("7*7", "")
    assert (dialogs, width) == ([], LAPTOP["width"])


def reply_to(desk: Page, code: str, text: str) -> dict[str, str]:
    token = desk.locator("#bulk [name=csrfmiddlewaretoken]").get_attribute("value") or ""
    return {"verb": "reply", "id": f"question-{code}", "reply": text[:500], "csrfmiddlewaretoken": token}
